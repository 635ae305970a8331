"""How an agent is told while no page of hers is open: for each kind of notice by e-mail, by push, both, or not at all.

What she never changed has the default. One who says that she is away is told of what is hers by name alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import update

from conversation.work import Work
from handoff.notices import KINDS
from handoff.tables import Agent

WAYS = ("email", "push")
# a push for what wants her now, a letter too for what would otherwise lie there until she comes back
DEFAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "assigned": WAYS, "queued": (), "offered": ("push",), "transferred": WAYS, "replied": ("push",), "mentioned": WAYS,
    "whispered": WAYS, "moved": ("push",), "presence": ("push",), "warned": ("push",), "breached": WAYS,
    "approval": WAYS, "approved": ("push",), "declined": ("push",), "action_failed": WAYS, "action_unsure": WAYS,
})
WHILE_AWAY = frozenset({"assigned", "transferred", "whispered", "moved", "presence"})

_agent = Agent.__table__


def chosen(agent: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The ways she wants for this kind."""
    wanted = agent["notify"].get(kind)
    return DEFAULTS[kind] if wanted is None else tuple(way for way in WAYS if way in wanted)


def ways(agent: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The ways by which she is told now."""
    if kind not in DEFAULTS or (agent["presence"] == "away" and kind not in WHILE_AWAY):
        return ()
    return chosen(agent, kind)


def choose(work: Work, agent_id: str, wanted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Keep how she wants to be told; kinds that are left out stay as they are by default. Returns what was kept."""
    kept = {kind: [way for way in WAYS if way in wanted[kind]] for kind in KINDS if kind in wanted}
    work.connection.execute(update(_agent).where(_agent.c.agent_id == agent_id).values(notify=kept))
    return kept
