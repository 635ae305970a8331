"""How long a queue was open between two instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from handoff import open_time

SPLIT = {"time_zone": "Europe/Madrid", "holidays": [], "hours": {
    day: [["09:00", "14:00"], ["16:00", "19:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def laid_out(queue=SPLIT, start=MONDAY):
    return open_time.lay_out(queue, start - timedelta(days=7), start + timedelta(days=7))


def test_a_break_in_the_middle_of_the_day_does_not_count() -> None:
    # 13:50 to 16:05 in Madrid
    assert laid_out().between(MONDAY.replace(hour=12, minute=50), MONDAY.replace(hour=15, minute=5)) == 15 * 60


def test_a_weekend_does_not_count() -> None:
    friday_evening = datetime(2026, 11, 20, 18, 25, tzinfo=UTC)

    assert laid_out().between(friday_evening, MONDAY.replace(hour=8, minute=10)) == 15 * 60


def test_a_queue_without_hours_is_always_open() -> None:
    assert laid_out({**SPLIT, "hours": {}}).between(MONDAY, MONDAY + timedelta(hours=3)) == 3 * 3600


def test_an_end_before_its_start_is_no_time() -> None:
    assert laid_out().between(MONDAY.replace(hour=11), MONDAY.replace(hour=10)) == 0


def test_the_night_the_clocks_go_back_has_its_own_length() -> None:
    sunday = datetime(2026, 10, 25, tzinfo=UTC)
    night = {**SPLIT, "hours": {"sun": [["00:00", "06:00"]]}}

    assert laid_out(night, sunday).between(sunday - timedelta(hours=2), sunday + timedelta(hours=6)) == 7 * 3600


def test_it_knows_when_duty_ends_and_begins_again() -> None:
    clock = laid_out()

    assert clock.closes_at(MONDAY.replace(hour=9)) == MONDAY.replace(hour=13)
    assert clock.opens_after(MONDAY.replace(hour=13)) == MONDAY.replace(hour=15)
