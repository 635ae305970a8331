"""The score: who comes first. One rule, as a pure function and as the same expression in SQL (a test holds them together).

100 · priority (low −1, normal 0, high 1, urgent 2) + minutes waited + 30 for a VIP + 20 for who had to come back (requeued
or reopened) + 40 where the channel's window closes in less than 3 hours. Every point but the minutes is given once, so
that whoever waits long enough comes before any VIP. The order never depends on what happened last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, func, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from conversation.tables import Channel, Conversation
from handoff.tables import Ticket

PRIORITY_LEVELS = MappingProxyType({"low": -1, "normal": 0, "high": 1, "urgent": 2})
PRIORITY_POINTS, VIP_POINTS, BACK_POINTS, WINDOW_POINTS = 100, 30, 20, 40
CLOSING = timedelta(hours=3)
# How long a person may write after the contact's last word, by kind of channel; docs/channels.md. Others never close.
WINDOWS = MappingProxyType({
    "twilio-whatsapp": timedelta(hours=24), "meta-whatsapp": timedelta(hours=24), "twilio-messenger": timedelta(hours=24),
    "meta-messenger": timedelta(days=7), "meta-instagram": timedelta(days=7),
})

_ticket, _conversation, _channel = Ticket.__table__, Conversation.__table__, Channel.__table__


@dataclass(frozen=True, slots=True)
class Need:
    """What decides about a ticket's place. `since`: the contact waits since then; None: nobody waits."""

    priority: str
    vip: bool
    came_back: str
    since: datetime | None
    kind: str
    last_inbound_at: datetime | None
    free_until: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a score: `waiting`, `priority`, `vip`, `requeued`, `reopened` or `window`."""

    name: str
    points: float


def need(ticket: Mapping[str, Any], conversation: Mapping[str, Any], kind: str) -> Need:
    """The need of a ticket by its rows and its channel's kind. Pure."""
    came_back = "requeued" if ticket["requeued_at"] else "reopened" if ticket["reopens"] else ""
    return Need(ticket["priority"], bool(ticket["vip"]), came_back, _since(ticket, conversation), kind,
                conversation["last_inbound_at"], conversation["free_until"])


def need_of_row(row: Mapping[str, Any]) -> Need:
    """The same of a row of `lists.rows`. Pure."""
    names = ("priority", "vip", "requeued_at", "reopens", "state", "waiting_since")
    return need({name: row[f"ticket_{name}"] for name in names}, row, row["kind"])


def parts(one: Need, now: datetime) -> tuple[Part, ...]:
    """Why it stands where it does, the heaviest first; what gives nothing is left out. Pure."""
    found = [
        Part("priority", PRIORITY_POINTS * PRIORITY_LEVELS.get(one.priority, 0)),
        Part("waiting", (now - one.since).total_seconds() / 60 if one.since else 0),
        Part("vip", VIP_POINTS if one.vip else 0),
        Part(one.came_back or "requeued", BACK_POINTS if one.came_back else 0),
        Part("window", WINDOW_POINTS if _is_closing(one, now) else 0),
    ]
    return tuple(sorted((part for part in found if part.points), key=lambda part: -abs(part.points)))


def total(one: Need, now: datetime) -> float:
    """The score. Pure."""
    return sum(part.points for part in parts(one, now))


def expression(now: datetime) -> ColumnElement[float]:
    """The score in SQL, over `ticket`, `conversation` and `channel`."""
    came_back = or_(_ticket.c.requeued_at.is_not(None), _ticket.c.reopens.is_not(None))
    levels = {name: level * PRIORITY_POINTS for name, level in PRIORITY_LEVELS.items()}
    waited = func.coalesce(_minutes(_literal(now), since()), 0.0)
    return (case(levels, value=_ticket.c.priority, else_=0) + case((_ticket.c.vip, VIP_POINTS), else_=0)
            + case((came_back, BACK_POINTS), else_=0) + case((_closes(now), WINDOW_POINTS), else_=0) + waited)


def since() -> ColumnElement[Any]:
    """Since when the contact of a ticket waits; NULL where nobody does."""
    queued = case((_ticket.c.state == "queued", func.coalesce(_ticket.c.requeued_at, _ticket.c.waiting_since)))
    return case((_conversation.c.waiting_since.is_not(None), _ticket.c.waiting_since), else_=queued)


class _minutes(FunctionElement[float]):
    """The minutes from the second instant to the first."""

    type = Float()
    inherit_cache = True


@compiles(_minutes, "sqlite")
def _in_sqlite(element: _minutes, compiler: SQLCompiler, **more: Any) -> str:
    later, earlier = (compiler.process(clause, **more) for clause in element.clauses)
    return f"((julianday({later}) - julianday({earlier})) * 1440.0)"


@compiles(_minutes, "postgresql")
def _in_postgresql(element: _minutes, compiler: SQLCompiler, **more: Any) -> str:
    later, earlier = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) AS double precision) / 60.0)"


def _since(ticket: Mapping[str, Any], conversation: Mapping[str, Any]) -> datetime | None:
    if conversation["waiting_since"] is not None:
        return ticket["waiting_since"]
    # nobody waits for an answer, but for a person to look: since it lies in the queue
    return (ticket["requeued_at"] or ticket["waiting_since"]) if ticket["state"] == "queued" else None


def _is_closing(one: Need, now: datetime) -> bool:
    if one.kind not in WINDOWS or one.last_inbound_at is None:
        return False
    ends_at = max(one.last_inbound_at + WINDOWS[one.kind], one.free_until or one.last_inbound_at)
    return now < ends_at <= now + CLOSING


def _closes(now: datetime) -> ColumnElement[bool]:
    heard, free = _conversation.c.last_inbound_at, _conversation.c.free_until
    by_length: dict[timedelta, list[str]] = {}
    for kind, window in WINDOWS.items():
        by_length.setdefault(window, []).append(kind)
    ends_soon = or_(*(
        and_(heard <= now + CLOSING - window, or_(heard > now - window, free > now), _channel.c.kind.in_(kinds))
        for window, kinds in by_length.items()
    ))
    return and_(heard <= now + CLOSING - min(by_length), ends_soon, or_(free.is_(None), free <= now + CLOSING))


def _literal(now: datetime) -> ColumnElement[Any]:
    return literal(now, _ticket.c.waiting_since.type)
