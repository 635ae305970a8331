"""The list of conversations: which rows a tab has, in what order, and the one clock that matters in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.windows import Window
from console.formats import as_utc

TABS = ("mine", "queued", "unanswered", "snoozed", "all")
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


def window_left(window: Window, row: Mapping[str, Any], now: datetime) -> timedelta | None:
    """How long the channel still lets a person write in this conversation; None: always, zero: not any more."""
    if window.free is None:
        return None
    ends_at = window.ends_for_people_at(*heard(row))
    return max(timedelta(0), ends_at - now) if ends_at else timedelta(0)


def heard(row: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """What a window is counted from: the contact's last word, and until when an advertisement keeps it open."""
    last, until = row["last_inbound_at"], row["free_until"]
    return as_utc(last) if last else None, as_utc(until) if until else None


def initials(name: str) -> str:
    """At most two letters for a person: `Ana` AN, `Marta Ríos` MR."""
    parts = [part for part in name.split() if part[0].isalpha()]
    if not parts:
        return "?"
    return (parts[0][:2] if len(parts) == 1 else parts[0][0] + parts[-1][0]).upper()
