"""The lists of the desk: which conversations a tab has, in the order of need, and how many there are of each.

A live ticket is the newest of its conversation, so lists of live ones start from the tickets. The order is found on few
columns, and only the rows of the page are read whole: with ten thousand waiting, a list costs what fifty cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from conversation.tables import Channel, Contact, Conversation
from handoff import score, tally
from handoff.access import Reader, Viewer, is_newest, may_see, within
from handoff.tables import LIVE_TICKET_STATES, Agent, Ticket
from handoff.tally import COUNTED, Counts

_agent, _ticket, _conversation = Agent.__table__, Ticket.__table__, Conversation.__table__
_contact, _channel = Contact.__table__, Channel.__table__
_TICKET_COLUMNS = (
    "ticket_id", "state", "queue_id", "reason", "summary", "priority", "holder_id", "waiting_since", "due_at",
    "opened_at", "closed_at", "epoch", "first_reply_at", "reply_due_at", "card", "score", "threshold", "told", "vip",
    "skills", "relaxed", "offered_to", "offered_until", "reserved_for", "reserved_until", "requeued_at", "reopens",
    "snoozed_until", "promised",
)
_CONVERSATION_COLUMNS = tuple(one for one in _conversation.c if one.name != "state")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list asks for. `channels` are ids, `reasons` codes; `other_reasons` are those it must not have.

    `crowded`: she sees so many that the latest ones are found sooner by their time than by their queues.
    """

    tab: str = "all"
    queue_id: str = ""
    channels: frozenset[str] = frozenset()
    language: str = ""
    reasons: frozenset[str] = frozenset()
    other_reasons: frozenset[str] = frozenset()
    tag: str = ""
    limit: int = 50
    offset: int = 0
    crowded: bool = False

    @property
    def is_filtered(self) -> bool:
        return bool(self.queue_id or self.channels or self.language or self.reasons or self.other_reasons or self.tag)


def rows(reader: Reader, viewer: Viewer, wanted: Wanted, now: datetime) -> list[Mapping[str, Any]]:
    """The rows of a page, in order: the conversation, `contact_name`, `kind`, `holder_name`, `ticket_…` of its newest."""
    return whole(reader, order(reader, viewer, wanted, now))


def order(reader: Reader, viewer: Viewer, wanted: Wanted, now: datetime) -> list[str]:
    """The conversations of a page, in order."""
    found = _matching(reader, viewer, wanted, _conversation.c.conversation_id).order_by(*_order(wanted, now))
    return list(reader.execute(found.limit(wanted.limit).offset(wanted.offset)).scalars())


def still(reader: Reader, viewer: Viewer, conversation_ids: Sequence[str], tab: str) -> list[str]:
    """Of these conversations those that are in this tab now, and that she may see now."""
    if not conversation_ids:
        return []
    found = {row["conversation_id"]: row for row in reader.execute(_standing(), {"ids": list(conversation_ids)}).mappings()}
    return [key for key in conversation_ids if (row := found.get(key)) and _belongs(row, tab) and may_see(
        viewer, {"queue_id": row["ticket_queue_id"], "holder_id": row["ticket_holder_id"]})]


def _belongs(row: Mapping[str, Any], tab: str) -> bool:
    if tab == "all":
        return True
    if tab == "unanswered":
        return row["ticket_state"] in ("queued", "assigned") and row["waiting_since"] is not None
    return bool(row["ticket_state"] == tab)


def whole(reader: Reader, conversation_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows of these conversations, in this order. Whoever asks has made sure that she may see them."""
    if not conversation_ids:
        return []
    found = reader.execute(_whole(), {"ids": list(conversation_ids)}).mappings()
    by_id = {row["conversation_id"]: row for row in found}
    return [by_id[key] for key in conversation_ids if key in by_id]


def seen(reader: Reader, viewer: Viewer, conversation_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows of those that she may see, the latest first."""
    if not conversation_ids:
        return []
    query = _rows_query().where(_conversation.c.conversation_id.in_(conversation_ids), within(viewer))
    return list(reader.execute(query.order_by(_conversation.c.last_message_at.desc())).mappings())


def total(reader: Reader, viewer: Viewer, wanted: Wanted) -> int:
    """How many conversations a list has, up to one more than COUNTED."""
    found = _matching(reader, viewer, wanted, literal(1).label("one")).limit(COUNTED + 1).subquery()
    return reader.execute(select(func.count()).select_from(found)).scalar_one()


def counts(reader: Reader, viewer: Viewer, now: datetime) -> Counts:
    """All numbers of the left column, as the tables stand now."""
    def closed(room: int) -> int:
        found = tally.closed_in(reader, tally.scope(viewer), room)
        return found if viewer.sees_everything else found + tally.closed_elsewhere(reader, viewer, room - found)

    return tally.counts(tally.groups(reader), viewer, now, closed)


@cache
def _standing() -> Select[Any]:
    """What decides whether a conversation is in a tab, and who may see it."""
    return select(_conversation.c.conversation_id, _conversation.c.waiting_since, _ticket.c.state.label("ticket_state"),
                  _ticket.c.queue_id.label("ticket_queue_id"), _ticket.c.holder_id.label("ticket_holder_id")
                  ).select_from(_conversation.outerjoin(_ticket, is_newest())
                  ).where(_conversation.c.conversation_id.in_(bindparam("ids", expanding=True)))


@cache
def _whole() -> Select[Any]:
    return _rows_query().where(_conversation.c.conversation_id.in_(bindparam("ids", expanding=True)))


@cache
def _rows_query() -> Select[Any]:
    """Sixty columns of five tables: put together once."""
    joined = (
        _conversation.join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .outerjoin(_ticket, is_newest())
        .outerjoin(_agent, _agent.c.agent_id == _ticket.c.holder_id)
    )
    of_ticket = [_ticket.c[name].label(name if name.startswith("ticket_") else f"ticket_{name}")
                 for name in _TICKET_COLUMNS]
    return select(*_CONVERSATION_COLUMNS, _contact.c.name.label("contact_name"), _contact.c.person_id, _channel.c.kind,
                  _channel.c.account, _agent.c.name.label("holder_name"), *of_ticket).select_from(joined)


def _matching(reader: Reader, viewer: Viewer, wanted: Wanted, column: ColumnElement[Any]) -> Select[Any]:
    on = _conversation.c.conversation_id == _ticket.c.conversation_id
    if wanted.tab != "all":
        source = _ticket.join(_conversation, on).join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    elif viewer.sees_everything and not (wanted.queue_id or wanted.reasons or wanted.other_reasons):
        source = _conversation
    else:
        source = _conversation.join(_ticket, is_newest())
    query = select(column).select_from(source)
    if source is not _conversation:
        query = query.where(within(viewer, by_queue=not (wanted.crowded and wanted.tab == "all")))
    if wanted.tab != "all":
        query = query.where(_ticket.c.state.in_(LIVE_TICKET_STATES), _in_tab(viewer, wanted.tab))
    return query.where(*_filtered(reader, wanted))


def _in_tab(viewer: Viewer, tab: str) -> ColumnElement[bool]:
    if tab == "mine":
        return and_(_ticket.c.holder_id == viewer.agent_id, _ticket.c.state == "assigned")
    if tab in ("queued", "snoozed"):
        return _ticket.c.state == tab
    return and_(_conversation.c.waiting_since.is_not(None), _ticket.c.state != "snoozed")


def _filtered(reader: Reader, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.queue_id:
        found.append(_ticket.c.queue_id == wanted.queue_id)
    if wanted.language:
        found.append(_conversation.c.language == wanted.language)
    if wanted.reasons:
        found.append(_ticket.c.reason.in_(sorted(wanted.reasons)))
    if wanted.other_reasons:
        found.append(_ticket.c.reason.not_in(sorted(wanted.other_reasons)))
    if wanted.channels:
        found.append(_conversation.c.channel_id.in_(sorted(wanted.channels)))
    if wanted.tag:
        found.append(_tagged(reader, wanted.tag))
    return found


def _tagged(reader: Reader, tag: str) -> ColumnElement[bool]:
    if dialect_of(reader) == "postgresql":
        return func.jsonb_exists(_conversation.c.tags, tag)
    each = func.json_each(_conversation.c.tags).table_valued("value")
    return exists(select(1).select_from(each).where(cast(each.c.value, String) == tag))


def dialect_of(reader: Reader) -> str:
    """The name of the database behind a session or a connection."""
    return (reader.get_bind() if isinstance(reader, Session) else reader).dialect.name


def _order(wanted: Wanted, now: datetime) -> tuple[Any, ...]:
    if wanted.tab == "all":
        return (_conversation.c.last_message_at.desc(), _conversation.c.conversation_id)
    if wanted.tab == "snoozed":
        return (_ticket.c.snoozed_until.is_(None), _ticket.c.snoozed_until, _ticket.c.ticket_id)
    return (score.since().is_(None), score.expression(now).desc(), _ticket.c.ticket_id)


def colleagues(reader: Reader) -> list[Mapping[str, Any]]:
    """Everybody a conversation may be given to, by name."""
    query = select(_agent.c.agent_id, _agent.c.name).where(
        _agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False), _agent.c.password_hash != "")
    return list(reader.execute(query.order_by(_agent.c.name)).mappings())

