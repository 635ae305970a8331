"""Presence: who is at her desk. She says herself whether she takes conversations; her pages say that she is there.

Online is both: `presence` is `online`, and a page of hers reported itself within the last 90 seconds. A page that is
open but hidden reports itself too. The instant she comes back, or says something else, stands in the timeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select, update

from conversation.events import TimelineLine
from conversation.work import Work
from handoff.access import Reader
from handoff.errors import UnknownAgent
from handoff.tables import PRESENCES, Agent

ONLINE, AWAY, OFFLINE = "online", "away", "offline"
ONLINE_FOR = timedelta(seconds=90)

_agent = Agent.__table__
_one = select(_agent.c.presence, _agent.c.last_seen_at).where(
    _agent.c.agent_id == bindparam("id"), _agent.c.deactivated_at.is_(None))
_all = select(_agent.c.agent_id, _agent.c.presence, _agent.c.last_seen_at).where(
    _agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False))


def of(agent: Mapping[str, Any], now: datetime) -> str:
    """`online`, `away` (there, and takes nothing), or `offline` (no page of hers). Pure."""
    if not was_seen(agent["last_seen_at"], now):
        return OFFLINE
    return ONLINE if agent["presence"] == ONLINE else AWAY


def is_online(agent: Mapping[str, Any], now: datetime) -> bool:
    """Whether she takes conversations now. Pure."""
    return of(agent, now) == ONLINE


def was_seen(last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether a page of hers reported itself lately. Pure."""
    return last_seen_at is not None and now - last_seen_at < ONLINE_FOR


def online(now: datetime) -> ColumnElement[bool]:
    """The rule of `is_online` as a condition on the table `agent`; also that she still works here."""
    return and_(_agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False), _agent.c.presence == ONLINE,
                _agent.c.last_seen_at > now - ONLINE_FOR)


def standing(reader: Reader, now: datetime) -> dict[str, str]:
    """How everybody who works here stands now, also who is gone without a word: what a live page compares."""
    return {row["agent_id"]: of(row, now) for row in reader.execute(_all).mappings()}


def choose(work: Work, agent_id: str, presence: str) -> str:
    """She says whether she takes conversations; saying it shows that she is there. Returns how she stands now.

    Raises UnknownAgent; ValueError for a word that is no presence.
    """
    if presence not in PRESENCES:
        raise ValueError(f"“{presence}” is no presence; it is one of {', '.join(PRESENCES)}.")
    before = _read(work, agent_id)
    changed = {"presence": presence, "presence_at": work.now} if before["presence"] != presence else {}
    _write(work, agent_id, {"last_seen_at": work.now, **changed})
    _record(work, agent_id, of(before, work.now), presence)
    return presence


def seen(work: Work, agent_id: str) -> str:
    """A page of hers reported itself: she is at her desk. Returns how she stands now. Raises UnknownAgent."""
    before = _read(work, agent_id)
    _write(work, agent_id, {"last_seen_at": work.now})
    now = of({**before, "last_seen_at": work.now}, work.now)
    _record(work, agent_id, of(before, work.now), now)
    return now


def gone(work: Work, agent_id: str) -> None:
    """Her last page was closed for good (she logged out): nobody waits 90 seconds to know it."""
    before = _read(work, agent_id)
    _write(work, agent_id, {"last_seen_at": work.now - ONLINE_FOR})
    _record(work, agent_id, of(before, work.now), OFFLINE)


def _read(work: Work, agent_id: str) -> Mapping[str, Any]:
    row = work.connection.execute(_one, {"id": agent_id}).mappings().first()
    if row is None:
        raise UnknownAgent(agent_id)
    return row


def _write(work: Work, agent_id: str, values: Mapping[str, Any]) -> None:
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent_id).values(**values))


def _record(work: Work, agent_id: str, before: str, after: str) -> None:
    if before != after:
        work.record(TimelineLine("presence", "", agent_id, data={"from": before, "to": after}))
