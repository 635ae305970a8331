"""Reads what was said on the way to a piece of evidence, and after which words the bot had not understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.orm import Session

from console.counted import Uttered
from conversation.tables import Message, StepLog

MESSAGES = 60  # before the newest evidence; a count reaches back a few turns
_message, _step = Message.__table__, StepLog.__table__
_latest = (
    select(_message.c.message_id, _message.c.seq, _message.c.author, _message.c.text, _message.c.created_at)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.seq <= bindparam("seq"),
           _message.c.author.in_(("contact", "bot")))
    .order_by(_message.c.seq.desc())
    .limit(MESSAGES)
)
# The bot's turn and what it said carry the same time: they are of one transaction.
_failed = select(_step.c.at).where(
    _step.c.conversation_id == bindparam("id"), _step.c.outcome == "fallback",
    _step.c.at.in_(bindparam("times", expanding=True)),
)


def before(
    session: Session, conversation_id: str, said: Mapping[str, tuple[int, str]]
) -> dict[str, Sequence[Uttered]]:
    """By message: what contact and bot said up to it, oldest first, itself included."""
    if not said:
        return {}
    newest = max(seq for seq, _ in said.values())
    rows = session.execute(_latest, {"id": conversation_id, "seq": newest}).mappings().all()[::-1]
    failed = _failures(session, conversation_id, rows)
    return {
        message_id: [_uttered(row, failed) for row in rows if row["seq"] <= seq]
        for message_id, (seq, _) in said.items()
    }


def _failures(session: Session, conversation_id: str, rows: Sequence[RowMapping]) -> set[Any]:
    times = {row["created_at"] for row in rows if row["author"] == "bot"}
    found = session.execute(_failed, {"id": conversation_id, "times": sorted(times)}) if times else ()
    return {row.at for row in found}


def _uttered(row: RowMapping, failed: set[Any]) -> Uttered:
    return Uttered(row["message_id"], row["author"] == "bot", row["text"], row["created_at"] in failed)
