"""The list of conversations: which rows a tab has, in what order, and the one clock that matters in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.formats import as_utc

TABS = ("mine", "queued", "unanswered", "all")
WINDOW_SHOWN = timedelta(hours=4)
SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time a row shows: what it is (`left`, `late`, `waits`, `theirs`, `moment`), and how much it presses."""

    kind: str
    length: timedelta | None = None
    press: str = ""


def clock(row: Mapping[str, Any], now: datetime) -> Clock:
    """The one clock of a row.

    A promise that runs: time left, pressing under five minutes; a broken one: time waited, late. Without a promise the
    time the contact has waited; when it is the contact's turn, that; with the bot, the time of the last word.
    """
    waiting, due = row["waiting_since"], row["due_at"]
    if row["state"] in (None, "resolved", "returned"):
        return Clock("moment")
    if waiting is None:
        return Clock("theirs")
    waited = now - as_utc(waiting)
    if due is None or row["first_reply_at"] is not None:
        return Clock("waits", waited)
    left = as_utc(due) - now
    if left < timedelta(0):
        return Clock("late", waited, "late")
    press = "soon" if left < SOON else ""
    return Clock(
        "left" if row["state"] == "assigned" else "waits", left if row["state"] == "assigned" else waited, press
    )


def window_left(last_inbound_at: datetime | None, hours: float | None, now: datetime) -> timedelta | None:
    """How long the channel still lets us write; None where it always does, zero when it is over."""
    if hours is None:
        return None
    if last_inbound_at is None:
        return timedelta(0)
    return max(timedelta(0), as_utc(last_inbound_at) + timedelta(hours=hours) - now)


def initials(name: str) -> str:
    """At most two letters for a person: `Ana` AN, `Marta Ríos` MR."""
    parts = [part for part in name.split() if part[0].isalpha()]
    if not parts:
        return "?"
    return (parts[0][:2] if len(parts) == 1 else parts[0][0] + parts[-1][0]).upper()
