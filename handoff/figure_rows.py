"""The rows behind the reports: tickets of a time with what is counted of them, and what was said in the newest of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, String, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from conversation.tables import Channel, Contact, Conversation, Message
from handoff import figures, open_time, queues
from handoff.access import Reader
from handoff.figures import Facts, Measured
from handoff.open_time import OpenTime
from handoff.tables import Agent, Rating, Ticket

MOST_TICKETS = 200_000
MOST_ROWS = 100_000  # of a file
TALKS_READ = 2_000  # the newest tickets, for the times between one word and the next
AT_ONCE = 1_000

_ticket, _rating, _agent = Ticket.__table__, Rating.__table__, Agent.__table__
_conversation, _channel, _contact, _message = Conversation.__table__, Channel.__table__, Contact.__table__, Message.__table__
_TOLD = (
    _ticket.c.ticket_id, _ticket.c.conversation_id, _contact.c.name.label("contact"), _channel.c.kind,
    _conversation.c.language, _ticket.c.queue_id, _ticket.c.reason, _ticket.c.priority, _ticket.c.vip, _ticket.c.state,
    _ticket.c.disposition, _agent.c.name.label("agent"), _ticket.c.opened_at, _ticket.c.due_at, _ticket.c.picked_up_at,
    _ticket.c.first_reply_at, _ticket.c.closed_at, _ticket.c.rest_seconds, _ticket.c.broken_at, _ticket.c.promised,
    _ticket.c.holder_id, _ticket.c.reopens, _rating.c.score, _rating.c.comment,
)


class Stamp(GenericFunction[float]):
    """An instant as seconds since 1970, made by the database: a page of fifty thousand has no time to."""

    name = "stamp"
    type = Float()
    inherit_cache = True


@compiles(Stamp, "sqlite")
def _stamp_of_sqlite(element: Stamp, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(Stamp, "postgresql")
def _stamp_of_postgres(element: Stamp, compiler: Any, **options: Any) -> str:
    return f"CAST(EXTRACT(epoch FROM {compiler.process(element.clauses, **options)}) AS double precision)"


class Day(GenericFunction[str]):
    """The day (UTC) of an instant, only to tell days apart."""

    name = "day"
    type = String()
    inherit_cache = True


@compiles(Day, "sqlite")
def _day_of_sqlite(element: Day, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"  # as they are stored; twice as fast as date()


@compiles(Day, "postgresql")
def _day_of_postgres(element: Day, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)})"


def _counted(name: str) -> ColumnElement[Any]:
    if name == "score":
        return _rating.c.score
    if name == "told_until":
        return _ticket.c.promised["until"].as_string()
    return Stamp(_ticket.c[name]) if name.endswith("_at") else _ticket.c[name]


_COUNTED = tuple(_counted(name) for name in Facts._fields)


@dataclass(frozen=True, slots=True)
class Period:
    """Which tickets: opened from `since` to before `until`, and where it is said of this queue, holder, language, kind."""

    since: datetime
    until: datetime
    queue_id: str = ""
    agent_id: str = ""
    language: str = ""
    kind: str = ""

    @property
    def days(self) -> int:
        return max(1, round((self.until - self.since) / timedelta(days=1)))


def open_times(reader: Reader, since: datetime, now: datetime) -> dict[str, OpenTime]:
    """When each queue was open since then."""
    return {queue["queue_id"]: open_time.lay_out(queue, since, now + timedelta(days=1)) for queue in queues.every(reader)}


def measured(reader: Reader, period: Period, now: datetime) -> list[Measured]:
    """Every ticket of a period, the newest MOST_TICKETS of them, with its figures."""
    known = open_times(reader, period.since, now)
    query = _within(select(*_COUNTED).select_from(_ticket.outerjoin(_rating, _rating.c.ticket_id == _ticket.c.ticket_id)),
                    period).order_by(_ticket.c.opened_at.desc()).limit(MOST_TICKETS)
    always = OpenTime()
    return [figures.measure(facts, known.get(facts.queue_id, always), now.timestamp())
            for facts in map(Facts._make, reader.execute(query).all())]


def next_replies(reader: Reader, period: Period, now: datetime) -> list[float]:
    """The minutes a contact waited for each further word, in the TALKS_READ newest tickets that somebody answered."""
    newest = _within(select(_ticket.c.ticket_id), period).where(_ticket.c.first_reply_at.is_not(None)).order_by(
        _ticket.c.opened_at.desc()).limit(TALKS_READ).subquery()
    query = (
        select(_ticket.c.ticket_id, _ticket.c.queue_id, _ticket.c.closed_at, _message.c.author, _message.c.said_at)
        .select_from(newest.join(_ticket, _ticket.c.ticket_id == newest.c.ticket_id).join(
            _message, _message.c.conversation_id == _ticket.c.conversation_id))
        .where(_message.c.author.in_(("contact", "agent")), _message.c.created_at > _ticket.c.first_reply_at)
        .order_by(_ticket.c.ticket_id, _message.c.seq)
    )
    return figures.gaps(_divided(reader.execute(query)), open_times(reader, period.since, now))


def told(reader: Reader, period: Period) -> Iterator[Mapping[str, Any]]:
    """Each ticket as a file tells it, the newest first, MOST_ROWS at most; read a thousand at a time."""
    query = _within(select(*_TOLD).select_from(_joined()), period, joined=True).order_by(
        _ticket.c.opened_at.desc(), _ticket.c.ticket_id).limit(MOST_ROWS)
    answer = reader.execute(query.execution_options(stream_results=True, yield_per=AT_ONCE))
    for part in answer.mappings().partitions(AT_ONCE):
        yield from part


def told_of(reader: Reader, ticket_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The same of these tickets."""
    query = select(*_TOLD).select_from(_joined()).where(_ticket.c.ticket_id.in_(ticket_ids))
    return {row["ticket_id"]: row for row in reader.execute(query).mappings()}


def _joined() -> Any:
    return (
        _ticket.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .outerjoin(_agent, _agent.c.agent_id == _ticket.c.holder_id)
        .outerjoin(_rating, _rating.c.ticket_id == _ticket.c.ticket_id)
    )


def _within(query: Select[Any], period: Period, joined: bool = False) -> Select[Any]:
    if (period.language or period.kind) and not joined:
        query = query.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id).join(
            _channel, _channel.c.channel_id == _conversation.c.channel_id)
    query = query.where(_ticket.c.opened_at >= period.since, _ticket.c.opened_at < period.until)
    for column, value in ((_ticket.c.queue_id, period.queue_id), (_ticket.c.holder_id, period.agent_id),
                          (_conversation.c.language, period.language), (_channel.c.kind, period.kind)):
        query = query.where(column == value) if value else query
    return query


def _divided(rows: Any) -> Iterator[tuple[str, str, datetime]]:
    """What was said while the ticket lasted, with a division between two of them."""
    last = ""
    for ticket_id, queue_id, closed_at, author, said_at in rows:
        if ticket_id != last:
            yield queue_id, "", said_at
            last = ticket_id
        if closed_at is None or said_at <= closed_at:
            yield queue_id, author, said_at
