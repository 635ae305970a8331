"""`@bo` in a note: which colleagues it names, among those who may see the conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import or_, select

from handoff.access import SEES_EVERYTHING, Reader
from handoff.search_words import folded
from handoff.tables import Agent, Membership

_NAMED = re.compile(r"(?<![\w@.])@([\w.-]{2,40})")

_agent, _membership = Agent.__table__, Membership.__table__


def named(text: str, colleagues: Sequence[tuple[str, str]]) -> list[str]:
    """The ids of those (id, name) whom a text names: by first name, or by the whole name without its spaces. Pure."""
    words = {folded(word.rstrip(".-")) for word in _NAMED.findall(text)}
    return [agent_id for agent_id, name in colleagues if words & _called(name)]


def colleagues(reader: Reader, queue_id: str, holder_id: str | None) -> list[tuple[str, str]]:
    """Active people who may see a conversation whose newest ticket is in this queue: (id, name)."""
    members = select(_membership.c.agent_id).where(_membership.c.queue_id == queue_id)
    found = reader.execute(
        select(_agent.c.agent_id, _agent.c.name)
        .where(_agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False),
               or_(_agent.c.role.in_(SEES_EVERYTHING), _agent.c.agent_id == (holder_id or ""),
                   _agent.c.agent_id.in_(members)))
        .order_by(_agent.c.name))
    return [(row.agent_id, row.name) for row in found]


def _called(name: str) -> set[str]:
    parts = folded(name).split()
    return {parts[0], "".join(parts), ".".join(parts)} if parts else set()
