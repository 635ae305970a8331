"""Changes of the house as lines of the timeline: who, what, from which value to which; and reading them back, bounded.

A line of a change has `data` {subject, changes: {field: [old, new]}}. A page looks at a fixed stretch of lines at a
time, so that a log of years answers as fast as one of a day; `older` says where the next stretch begins. The lines of
one conversation, and what one person did, have an index and need no stretch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from conversation.events import TimelineLine
from conversation.tables import BY_PERSON, TimelineEntry
from conversation.work import Work
from handoff.access import Reader

STRETCH = 50_000  # lines that one page looks at
PAGE = 100
EXPORTED = 10_000
HOUSE = ("bot", "contact", "system", "clock", "engine")
# Each of these happens with every message: they are asked for by name, or by the conversation.
BUSY = ("message", "receipt", "attachment", "typing", "seen")

_entry = TimelineEntry.__table__


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines: of whom, of what kind, since and until when, of which conversation; `before` is the page's place."""

    actor: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    conversation_id: str = ""
    before: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lines, the newest first. `older` is the `before` of the next page, 0 at the end of the log."""

    lines: tuple[Mapping[str, Any], ...]
    older: int


def changed(work: Work, kind: str, by: str, subject: str, changes: Mapping[str, Sequence[Any]]) -> None:
    """A line of who changed what of the house; secrets never go in here."""
    work.record(TimelineLine(kind, "", by, data={"subject": subject, "changes": {name: list(pair)
                                                                               for name, pair in changes.items()}}))


def differences(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What `wanted` changes: {field: (old, new)}."""
    return {name: (before.get(name), value) for name, value in wanted.items() if before.get(name) != value}


def read(reader: Reader, asked: Asked, most: int = PAGE, stretch: int = STRETCH) -> Found:
    """The newest lines that fit, from one stretch of the log."""
    newest = reader.execute(select(func.max(_entry.c.entry_id))).scalar() or 0
    top = min(asked.before - 1, newest) if asked.before > 0 else newest
    is_short = bool(asked.conversation_id) or _is_by_person(asked)
    bottom = 0 if is_short else max(0, top - stretch)
    rows = reader.execute(question(asked, top, bottom).limit(most + 1)).mappings().all()
    if len(rows) > most:
        return Found(tuple(rows[:most]), rows[most - 1]["entry_id"])
    is_over = bottom == 0 or _is_before(reader, bottom, asked.since)
    return Found(tuple(rows), 0 if is_over else bottom + 1)


def question(asked: Asked, top: int, bottom: int) -> Any:
    """The lines that fit from number `top` down to `bottom`, the newest first; a `bottom` of 0 leaves it out."""
    query = select(_entry).where(_entry.c.entry_id <= top)
    if bottom:
        query = query.where(_entry.c.entry_id > bottom)
    return _narrowed(query, asked).order_by(_entry.c.entry_id.desc())


def _is_by_person(asked: Asked) -> bool:
    """Whether the index of what people did has all that is asked for."""
    return asked.actor.startswith("agt_") and not asked.conversation_id and asked.kind not in BUSY


def _narrowed(query: Any, asked: Asked) -> Any:
    if asked.actor:
        query = query.where(_entry.c.actor == asked.actor)
    if _is_by_person(asked):
        query = query.where(BY_PERSON)
    if asked.conversation_id:
        query = query.where(_entry.c.conversation_id == asked.conversation_id)
    if asked.kind:
        query = query.where(_entry.c.kind == asked.kind)
    elif not asked.conversation_id:
        query = query.where(_entry.c.kind.not_in(BUSY))
    if asked.since is not None:
        query = query.where(_entry.c.at >= asked.since)
    if asked.until is not None:
        query = query.where(_entry.c.at < asked.until)
    return query


def _is_before(reader: Reader, entry_id: int, since: datetime | None) -> bool:
    if since is None:
        return False
    at = reader.execute(select(_entry.c.at).where(_entry.c.entry_id <= entry_id).order_by(_entry.c.entry_id.desc()).limit(1))
    found = at.scalar()
    return found is not None and found < since
