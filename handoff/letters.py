"""Letters to agents: rows that a worker brings to the mail server (pipeline/letters.py), in the agent's language.

Written in the transaction of what they tell of, so that neither is there without the other. A link that opens something
leaves the row once it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, insert, select

from conversation import ids
from conversation.work import Work
from handoff.access import Reader
from handoff.house_tables import Letter

TEXTS = Path(__file__).parent / "letters.yaml"
SECRET = frozenset({"invitation", "reset"})
DEFAULT = "es"

_letter = Letter.__table__


def write(work: Work, agent: Mapping[str, Any], kind: str, **values: Any) -> str:
    """A letter of this kind to an agent (her row); returns its id. `values` fill the blanks of handoff/letters.yaml.

    `many` chooses the subject for several things at once.
    """
    told = words(agent["language"])[kind]
    filled = {"name": agent["name"], **values}
    subject = told["subject_many"] if values.get("many") else told["subject"]
    letter_id = ids.new("let")
    work.connection.execute(insert(_letter).values(
        letter_id=letter_id, agent_id=agent["agent_id"], to_address=agent["email"], kind=kind,
        subject=subject.format_map(filled), text=told["text"].format_map(filled), secret=kind in SECRET,
        state="queued", attempt=0, not_before=work.now, created_at=work.now))
    return letter_id


def invite(work: Work, agent: Mapping[str, Any], link: str) -> str:
    """The letter with an invitation's whole address."""
    return write(work, agent, "invitation", link=link)


def given_up(reader: Reader, since: datetime) -> list[Mapping[str, Any]]:
    """Letters that never arrived, the newest first: {letter_id, to_address, kind, subject, error, ended_at, …}."""
    query = select(_letter).where(_letter.c.state == "given_up", _letter.c.ended_at >= since)
    return list(reader.execute(query.order_by(_letter.c.ended_at.desc()).limit(100)).mappings())


def newest(reader: Reader, agent_id: str, kind: str) -> datetime | None:
    """When a letter of this kind was last written to her."""
    query = select(func.max(_letter.c.created_at)).where(_letter.c.agent_id == agent_id, _letter.c.kind == kind)
    found: datetime | None = reader.execute(query).scalar()
    return found


@cache
def words(language: str) -> Mapping[str, Any]:
    """The letters in a language; Spanish for one that we do not have."""
    found: Mapping[str, Any] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return found.get(language, found[DEFAULT])
