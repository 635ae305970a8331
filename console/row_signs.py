"""What rows of a list need beside their own query: drafts, who is looking, offers, queues. A statement each for a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here
from console.formats import as_utc
from handoff import rungs, skills, viewing
from handoff.access import Viewer
from handoff.tables import Agent, Draft, Queue, Skill

_agent, _draft, _queue = Agent.__table__, Draft.__table__, Queue.__table__
_skill = Skill.__table__
NOBODYS: Mapping[str, Any] = {"offer": 0, "reserved": "", "kept": False}


@dataclass(frozen=True, slots=True)
class Signs:
    """All of a page's: a draft's text and the names of who looks by conversation, names by agent, rows by queue."""

    drafts: Mapping[str, str] = field(default_factory=dict)
    looking: Mapping[str, Sequence[viewing.Looker]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    skills: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read(session: Session, viewer: Viewer, rows: Sequence[Mapping[str, Any]], now: datetime) -> Signs:
    """The signs of these rows, for this agent."""
    keys = [row["conversation_id"] for row in rows]
    if not keys:
        return Signs()
    wanted = any(row["ticket_skills"] for row in rows)
    return Signs(
        _drafts(session, viewer, keys),
        viewing.of_many(session, keys, viewer.agent_id, now),
        {row.agent_id: row.name for row in session.execute(select(_agent.c.agent_id, _agent.c.name))},
        {row["queue_id"]: row for row in session.execute(select(_queue)).mappings()},
        {row.skill_id: row.titles for row in session.execute(select(_skill))} if wanted else {},
    )


def _drafts(session: Session, viewer: Viewer, keys: Sequence[str]) -> dict[str, str]:
    query = select(_draft.c.conversation_id, _draft.c.text).where(
        _draft.c.conversation_id.in_(keys), _draft.c.agent_id == viewer.agent_id, _draft.c.mode == "reply")
    return {row.conversation_id: row.text.strip() for row in session.execute(query) if row.text.strip()}


def unfit(row: Mapping[str, Any], signs: Signs) -> str:
    """What the ticket asks for and this agent has not: its language first, then a skill; empty where she fits."""
    words = here.texts()
    missing = skills.lacking(row["ticket_skills"] or (), row["language"], here.agent())
    if not missing:
        return ""
    kind, _, code = missing[-1].rpartition(":")
    if kind == "language":
        return words("row.unfit_language", language=_language(code))
    titles = signs.skills.get(missing[0], {})
    return words("row.unfit_skill", skill=titles.get(here.language()) or next(iter(titles.values()), missing[0]))


def _language(code: str) -> str:
    words = here.texts()
    return words(f"languages.{code}") if words.has(f"languages.{code}") else code.upper()


def held_back(row: Mapping[str, Any], viewer: Viewer, signs: Signs, now: datetime) -> Mapping[str, Any]:
    """Whose turn a waiting ticket is: `offer` is this agent's own, `reserved` says for whom it is
    kept a moment, `kept` that it is not for her."""
    offered, until = row["ticket_offered_to"], row["ticket_offered_until"]
    if offered and until and as_utc(until) > now:
        left = max(1, round((as_utc(until) - now).total_seconds()))
        if offered == viewer.agent_id:
            return {"offer": left, "reserved": "", "kept": False}
        return {"offer": 0, "reserved": here.texts()("row.offered", name=signs.names.get(offered, "")), "kept": False}
    kept, until = row["ticket_reserved_for"], row["ticket_reserved_until"]
    if kept and until and as_utc(until) > now:
        hers = kept == viewer.agent_id
        told = here.texts()("row.reserved_you" if hers else "row.reserved", name=signs.names.get(kept, ""))
        return {"offer": 0, "reserved": told, "kept": not hers}
    return NOBODYS


def is_to_be_written(row: Mapping[str, Any]) -> bool:
    """Whether she asked to be written to instead of waiting."""
    return row["ticket_state"] == "queued" and rungs.WRITE_ME in (row["ticket_told"] or ())
