"""What an agent is writing in the flows: kept for her, file by file, until she publishes or throws it away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from console.formats import as_utc
from conversation.work import Work
from handoff.tables import FlowDraft

_draft = FlowDraft.__table__
# One statement: two windows may begin the same file at once.
_keep = {
    dialect.__name__.rpartition(".")[2]: (made := dialect.insert(_draft)).on_conflict_do_update(
        index_elements=["agent_id", "file"], set_={"text": made.excluded.text, "saved_at": made.excluded.saved_at}
    )
    for dialect in (sqlite, postgresql)
}


@dataclass(frozen=True, slots=True)
class Draft:
    """`text` is None where the file is to go. `base` is the set that was live when she began."""

    file: str
    text: str | None
    base: str
    saved_at: datetime


def drafts(session: Session, agent_id: str) -> dict[str, Draft]:
    """Hers, by file."""
    rows = session.execute(select(_draft).where(_draft.c.agent_id == agent_id).order_by(_draft.c.file)).mappings()
    return {row["file"]: Draft(row["file"], row["text"], row["base"], as_utc(row["saved_at"])) for row in rows}


def edits(found: Mapping[str, Draft]) -> dict[str, str | None]:
    return {file: draft.text for file, draft in found.items()}


def keep(work: Work, agent_id: str, file: str, text: str | None, base: str) -> None:
    """Keep this text; the base of a file that she is writing already stays that of her first letter."""
    row = {"agent_id": agent_id, "file": file, "text": text, "base": base, "saved_at": work.now}
    work.connection.execute(_keep[work.connection.dialect.name], row)


def drop(work: Work, agent_id: str, file: str = "") -> None:
    """Throw away one, or all of them."""
    gone = delete(_draft).where(_draft.c.agent_id == agent_id)
    work.connection.execute(gone.where(_draft.c.file == file) if file else gone)
