"""An agent writes first: a conversation and its ticket, in her hands, with her first words, in one transaction.

Nothing comes of it where she may not be written to, or where a colleague has her already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select

from conversation import inbox
from conversation.inbox import Sender
from conversation.tables import Contact
from conversation.work import Work
from handoff import access, claims, ledger, replies, telling
from handoff.access import Viewer
from handoff.claims import Beginning
from handoff.errors import AlreadyClaimed, Blocked
from handoff.finding_errors import CannotStart
from handoff.ledger import Standing
from handoff.replies import Reply
from handoff.tables import Ticket

REASON = "agent_started"

_ticket, _contact = Ticket.__table__, Contact.__table__


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of it."""

    conversation_id: str
    ticket_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Start:
    """To whom and by which channel of ours (`sender`, as the inbox would find her), and what is said.

    Of `reply` the epoch and the last number seen are filled in here. `order` is what it is about.
    """

    sender: Sender
    reply: Reply
    order: str = ""
    force: bool = False


def start(work: Work, agent_id: str, asked: Start) -> Begun:
    """Write to somebody. Her own live conversation just goes on.

    Raises AlreadyClaimed (names who has her), CannotStart, Away, NoRoom, Blocked, OptedOut, MarketingStopped,
    WindowClosed, EmptyReply.
    """
    viewer = access.viewer(work.connection, agent_id)
    talk = inbox.find_all(work, [asked.sender])[asked.sender]
    conversation = ledger.lock(work, talk.conversation_id)
    if work.connection.execute(select(_contact.c.blocked_at).where(
            _contact.c.contact_id == conversation["contact_id"])).scalar_one() is not None:
        raise Blocked()
    held = _hers(work, viewer, talk.conversation_id) or _opened(work, viewer, talk.conversation_id, asked)
    written = replace(asked.reply, epoch=held.ticket["epoch"], last_seen_seq=held.conversation["last_seq"])
    message_id = replies.reply(work, held.ticket_id, agent_id, written)
    return Begun(talk.conversation_id, held.ticket_id, message_id)


def _hers(work: Work, viewer: Viewer, conversation_id: str) -> Standing | None:
    """The live ticket, if it is hers. Raises AlreadyClaimed, CannotStart."""
    ticket = ledger.live(work, conversation_id)
    if ticket is None:
        return None
    if ticket["holder_id"] == viewer.agent_id:
        return ledger.standing(work, ticket)
    if ticket["holder_id"] is not None:
        raise AlreadyClaimed(ledger.name_of(work, ticket["holder_id"]))
    raise CannotStart("queued")


def _opened(work: Work, viewer: Viewer, conversation_id: str, asked: Start) -> Standing:
    conversation = ledger.lock(work, conversation_id)
    last = work.connection.execute(
        select(_ticket).where(_ticket.c.conversation_id == conversation_id).order_by(_ticket.c.epoch.desc()).limit(1)
    ).mappings().first()
    held = claims.open_for(
        work, viewer, conversation, Beginning(REASON, claims.queue_of(viewer, last), asked.force))
    if asked.order:
        card = {**held.ticket["card"], "known": {"order_ref": asked.order}}
        ledger.note_ticket(work, held.ticket_id, {"card": card})
    telling.once(work, held, telling.mark_of_holder(viewer.agent_id))  # her own words introduce her
    return ledger.standing(work, held.ticket)
