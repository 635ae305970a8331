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
    conversation, contact, words = sight.conversation, thread["contact"], here.texts()
    found = []
    if contact["blocked_at"] is not None:
        found.append(Mark("blocked", "ban", "harm", words("mark.blocked"), _who_blocked(contact, names)))
    if conversation["opted_out_at"] is not None:
        found.append(Mark("opted_out", "ban", "harm", words("mark.opted_out"), _who_stopped(session, sight, thread)))
    elif conversation["marketing_stopped_at"] is not None:
        since = words("mark.no_ads_long", time=_when(conversation["marketing_stopped_at"]))
        found.append(Mark("no_ads", "ban", "wait", words("mark.no_ads"), since))
    if conversation["news_stopped_at"] is not None and conversation["opted_out_at"] is None:
        since = words("mark.no_news_long", time=_when(conversation["news_stopped_at"]))
        found.append(Mark("no_news", "ban", "wait", words("mark.no_news"), since))
    if conversation["unreachable_at"] is not None:
        why = sentences.sentence(thread["kind"], conversation["unreachable_code"] or "unreachable", here.language())
        since = words("mark.unreachable_long", time=_when(conversation["unreachable_at"]), why=why)
        found.append(Mark("unreachable", "wifi-off", "harm", words("mark.unreachable"), since))
    return found


def _who_blocked(contact: Mapping[str, Any], names: Mapping[str, str]) -> str:
    words, by = here.texts(), names.get(contact["blocked_by"] or "", "")
    why = words.either(f"block.why.{contact['blocked_why']}", "block.why.other")
    return words("mark.blocked_by" if by else "mark.blocked_house", name=by, why=why, time=_when(contact["blocked_at"]))


def _who_stopped(session: Session, sight: Sight, thread: Mapping[str, Any]) -> str:
    """She asked for it herself, or the provider told us so when it refused a message."""
    actor = session.execute(
        select(_entry.c.actor)
        .where(_entry.c.conversation_id == sight.conversation["conversation_id"], _entry.c.kind == "opted_out")
        .order_by(_entry.c.entry_id.desc())
        .limit(1)
    ).scalar()
    values = {"name": thread["first_name"], "channel": thread["channel"], "time": _when(sight.conversation["opted_out_at"])}
    return here.texts()("mark.opted_out_long" if actor == "contact" else "mark.opted_out_told_long", **values)


def _when(moment: datetime) -> str:
    return here.formats().within(moment)
