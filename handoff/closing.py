"""Closing: how a ticket ends. The conversation goes back to the bot, which notices by the epoch that people had it."""

from __future__ import annotations

from conversation.work import Work
from handoff import access, ledger, moves, telling
from handoff.access import Viewer
from handoff.errors import UnknownDisposition
from handoff.ledger import AT_REST, Change, Standing

DISPOSITIONS = ("solved", "duplicate", "spam", "no_answer")


def resolve(work: Work, ticket_id: str, agent_id: str, disposition: str = "solved") -> None:
    """The matter is settled. Raises UnknownDisposition, NotHolder, IllegalMove, UnknownTicket."""
    if disposition not in DISPOSITIONS:
        raise UnknownDisposition(disposition, DISPOSITIONS)
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "resolve")
    held = _close(work, held, Change(row, agent_id, {"disposition": disposition},
                                     data={"agent": viewer.name, "disposition": disposition}))
    if disposition == "solved" and held.ticket["first_reply_at"] is not None:
        telling.tell(work, held, "resolved", agent=viewer.name)


def return_to_bot(work: Work, ticket_id: str, agent_id: str) -> None:
    """The bot goes on, and the contact is told. Raises NotHolder, IllegalMove, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "return")
    speaker = ledger.name_of(work, held.ticket["holder_id"]) or viewer.name
    held = _close(work, held, Change(row, agent_id, data={"agent": speaker}))
    telling.tell(work, held, "returned", agent=speaker)


def leave(work: Work, held: Standing, name: str) -> None:
    """The contact herself leaves the queue: `return` for the bot, `resolve` for nothing more."""
    row = moves.find(name, held.ticket["state"])
    disposition = {"disposition": moves.CANCELLED} if name == "resolve" else {}
    held = _close(work, held, Change(row, moves.CONTACT, disposition, data={"agent": ""}))
    left = work.text("queue_left", held.language) if name == "return" else ""
    telling.say(work, held, left or work.text("cancelled", held.language))


def end_blocked(work: Work, held: Standing, viewer: Viewer) -> None:
    """Its contact is not answered any more: over without a word, whoever held it."""
    row = moves.find("resolve", held.ticket["state"])
    _close(work, held, Change(row, viewer.agent_id, {"disposition": moves.BLOCKED},
                              data={"agent": viewer.name, "disposition": moves.BLOCKED}))


def _close(work: Work, held: Standing, change: Change) -> Standing:
    closed_by = None if change.actor == moves.CONTACT else change.actor
    written = {"closed_at": work.now, "closed_by": closed_by, "snoozed_until": None, **change.ticket}
    return ledger.apply(work, held, Change(change.row, change.actor, written, AT_REST, change.data))
