"""A week of opening hours as a table of a form, as words, and as days to come; holidays a line each. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handoff import hours
from handoff.admin_errors import BadValue
from handoff.errors import BadHours
from handoff.hours import DAYS

INTERVALS = 4  # of a day, in the table; words may say more
WORKDAYS = DAYS[:5]
MAX_HOLIDAYS = 200
LONGEST_NAME = 60
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?h?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_TYPED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")

Week = dict[str, list[list[str]]]


def week_of(read: Callable[[str], str], *, copies_monday: bool) -> Week:
    """The table as it was filled in; `read` gives a field. Raises BadValue with the field of the day."""
    found: Week = {}
    for day in DAYS:
        source = "mon" if copies_monday and day in WORKDAYS else day
        pairs = [(read(f"{source}_{n}_from"), read(f"{source}_{n}_to")) for n in range(INTERVALS)]
        filled = [pair for pair in pairs if any(pair)]
        if filled:
            found[day] = _intervals(source, filled)
    return found


def table(week: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    """The same as the values of the fields."""
    return {f"{day}_{n}_{side}": clock.removeprefix("0")
            for day, intervals in week.items() for n, pair in enumerate(intervals[:INTERVALS])
            for side, clock in zip(("from", "to"), pair, strict=True)}  # fmt: skip


def words_of(week: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """`mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00`, as `hours.parse` reads it."""
    if not week:
        return "always"
    return "; ".join(f"{days[0]}{'-' + days[-1] if len(days) > 1 else ''} {said}" for days, said in runs(week))


def runs(week: Mapping[str, Sequence[Sequence[str]]]) -> list[tuple[list[str], str]]:
    """Days that follow each other with the same hours, and those hours; closed days are left out."""
    found: list[tuple[list[str], str]] = []
    for day in DAYS:
        said = " ".join("-".join(pair) for pair in week.get(day, ()))
        if found and found[-1][1] == said:
            found[-1][0].append(day)
        else:
            found.append(([day], said))
    return [(days, said) for days, said in found if said]


def holidays_of(lines: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """ISO days in their order, and what they are called: `2026-12-25 Navidad`, `25/12/2026`. Raises BadValue."""
    found: dict[str, str] = {}
    for line in filter(None, (one.strip() for one in lines)):
        first, _, name = line.partition(" ")
        found[_day(first, line)] = name.strip()[:LONGEST_NAME]
    if len(found) > MAX_HOLIDAYS:
        raise BadValue("holidays", "too_many", most=MAX_HOLIDAYS)
    return sorted(found), {day: found[day] for day in sorted(found) if found[day]}


def holiday_lines(days: Sequence[str], names: Mapping[str, str]) -> str:
    return "\n".join(f"{day} {names.get(day, '')}".strip() for day in sorted(days))


def coming(queue: Mapping[str, Any], now: datetime, days: int = 7) -> list[dict[str, Any]]:
    """The next days in the queue's zone: {day, spans: [(from, to)], holiday}; an interval stands at the day it begins."""
    zone = ZoneInfo(queue["time_zone"])
    today = now.astimezone(zone).date()
    return [{"day": day, "spans": _spans(queue, day, zone), "holiday": queue["holiday_names"].get(day.isoformat(), ""),
             "is_holiday": day.isoformat() in queue["holidays"]}
            for day in (today + timedelta(days=n) for n in range(days))]  # fmt: skip


def _spans(queue: Mapping[str, Any], day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    begins = datetime.combine(day, datetime.min.time(), zone)
    ends = begins + timedelta(days=1)
    return [(start.astimezone(zone), end.astimezone(zone)) for start, end in hours.intervals(queue, begins, ends)
            if start.astimezone(zone).date() == day]  # fmt: skip


def _intervals(day: str, filled: Sequence[tuple[str, str]]) -> list[list[str]]:
    said = " ".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in filled)
    try:
        return hours.parse(f"{day} {said}")[day]
    except BadHours:
        raise BadValue(f"{day}_0_from", "intervals") from None


def _clock(typed: str) -> str:
    """`9`, `9:00`, `9.00` and `0900` as `09:00`; what is none stays as it is, and is refused where it is read."""
    found = _CLOCK.fullmatch(typed.strip())
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else typed.replace(" ", "")


def _day(word: str, line: str) -> str:
    iso, typed = _ISO.match(word), _TYPED.match(word)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
        if typed:
            return date(int(typed[3]), int(typed[2]), int(typed[1])).isoformat()
    except ValueError:
        pass
    raise BadValue("holidays", "holiday", given=line[:60])
