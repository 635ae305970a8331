"""What happened beside what was said: a line each in the transcript, where it happened."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here, news_desk, order_actions_shown
from console.formats import as_utc
from conversation.tables import TimelineEntry

KINDS = ("blocked", "unblocked", "opted_out", "opted_in", "marketing_stopped", "marketing_started", "address_added",
         "news_stopped", "news_started", "order_news", "group_reply",
         "address_changed", "identity_changed", "same_person", "thread_passed", "verdict",
         "tagged", "untagged", "person_joined", "person_parted", "vip_set", "vip_unset",
         "case_opened", "case_claimed", "case_accepted", "case_refused", "case_closed", "case_reminder", "case_photos",
         "order_action", "overflow", "promise_broken", "late", "write_me", "breached", "outside_over", "rating")
_entry = TimelineEntry.__table__


def happenings(
    session: Session, conversation_id: str, messages: Sequence[Mapping[str, Any]], names: Mapping[str, str],
    bounds: tuple[bool, bool],
) -> list[dict[str, Any]]:
    """As notes have them: note_id, seq (the message it came after), text, created_at, icon; the oldest first.

    `bounds`: whether the page has a beginning and an end, so that what happened beyond them is left to other pages.
    """
    query = select(_entry).where(_entry.c.conversation_id == conversation_id, _entry.c.kind.in_(KINDS))
    found = session.execute(query.order_by(_entry.c.entry_id)).mappings().all()
    times = [as_utc(message["created_at"]) for message in messages]
    lines = []
    for row in found:
        if row["kind"] == "case_photos" and row["actor"] != "system":
            continue  # who did it knows
        at = as_utc(row["at"])
        place = bisect_right(times, at)
        if (bounds[0] and place == 0) or (bounds[1] and place == len(times)):
            continue
        seq = messages[place - 1]["seq"] if place else 0
        lines.append({"note_id": f"line_{row['entry_id']}", "seq": seq, "created_at": row["at"], "kind": row["kind"],
                      "text": _text(row, names)})
    return lines


def _text(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    words, data = here.texts(), row["data"] or {}
    name = names.get(row["actor"], "")
    why = words.either(f"block.why.{data.get('why', '')}", "block.why.other")
    key = row["kind"]
    if key == "opted_out" and row["actor"] != "contact":
        key = "opted_out_told"
    if key == "case_reminder" and data.get("ours"):
        key = "case_own_reminder"
    if key == "breached" and data.get("clock") == "resolution":
        key = "breached_resolution"
    if key == "rating" and "score" not in data:
        key = "rating_comment"
    if key == "verdict":
        key = f"verdict_{data.get('kind') or 'withdrawn'}"
    if key == "order_news":
        return news_desk.happened(data)
    if key == "order_action":
        return order_actions_shown.happened(data, name)
    return words(f"happened.{key}", name=name, why=why, tag=data.get("tag", ""), score=data.get("score", ""),
                 code=data.get("code", ""), order=data.get("order", ""), n=data.get("n", 1))
