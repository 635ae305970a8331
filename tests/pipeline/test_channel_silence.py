"""An unusual silence is noticed, an ordinary one is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipeline.channel_silence import Silence, unusual
from tests.builders import MONDAY_NOON

WEDNESDAY = MONDAY_NOON + timedelta(days=2)
SUNDAY = MONDAY_NOON - timedelta(days=1)


def busy(now: datetime, an_hour: int = 6, days: int = 14, hours: range = range(24)) -> dict[datetime, int]:
    """So many messages in each of these hours of each of the last days."""
    today = now.replace(hour=0)
    return {today - timedelta(days=day) + timedelta(hours=hour): an_hour for day in range(1, days + 1) for hour in hours}


def test_hours_without_a_word_where_many_write_are_unusual() -> None:
    assert unusual(busy(WEDNESDAY), WEDNESDAY - timedelta(hours=4, minutes=20), WEDNESDAY) == Silence(4, 24)


@pytest.mark.parametrize(("what", "history", "silent_hours"), [
    ("too short", busy(WEDNESDAY), 1.5),
    ("few write", busy(WEDNESDAY, an_hour=1), 4.0),
    ("nobody writes at night", busy(WEDNESDAY, 40, hours=range(14, 22)), 6.0),
    ("known for three days", busy(WEDNESDAY, days=3), 4.0),
    ("unknown", {}, 4.0),
])
def test_an_ordinary_silence_is_none(what: str, history: dict[datetime, int], silent_hours: float) -> None:
    assert unusual(history, WEDNESDAY - timedelta(hours=silent_hours), WEDNESDAY) is None, what


def test_a_channel_nobody_ever_wrote_on_is_not_silent() -> None:
    assert unusual(busy(WEDNESDAY), None, WEDNESDAY) is None


def test_a_sunday_is_compared_with_weekends() -> None:
    working_days = {hour: n for hour, n in busy(SUNDAY).items() if hour.weekday() < 5}

    assert unusual(working_days, SUNDAY - timedelta(hours=6), SUNDAY) is None
    assert unusual(busy(SUNDAY), SUNDAY - timedelta(hours=6), SUNDAY) is not None


def test_a_day_without_anything_may_happen_once_in_ten() -> None:
    history = busy(WEDNESDAY)
    quiet = [hour for hour in history if hour.date() == (WEDNESDAY - timedelta(days=1)).date()]

    assert unusual({hour: n for hour, n in history.items() if hour not in quiet}, WEDNESDAY - timedelta(hours=5), WEDNESDAY)


def test_a_long_silence_is_compared_with_the_days_before_it() -> None:
    silence = unusual(busy(WEDNESDAY - timedelta(days=3)), WEDNESDAY - timedelta(days=3), WEDNESDAY)

    assert silence is not None and silence.hours == 72 and silence.usual <= 6 * 24
