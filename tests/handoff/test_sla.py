"""The clocks of a ticket. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from handoff import hours, sla

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUEUE = {"hours": hours.parse("mon-fri 09:00-11:10"), "holidays": [], "time_zone": "UTC", "promise_minutes": 20}


def a_ticket(**changes: Any) -> dict[str, Any]:
    return {"state": "queued", "opened_at": MONDAY, "due_at": MONDAY + timedelta(minutes=20),
            "due_check_at": MONDAY + timedelta(minutes=15)} | changes


def test_a_promise_ends_after_its_open_minutes():
    assert sla.due_at(QUEUE, MONDAY) == MONDAY + timedelta(minutes=20)


def test_a_promise_waits_for_the_next_opening():
    assert sla.due_at(QUEUE, MONDAY + timedelta(minutes=60)) == datetime(2026, 11, 24, 9, 10, tzinfo=UTC)


def test_a_holder_has_open_minutes_for_her_first_words():
    timer = sla.reply_timer({**QUEUE, "reply_minutes": 5}, MONDAY + timedelta(minutes=68))

    assert timer["reply_due_at"] == datetime(2026, 11, 24, 9, 3, tzinfo=UTC)
    assert timer["reply_warn_at"] == datetime(2026, 11, 24, 9, 1, tzinfo=UTC)
