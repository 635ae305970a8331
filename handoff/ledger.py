"""The rows behind a ticket's moves: locked in one order, changed by compare-and-set, each with its line of the timeline.

Nobody but this package's modules of moves calls it. PostgreSQL locks in the order conversation, agent, ticket; SQLite
has one writer at a time. The live ticket and its conversation always carry the same epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from conversation.events import TimelineLine
from conversation.prepared import Prepared
from conversation.tables import Conversation
from conversation.work import Work
from handoff import access, move_clocks, moves, notices, queues
from handoff.access import Viewer
from handoff.errors import IllegalMove, NotHolder, StaleEpoch, UnknownTicket
from handoff.moves import Move
from handoff.tables import LIVE_TICKET_STATES, Agent, Ticket

AT_REST = {"waiting_since": None, "unread": 0}
OUT_OF_QUEUE = {"offered_to": None, "offered_until": None, "reserved_for": None, "reserved_until": None}

_conversation, _ticket, _agent = Conversation.__table__, Ticket.__table__, Agent.__table__
_read_conversation = select(_conversation).where(_conversation.c.conversation_id == bindparam("id"))
_lock_conversation = _read_conversation.with_for_update()
_lock_free_conversation = _read_conversation.with_for_update(skip_locked=True)
_conversation_of = select(_conversation).where(
    _conversation.c.conversation_id == select(_ticket.c.conversation_id).where(
        _ticket.c.ticket_id == bindparam("id")).scalar_subquery())
_lock_conversation_of = _conversation_of.with_for_update()
_read_ticket = select(_ticket).where(_ticket.c.ticket_id == bindparam("id"))
_live_ticket = select(_ticket).where(
    _ticket.c.conversation_id == bindparam("id"), _ticket.c.state.in_(LIVE_TICKET_STATES)
)
_name_of = select(_agent.c.name).where(_agent.c.agent_id == bindparam("id"))
ADD_TICKET = Prepared(insert(_ticket))
_begin = (
    update(_conversation)
    .where(_conversation.c.conversation_id == bindparam("id"), _conversation.c.owner == "bot")
    .values(owner=bindparam("new_owner"), epoch=_conversation.c.epoch + 1, waiting_since=bindparam("now"),
            unread=bindparam("new_unread"))
    .returning(_conversation.c.epoch, _conversation.c.language)
)
_count_unread = (
    update(_conversation)
    .where(_conversation.c.conversation_id == bindparam("id"))
    .values(unread=_conversation.c.unread + 1,
            waiting_since=func.coalesce(_conversation.c.waiting_since, bindparam("now", type_=_conversation.c.waiting_since.type)))
)
_pass_on = (
    update(_conversation)
    .where(_conversation.c.conversation_id == bindparam("id"), _conversation.c.epoch == bindparam("old_epoch"))
    .values(owner=bindparam("new_owner"), epoch=_conversation.c.epoch + 1)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands: its row and its conversation's, read under the lock. After a move `queue` is the row of the
    queue whose clocks were set, if it is still live."""

    ticket: Mapping[str, Any]
    conversation: Mapping[str, Any]
    queue: Mapping[str, Any] | None = None

    @property
    def ticket_id(self) -> str:
        return self.ticket["ticket_id"]

    @property
    def conversation_id(self) -> str:
        return self.ticket["conversation_id"]

    @property
    def language(self) -> str:
        return self.conversation["language"]


@dataclass(frozen=True, slots=True)
class Change:
    """One move with what it writes: columns of the ticket, columns of the conversation, facts for the timeline."""

    row: Move
    actor: str
    ticket: Mapping[str, Any] = field(default_factory=dict)
    conversation: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


def lock(work: Work, conversation_id: str) -> Mapping[str, Any]:
    """The conversation's row, ours until the commit. Raises UnknownTicket."""
    query = _read_conversation if work.is_sqlite else _lock_conversation
    row = work.connection.execute(query, {"id": conversation_id}).mappings().first()
    if row is None:
        raise UnknownTicket(conversation_id)
    return row


def standing(work: Work, ticket: Mapping[str, Any]) -> Standing:
    """The ticket as it stands once its conversation is ours; an older reading of it may have been overtaken."""
    conversation = lock(work, ticket["conversation_id"])
    row = work.connection.execute(_read_ticket, {"id": ticket["ticket_id"]}).mappings().one()
    return Standing(row, conversation)


def try_standing(work: Work, ticket: Mapping[str, Any]) -> Standing | None:
    """The same without waiting: None where somebody else has the conversation at this moment."""
    row = work.connection.execute(_lock_free_conversation, {"id": ticket["conversation_id"]}).mappings().first()
    if row is None:
        return None
    return Standing(work.connection.execute(_read_ticket, {"id": ticket["ticket_id"]}).mappings().one(), row)


def seen_by(work: Work, viewer: Viewer, ticket_id: str) -> Standing:
    """The same, for an agent who must be allowed to see it. Raises UnknownTicket."""
    row = work.connection.execute(_conversation_of if work.is_sqlite else _lock_conversation_of, {"id": ticket_id})
    conversation = row.mappings().first()
    if conversation is None:
        raise UnknownTicket(ticket_id)
    return Standing(access.ticket_in(work.connection, viewer, ticket_id, conversation["conversation_id"]), conversation)


def live(work: Work, conversation_id: str) -> Mapping[str, Any] | None:
    """The conversation's live ticket."""
    return work.connection.execute(_live_ticket, {"id": conversation_id}).mappings().first()


def role_in(viewer: Viewer, ticket: Mapping[str, Any]) -> str:
    """As what an agent acts on a ticket: its holder, a supervisor, or just an agent."""
    if ticket["holder_id"] == viewer.agent_id:
        return moves.HOLDER
    return moves.SUPERVISOR if viewer.sees_everything else moves.AGENT


def require(work: Work, viewer: Viewer, ticket: Mapping[str, Any], name: str) -> Move:
    """The legal move of this name. Raises IllegalMove, or NotHolder where others but not she may make it."""
    row = moves.find(name, ticket["state"])
    if not moves.is_for_people(row):
        raise IllegalMove(ticket["state"], name)
    if role_in(viewer, ticket) not in row.by:
        raise NotHolder(name_of(work, ticket["holder_id"]))
    return row


def name_of(work: Work, agent_id: str | None) -> str:
    """An agent's display name, active or not; empty for nobody."""
    return name_in(work.connection, agent_id)


def name_in(reader: access.Reader, agent_id: str | None) -> str:
    """The same, for who only reads."""
    if agent_id is None:
        return ""
    return reader.execute(_name_of, {"id": agent_id}).scalar_one_or_none() or ""


def begin(work: Work, conversation_id: str, owner: str, unread: int) -> Row[Any] | None:
    """Take a conversation from the bot: its new epoch and its language, or None where the bot does not have it.

    The wait for a person begins now.
    """
    key = {"id": conversation_id, "new_owner": owner, "now": work.now, "new_unread": unread}
    return work.connection.execute(_begin, key).one_or_none()


def count_unread(work: Work, conversation_id: str) -> None:
    """One more message that no person has answered; the first one starts the wait."""
    work.connection.execute(_count_unread, {"id": conversation_id, "now": work.now})


def add(work: Work, ticket: Mapping[str, Any]) -> None:
    """A new ticket; the database refuses a second live one of the conversation."""
    ADD_TICKET.run(work.connection, [ticket])


def apply(work: Work, held: Standing, change: Change) -> Standing:
    """Make a move: compare-and-set on state, holder and epoch. Raises StaleEpoch where somebody was faster."""
    before, row = held.ticket, change.row
    passes = moves.changes_owner(row)
    epoch = before["epoch"] + int(passes)
    left = OUT_OF_QUEUE if row.before == "queued" else {}
    queue = _queue_after(work, held, change)
    written = _clocks(work, held, change, queue) | left | dict(change.ticket) | {"state": row.after, "epoch": epoch}
    same_holder = (_ticket.c.holder_id.is_(None) if before["holder_id"] is None
                   else _ticket.c.holder_id == before["holder_id"])
    done = work.connection.execute(
        update(_ticket)
        .where(_ticket.c.ticket_id == held.ticket_id, _ticket.c.state == row.before, same_holder,
               _ticket.c.epoch == before["epoch"])
        .values(**written)
    )
    if done.rowcount != 1:
        raise StaleEpoch(before["epoch"], lock(work, held.conversation_id)["epoch"])
    after = Standing(dict(before) | written, dict(held.conversation) | {"epoch": epoch}, queue)
    if passes:
        pass_on(work, held.conversation, moves.OWNER_OF[row.after])
    note_conversation(work, held.conversation_id, change.conversation)
    log(work, after, row.name, change.actor, change.data)
    _tell_holder(work, held, change)
    return after


def _tell_holder(work: Work, held: Standing, change: Change) -> None:
    """Whoever held it knows when a colleague moved it; the contact and the clock have texts and notices of their own."""
    holder, name = held.ticket["holder_id"], change.row.name
    by = name_of(work, change.actor) if holder not in (None, change.actor) else ""
    if by:
        told = {"by": by, "what": name, "to": change.data.get("agent", "") if name == "transfer_to_agent" else ""}
        notices.add(work, "moved", [holder], held.conversation_id, held.ticket_id, data=told)


def _queue_after(work: Work, held: Standing, change: Change) -> Mapping[str, Any] | None:
    if change.row.after not in LIVE_TICKET_STATES:
        return None
    return queues.get(work.connection, change.ticket.get("queue_id", held.ticket["queue_id"]))


def _clocks(work: Work, held: Standing, change: Change, queue: Mapping[str, Any] | None) -> dict[str, Any]:
    if queue is not None:
        is_waiting = held.conversation["waiting_since"] is not None
        return move_clocks.after(change.row, queue, held.ticket, is_waiting, work.now)
    return dict(move_clocks.ENDED)


def pass_on(work: Work, conversation: Mapping[str, Any], owner: str) -> None:
    """Another may speak now: owner and epoch change together. Raises StaleEpoch."""
    key = {"id": conversation["conversation_id"], "old_epoch": conversation["epoch"], "new_owner": owner}
    if work.connection.execute(_pass_on, key).rowcount != 1:
        raise StaleEpoch(conversation["epoch"], lock(work, conversation["conversation_id"])["epoch"])


def note_conversation(work: Work, conversation_id: str, values: Mapping[str, Any]) -> None:
    """Write the desk's own columns of a conversation: `waiting_since` and `unread`."""
    if values:
        work.connection.execute(
            update(_conversation).where(_conversation.c.conversation_id == conversation_id).values(**values))


def note_ticket(work: Work, ticket_id: str, values: Mapping[str, Any]) -> None:
    """Write columns of a ticket that are neither its state nor its holder."""
    work.connection.execute(update(_ticket).where(_ticket.c.ticket_id == ticket_id).values(**values))


def log(work: Work, held: Standing, kind: str, actor: str, data: Mapping[str, Any]) -> None:
    """The timeline's line of a move."""
    work.record(TimelineLine(kind, held.conversation_id, actor, held.ticket_id, held.ticket["epoch"], data))
