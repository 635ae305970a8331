"""Colleagues: who works here, how she stands, what she has in hand and how much room is left; for menus that name people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from handoff import access, capacity, presence
from handoff.access import Reader
from handoff.tables import Agent, Membership

_agent, _membership = Agent.__table__, Membership.__table__


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent as her colleagues see her. `presence` is online, away or offline; `load` counts as her capacity does."""

    agent_id: str
    name: str
    role: str
    presence: str
    last_seen_at: datetime | None
    load: int
    capacity: int
    queues: tuple[str, ...]
    languages: tuple[str, ...]
    skills: tuple[str, ...]

    @property
    def room(self) -> int:
        """How many more she can have."""
        return max(0, self.capacity - self.load)

    def takes(self, queue_id: str) -> bool:
        """Whether a conversation of this queue can be passed to her now."""
        sees = self.role in access.SEES_EVERYTHING or queue_id in self.queues
        return sees and self.presence == presence.ONLINE and self.room > 0


def every(reader: Reader, now: datetime) -> list[Colleague]:
    """All who work here, those at their desks first, then by name."""
    rows = reader.execute(select(_agent).where(
        _agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False))).mappings().all()
    member: dict[str, list[str]] = {}
    for one in reader.execute(select(_membership).order_by(_membership.c.queue_id)).all():
        member.setdefault(one.agent_id, []).append(one.queue_id)
    loads = capacity.loads(reader, now)
    found = [_colleague(row, loads.get(row["agent_id"], 0), member.get(row["agent_id"], []), now) for row in rows]
    order = (presence.ONLINE, presence.AWAY, presence.OFFLINE)
    return sorted(found, key=lambda one: (order.index(one.presence), one.name.casefold()))


def _colleague(row: Mapping[str, Any], load: int, queues: list[str], now: datetime) -> Colleague:
    return Colleague(row["agent_id"], row["name"], row["role"], presence.of(row, now), row["last_seen_at"], load,
                     row["capacity"], tuple(queues), tuple(row["languages"]), tuple(row["skills"]))
