"""The clocks of a ticket, pure: by when somebody should have taken it, and how far a clock has run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handoff import hours

WARNING_SHARE = 0.75


def due_at(queue: Mapping[str, Any], opened_at: datetime) -> datetime | None:
    """The end of the queue's promise, in the minutes it is open; None for a queue that never opens."""
    return hours.add_open_time(queue, opened_at, timedelta(minutes=queue["promise_minutes"]))


def is_overdue(ticket: Mapping[str, Any], now: datetime) -> bool:
    """Nobody took it within the promise. A ticket that somebody holds is never overdue."""
    return ticket["state"] == "queued" and ticket["due_at"] is not None and now >= ticket["due_at"]


def is_close(ticket: Mapping[str, Any], now: datetime) -> bool:
    """Unclaimed, and three quarters of the promise are over."""
    if ticket["state"] != "queued" or ticket["due_at"] is None:
        return False
    return now >= ticket["opened_at"] + (ticket["due_at"] - ticket["opened_at"]) * WARNING_SHARE


def reply_is_due(queue: Mapping[str, Any], claimed_at: datetime, minutes: float) -> datetime | None:
    """By when the holder must have written, in the minutes the queue is open."""
    return hours.add_open_time(queue, claimed_at, timedelta(minutes=minutes))
