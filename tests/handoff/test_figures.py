"""What the tickets of a time say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handoff import figures
from handoff.figures import BROKEN, KEPT, NONE, OPEN, Facts
from handoff.open_time import OpenTime

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
MINUTE = 60.0


def facts(**changes: Any) -> Facts:
    """A ticket that waits, with a promise of 15 minutes."""
    made = {"ticket_id": "tkt_1", "queue_id": "orders", "state": "queued", "reason": "human_request", "holder_id": None,
            "opened_at": NOON, "due_at": NOON + 15 * MINUTE, "picked_up_at": None, "first_reply_at": None, "closed_at": None,
            "rest_seconds": 0, "broken_at": None, "told_until": None, "score": None}
    return Facts(**{**made, **changes})


def measured(now: float = NOON + 60 * MINUTE, **changes: Any) -> figures.Measured:
    return figures.measure(facts(**changes), OpenTime(), now)


@pytest.mark.parametrize(("changes", "outcome"), [
    ({"picked_up_at": NOON + 15 * MINUTE}, KEPT),
    ({"picked_up_at": NOON + 16 * MINUTE}, BROKEN),
    ({}, BROKEN),
    ({"due_at": None}, NONE),
    ({"reason": "agent_takeover"}, NONE),
    ({"closed_at": NOON + 5 * MINUTE}, NONE),
    ({"due_at": NOON + 90 * MINUTE}, OPEN),
    ({"picked_up_at": NOON + 5 * MINUTE, "broken_at": NOON + 3 * MINUTE}, BROKEN),
])
def test_what_becomes_of_a_promise(changes: dict[str, Any], outcome: str) -> None:
    assert measured(**changes).promise == outcome


def test_what_the_contact_was_told_counts_before_the_promise_of_the_queue() -> None:
    told = datetime.fromtimestamp(NOON + 30 * MINUTE, UTC).isoformat()

    assert measured(picked_up_at=NOON + 20 * MINUTE, told_until=told).promise == KEPT


def test_a_clock_that_stood_still_is_not_counted_in_the_resolution() -> None:
    done = measured(picked_up_at=NOON + 10 * MINUTE, closed_at=NOON + 50 * MINUTE, rest_seconds=15 * 60)

    assert (done.whole_minutes, done.hands_minutes) == (35, 25)


def test_the_usual_and_the_long_length_are_lengths_that_were_measured() -> None:
    assert figures.spread([30, 1, 2, 3, 4, 5, 6, 7, 8, 9]) == figures.Spread(10, 5, 9)


def test_of_nothing_there_is_no_length() -> None:
    assert figures.spread([]).n == 0


def test_promises_are_counted_on_the_day_of_the_readers_zone() -> None:
    late_evening = datetime(2026, 11, 22, 23, 30, tzinfo=UTC).timestamp()
    one = measured(opened_at=late_evening, due_at=late_evening + 60, picked_up_at=late_evening)

    assert figures.figures([one], ZoneInfo("Europe/Madrid"), 7).days == [(date(2026, 11, 23), 1, 1)]


def test_a_long_time_is_shown_by_weeks() -> None:
    one = measured(picked_up_at=NOON, opened_at=NOON + 2 * 86400, due_at=NOON + 3 * 86400)

    assert figures.figures([one], ZoneInfo("UTC"), 90).days == [(date(2026, 11, 23), 1, 1)]


def test_queues_add_up_to_the_whole() -> None:
    found = figures.figures([measured(score=5), measured(queue_id="returns", score=2)], ZoneInfo("UTC"), 7)

    assert (found.total.tickets, found.total.score, set(found.queues)) == (2, 3.5, {"orders", "returns"})


def test_a_further_word_is_waited_for_from_the_first_unanswered_one() -> None:
    at = [datetime(2026, 11, 23, 12, minute, tzinfo=UTC) for minute in (0, 2, 5, 6)]
    said = [("q", "", at[0]), ("q", "contact", at[0]), ("q", "contact", at[1]), ("q", "agent", at[2]), ("q", "agent", at[3])]

    assert figures.gaps(said, {}) == [5]
