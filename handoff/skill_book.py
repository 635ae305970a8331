"""Skills as admins keep them: words with titles. Who has one is said at the agent; each change has its line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from conversation.work import Work
from handoff import audit
from handoff.access import Reader
from handoff.admin_errors import BadValue, StillNeeded
from handoff.tables import LIVE_TICKET_STATES, Agent, Skill, Ticket

LONGEST_TITLE = 60

_skill, _agent, _ticket = Skill.__table__, Agent.__table__, Ticket.__table__
_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")


def every(reader: Reader) -> list[dict[str, Any]]:
    """All skills by name, each with `agents`: the names of those who have it."""
    having = reader.execute(select(_agent.c.name, _agent.c.skills).where(
        _agent.c.deactivated_at.is_(None)).order_by(_agent.c.name)).all()
    return [dict(row) | {"agents": [one.name for one in having if row["skill_id"] in one.skills]}
            for row in reader.execute(select(_skill).order_by(_skill.c.skill_id)).mappings()]


def add(work: Work, skill_id: str, titles: Mapping[str, str], by: str) -> None:
    """A new skill. Raises BadValue."""
    if not _ID.fullmatch(skill_id):
        raise BadValue("skill_id", "word")
    if any(row["skill_id"] == skill_id for row in every(work.connection)):
        raise BadValue("skill_id", "taken")
    _require(titles)
    work.connection.execute(insert(_skill).values(skill_id=skill_id, titles=dict(titles), created_at=work.now))
    audit.changed(work, "skill_added", by, skill_id, {"titles": (None, dict(titles))})


def change(work: Work, skill_id: str, titles: Mapping[str, str], by: str) -> None:
    """Other titles. Raises BadValue."""
    before = next((row for row in every(work.connection) if row["skill_id"] == skill_id), None)
    if before is None:
        raise BadValue("skill_id", "choice")
    _require(titles)
    if dict(titles) == before["titles"]:
        return
    work.connection.execute(update(_skill).where(_skill.c.skill_id == skill_id).values(titles=dict(titles)))
    audit.changed(work, "skill_changed", by, skill_id, {"titles": (before["titles"], dict(titles))})


def remove(work: Work, skill_id: str, by: str, named_at: Sequence[str] = ()) -> None:
    """Nobody has it any more. Raises BadValue, StillNeeded where a flow or an open ticket asks for it."""
    if all(row["skill_id"] != skill_id for row in every(work.connection)):
        raise BadValue("skill_id", "choice")
    live = work.connection.execute(select(_ticket.c.skills).where(_ticket.c.state.in_(LIVE_TICKET_STATES))).scalars()
    asking = sum(skill_id in skills for skills in live)
    if asking or named_at:
        raise StillNeeded(skill_id, asking, named_at)
    for row in work.connection.execute(select(_agent.c.agent_id, _agent.c.skills)).all():
        if skill_id in row.skills:
            left = [one for one in row.skills if one != skill_id]
            work.connection.execute(update(_agent).where(_agent.c.agent_id == row.agent_id).values(skills=left))
    work.connection.execute(delete(_skill).where(_skill.c.skill_id == skill_id))
    audit.changed(work, "skill_removed", by, skill_id, {"state": ("live", "removed")})


def _require(titles: Mapping[str, str]) -> None:
    if not titles:
        raise BadValue("title_es", "missing")
    if any(len(title) > LONGEST_TITLE for title in titles.values()):
        raise BadValue("title_es", "too_long", most=LONGEST_TITLE)
