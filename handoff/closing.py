"""Closing: how a ticket ends. The conversation goes back to the bot, which notices by the epoch that people had it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from conversation.work import Work
from handoff import access, ledger, moves, ratings, telling
from handoff.access import Viewer
from handoff.errors import NoResponder, UnknownDisposition
from handoff.ledger import AT_REST, Change, Standing

DISPOSITIONS = ("solved", "duplicate", "spam", "no_answer")
SILENT = "no_answer"  # the disposition of what its contact left in silence
OUTSIDE = "outside"  # how a stretch ends that somebody answered from the page's own inbox


class Window(Protocol):
    """When a kind of channel lets us write; that of `channels.windows`."""

    def state(self, last_inbound_at: datetime | None, now: datetime, free_until: datetime | None = None) -> Any: ...

    def lets(self, author: str, state: Any, *, template: bool = False) -> bool: ...


@dataclass(frozen=True, slots=True)
class Survey:
    """Whether the contact may be asked how it was. `window` is when her channel lets us write; None: always."""

    wanted: bool = True
    window: Window | None = None


def resolve(
    work: Work, ticket_id: str, agent_id: str, disposition: str = "solved", survey: Survey = Survey()
) -> None:
    """The matter is settled. Raises UnknownDisposition, NotHolder, IllegalMove, UnknownTicket."""
    if disposition not in DISPOSITIONS:
        raise UnknownDisposition(disposition, DISPOSITIONS)
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "resolve")
    moves.require_disposition(row, disposition)
    speaker = ledger.name_of(work, held.ticket["holder_id"]) or viewer.name
    held = _close(work, held, Change(row, agent_id, {"disposition": disposition},
                                     data={"agent": viewer.name, "disposition": disposition}))
    if disposition != "solved" or held.ticket["first_reply_at"] is None:
        return
    may_ask = survey.wanted and _is_open(held, survey.window, work.now)
    if not (may_ask and ratings.ask(work, held, speaker)):
        telling.tell(work, held, "resolved", agent=speaker)


def return_to_bot(work: Work, ticket_id: str, agent_id: str, flow: str = "") -> None:
    """The bot goes on, with this flow if one is named, and the contact is told.

    Raises NoResponder where there is no bot to go on, or no such flow; NotHolder, IllegalMove, UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "return")
    if not work.wiring.answers(flow):
        raise NoResponder(flow)
    speaker = ledger.name_of(work, held.ticket["holder_id"]) or viewer.name
    held = _close(work, held, Change(row, agent_id, data={"agent": speaker, **({"flow": flow} if flow else {})}))
    telling.tell(work, held, "returned", agent=speaker)
    if flow:
        work.wiring.begin_flow(work, held.conversation_id, flow)


def leave(work: Work, held: Standing, name: str) -> None:
    """The contact herself leaves the queue: `return` for the bot, `resolve` for nothing more.

    Where there is no bot she stays in the queue, and hears that.
    """
    if name == "return" and not work.wiring.answers(""):
        telling.tell(work, held, "not_yet")
        return
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


def end_silent(work: Work, held: Standing) -> None:
    """Its contact has not written for hours though it was her turn: over without a word."""
    row = moves.find("resolve", held.ticket["state"])
    data = {"agent": ledger.name_of(work, held.ticket["holder_id"]), "disposition": SILENT, "silent": True}
    _close(work, held, Change(row, moves.CLOCK, {"disposition": SILENT}, data=data))


def end_outside(work: Work, held: Standing) -> None:
    """Who answered from the page's own inbox is done, and nobody waits: the bot goes on without a word."""
    row = moves.find("return", held.ticket["state"])
    _close(work, held, Change(row, moves.CLOCK, {"disposition": OUTSIDE}, data={"agent": "", "disposition": OUTSIDE}))


def _is_open(held: Standing, window: Window | None, now: datetime) -> bool:
    if window is None:
        return True
    conversation: Mapping[str, Any] = held.conversation
    return window.lets("system", window.state(conversation["last_inbound_at"], now, conversation["free_until"]))


def _close(work: Work, held: Standing, change: Change) -> Standing:
    nobody = (moves.CONTACT, moves.CLOCK)
    closed_by = None if change.actor in nobody else change.actor
    written = {"closed_at": work.now, "closed_by": closed_by, "snoozed_until": None, **change.ticket}
    return ledger.apply(work, held, Change(change.row, change.actor, written, AT_REST, change.data))
