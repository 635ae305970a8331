"""What stands beside a contact's name: blocked, opted out, no advertising, cannot be reached. A word there, a sentence here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import sentences
from console import here
from conversation.tables import TimelineEntry
from handoff.access import Sight

_entry = TimelineEntry.__table__


@dataclass(frozen=True, slots=True)
class Mark:
    """`tone` is harm or wait; `text` fits a chip, `long` says who and when."""

    key: str
    icon: str
    tone: str
    text: str
    long: str


def marks(session: Session, sight: Sight, thread: Mapping[str, Any], names: Mapping[str, str]) -> list[Mark]:
    """All that hold, the weightiest first."""
    conversation, contact = sight.conversation, thread["contact"]
    found = []
    if contact["blocked_at"] is not None:
        found.append(_blocked(contact, names))
    if conversation["opted_out_at"] is not None:
        found.append(_opted_out(session, sight, thread))
    elif conversation["marketing_stopped_at"] is not None:
        found.append(_made("no_ads", "ban", "wait", at=conversation["marketing_stopped_at"]))
    if conversation["unreachable_at"] is not None:
        code = conversation["unreachable_code"] or "unreachable"
        why = sentences.sentence(thread["kind"], code, here.language())
        found.append(_made("unreachable", "wifi-off", "harm", at=conversation["unreachable_at"], why=why))
    return found


def _blocked(contact: Mapping[str, Any], names: Mapping[str, str]) -> Mark:
    words, by = here.texts(), names.get(contact["blocked_by"] or "", "")
    why = words.either(f"block.why.{contact['blocked_why']}", "block.why.other")
    key = "blocked_by" if by else "blocked_house"
    made = _made("blocked", "ban", "harm", at=contact["blocked_at"])
    return Mark(made.key, made.icon, made.tone, made.text,
                words(f"mark.{key}", name=by, why=why, time=_when(contact["blocked_at"])))


def _opted_out(session: Session, sight: Sight, thread: Mapping[str, Any]) -> Mark:
    """She asked for it herself, or the provider told us so when it refused a message."""
    actor = session.execute(
        select(_entry.c.actor).where(
            _entry.c.conversation_id == sight.conversation["conversation_id"], _entry.c.kind == "opted_out")
        .order_by(_entry.c.entry_id.desc()).limit(1)
    ).scalar()
    own = "opted_out" if actor == "contact" else "opted_out_told"
    made = _made("opted_out", "ban", "harm", at=sight.conversation["opted_out_at"])
    values = {"name": thread["first_name"], "channel": thread["channel"], "time": _when(sight.conversation["opted_out_at"])}
    return Mark(made.key, made.icon, made.tone, made.text, here.texts()(f"mark.{own}_long", **values))


def _made(key: str, icon: str, tone: str, at: datetime, **values: str) -> Mark:
    words = here.texts()
    long = words(f"mark.{key}_long", time=_when(at), **values) if words.has(f"mark.{key}_long") else ""
    return Mark(key, icon, tone, words(f"mark.{key}"), long)


def _when(moment: datetime) -> str:
    return here.formats().full(moment)
