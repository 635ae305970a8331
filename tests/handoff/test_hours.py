"""Opening hours: intervals, holidays, zones, and the days on which clocks change. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import hours
from handoff.errors import BadHours

MADRID = ZoneInfo("Europe/Madrid")
SHOP = "mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00"


def a_calendar(words: str = SHOP, zone: str = "Europe/Madrid", holidays: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"hours": hours.parse(words), "time_zone": zone, "holidays": list(holidays)}


def madrid(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).astimezone(UTC)


@pytest.mark.parametrize(("when", "is_open"), [
    ("2026-11-23T08:59:59", False), ("2026-11-23T09:00", True), ("2026-11-23T13:59:59", True),
    ("2026-11-23T14:00", False), ("2026-11-23T15:00", False), ("2026-11-23T16:00", True),
    ("2026-11-23T19:30", False), ("2026-11-28T10:30", True), ("2026-11-28T16:30", False), ("2026-11-29T10:30", False),
])
def test_a_queue_is_open_in_its_intervals(when: str, is_open: bool):
    assert hours.is_open(a_calendar(), madrid(when)) is is_open


@pytest.mark.parametrize(("now", "opens"), [
    ("2026-11-23T07:00", "2026-11-23T09:00"), ("2026-11-23T14:30", "2026-11-23T16:00"),
    ("2026-11-23T20:00", "2026-11-24T09:00"), ("2026-11-27T20:00", "2026-11-28T10:00"),
    ("2026-11-28T13:00", "2026-11-30T09:00"), ("2026-11-23T10:00", "2026-11-23T10:00"),
])
def test_a_closed_queue_says_when_it_opens(now: str, opens: str):
    assert hours.opens_at(a_calendar(), madrid(now)) == madrid(opens)


def test_a_holiday_closes_the_whole_day():
    calendar = a_calendar(holidays=("2026-12-25",))

    assert not hours.is_open(calendar, madrid("2026-12-25T10:00"))
    assert hours.opens_at(calendar, madrid("2026-12-24T20:00")) == madrid("2026-12-26T10:00")


def test_a_queue_without_hours_is_always_open():
    calendar = a_calendar("always")

    assert hours.is_open(calendar, madrid("2026-11-29T03:00"))
    assert hours.opens_at(calendar, madrid("2026-11-29T03:00")) == madrid("2026-11-29T03:00")


def test_a_queue_that_is_closed_all_year_has_no_opening():
    every_day = tuple((datetime(2026, 1, 1) + timedelta(days=day)).date().isoformat() for day in range(900))

    assert hours.opens_at(a_calendar(holidays=every_day), madrid("2026-02-01T10:00")) is None


def test_a_night_shift_goes_on_after_midnight():
    night = a_calendar("fri 22:00-02:00")

    assert hours.is_open(night, madrid("2026-11-28T01:59"))
    assert not hours.is_open(night, madrid("2026-11-28T02:00"))


def test_a_day_may_end_at_midnight():
    assert hours.is_open(a_calendar("fri 20:00-24:00"), madrid("2026-11-27T23:59:59"))
    assert not hours.is_open(a_calendar("fri 20:00-24:00"), madrid("2026-11-28T00:00"))


def test_the_zone_is_the_queues_own():
    assert hours.is_open(a_calendar(zone="America/Mexico_City"), datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    assert not hours.is_open(a_calendar(zone="Asia/Tokyo"), datetime(2026, 11, 23, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_on_the_day_the_clocks_change_nine_is_nine(day: str):
    calendar = a_calendar("sun 09:00-10:00")

    assert hours.opens_at(calendar, madrid(f"{day}T00:00")) == madrid(f"{day}T09:00")


@pytest.mark.parametrize(("words", "begins", "ends"), [
    ("sun 02:30-04:00", "03:00", "04:00"), ("sun 02:30-03:15", "03:00", "03:15"), ("sun 01:00-02:30", "01:00", "03:00"),
    ("sun 02:00-03:00", "", ""), ("sun 02:15-02:45", "", ""), ("sat 23:00-02:30", "00:00", "03:00"),
])
def test_a_time_that_the_clocks_leap_over_is_when_they_do(words: str, begins: str, ends: str):
    midnight, four = madrid("2026-03-29T00:00"), madrid("2026-03-29T04:00")

    found = [(max(start, midnight), end) for start, end in hours.intervals(a_calendar(words), midnight, four)]
    assert found == ([(madrid(f"2026-03-29T{begins}"), madrid(f"2026-03-29T{ends}"))] if begins else [])


def test_where_the_clocks_leap_at_midnight_the_day_begins_at_one():
    calendar = a_calendar("sun 00:00-02:00") | {"time_zone": "America/Santiago"}

    opens = hours.opens_at(calendar, datetime(2026, 9, 6, 3, tzinfo=UTC))
    assert opens == datetime(2026, 9, 6, 4, tzinfo=UTC)


def test_a_promise_over_a_lost_hour_counts_no_time_that_never_was():
    calendar = a_calendar("sun 02:30-03:15; mon 09:00-10:00")

    due = hours.add_open_time(calendar, madrid("2026-03-29T00:00"), timedelta(minutes=20))
    assert due == madrid("2026-03-30T09:05")


def test_an_hour_that_exists_twice_is_open_both_times():
    calendar = a_calendar("sun 02:00-03:00")

    assert hours.is_open(calendar, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert hours.is_open(calendar, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert not hours.is_open(calendar, datetime(2026, 10, 25, 2, 0, tzinfo=UTC))


def test_an_end_that_exists_twice_is_its_second_time():
    calendar = a_calendar("sun 01:00-02:30")

    assert hours.is_open(calendar, datetime(2026, 10, 25, 1, 29, tzinfo=UTC))
    assert not hours.is_open(calendar, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


@pytest.mark.parametrize(("start", "minutes", "end"), [
    ("2026-11-23T10:00", 15, "2026-11-23T10:15"), ("2026-11-23T13:50", 15, "2026-11-23T16:05"),
    ("2026-11-23T21:00", 15, "2026-11-24T09:15"), ("2026-11-27T19:20", 30, "2026-11-28T10:20"),
    ("2026-11-23T13:50", 10, "2026-11-23T14:00"),
])
def test_time_is_counted_while_the_queue_is_open(start: str, minutes: int, end: str):
    assert hours.add_open_time(a_calendar(), madrid(start), timedelta(minutes=minutes)) == madrid(end)


def test_time_over_a_lost_hour_is_real_time():
    nights = a_calendar("sun 01:00-05:00")

    assert hours.add_open_time(nights, madrid("2026-03-29T01:00"), timedelta(hours=2)) == madrid("2026-03-29T04:00")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)))
def test_a_queue_is_open_at_the_time_it_said(now: datetime):
    opens = hours.opens_at(a_calendar(), now)

    assert opens is not None and opens >= now
    assert hours.is_open(a_calendar(), opens)
    assert hours.is_open(a_calendar(), now) is (opens == now)


@pytest.mark.parametrize(("language", "near", "today", "far"), [
    ("es", "lunes a las 9:00", "viernes (hoy) a las 16:00", "lunes 7 de diciembre a las 9:00"),
    ("en", "Monday 9:00", "Friday (today) 16:00", "Monday, 7 December, 9:00"),
    ("pt", "segunda-feira às 9:00", "sexta-feira (hoje) às 16:00", "segunda-feira, 7 de dezembro, às 9:00"),
])
def test_a_time_is_said_as_people_say_it(language: str, near: str, today: str, far: str):
    now = madrid("2026-11-27T14:30")
    said = [hours.describe(madrid(when), now, language, "Europe/Madrid")
            for when in ("2026-11-30T09:00", "2026-11-27T16:00", "2026-12-07T09:00")]

    assert said == [near, today, far]


@pytest.mark.parametrize(("language", "words"), [
    ("es", "sábado a la 1:00"), ("pt-BR", "sábado à 1:00"), ("en-GB", "Saturday 1:00"), ("de", "Saturday 1:00"),
])
def test_one_o_clock_is_singular(language: str, words: str):
    now = madrid("2026-11-27T14:30")

    assert hours.describe(madrid("2026-11-28T01:00"), now, language, "Europe/Madrid") == words


def test_hours_are_read_as_they_are_written():
    assert hours.parse("sat 10:00-13:00; fri-sat 16:00-18:00") == {
        "fri": [["16:00", "18:00"]], "sat": [["10:00", "13:00"], ["16:00", "18:00"]]}


def test_a_range_of_days_may_go_over_the_weekend():
    assert list(hours.parse("sat-mon 10:00-13:00")) == ["mon", "sat", "sun"]


@pytest.mark.parametrize("words", [
    "", "mon", "mon 9-14", "mon 09:00", "funday 09:00-14:00", "mon 25:00-26:00", "mon 09:60-10:00", "mon-xyz 09:00-10:00",
    "mon 09:00-12:00 11:00-13:00", ";;",
])
def test_hours_that_cannot_be_read_are_refused_with_an_example(words: str):
    with pytest.raises(BadHours, match="mon-fri 09:00-14:00"):
        hours.parse(words)
