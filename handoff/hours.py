"""Opening hours of a queue, pure: several intervals a day, holidays, any zone, right on the days the clocks change.

`hours` is {"mon": [["09:00", "14:00"], ["16:00", "19:30"]], …} in the queue's own time; empty means always open. An end
at or before its start is on the next day. A holiday closes the intervals that begin on it. A time that the clocks leap
over is the instant at which they do; one that they show twice begins with the first and ends with the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime

from handoff.errors import BadHours, BadZone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 400  # a queue that does not open within a year is treated as one without hours to tell
NIGHT = timedelta(hours=6)
NEAR_DAYS = 6  # up to here the weekday alone says which day it is
PATTERNS = {  # Unicode date patterns, as CLDR writes them: near, today, far
    "es": ("EEEE 'a las' H:mm", "EEEE '(hoy)' 'a las' H:mm", "EEEE d 'de' MMMM 'a las' H:mm"),
    "en": ("EEEE H:mm", "EEEE '(today)' H:mm", "EEEE, d MMMM, H:mm"),
    "pt": ("EEEE 'às' H:mm", "EEEE '(hoje)' 'às' H:mm", "EEEE, d 'de' MMMM, 'às' H:mm"),
}
ONE_O_CLOCK = {"es": ("a las 1:", "a la 1:"), "pt": ("às 1:", "à 1:"), "en": ("", "")}
_INTERVAL = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24(?=:00)):([0-5]\d)")

Interval = tuple[datetime, datetime]


def is_open(queue: Mapping[str, Any], now: datetime) -> bool:
    """Whether people of this queue are on duty at `now`."""
    if not queue["hours"]:
        return True
    return any(start <= now < end for start, end in _intervals(queue, now - timedelta(days=1), 3))


def opens_at(queue: Mapping[str, Any], now: datetime) -> datetime | None:
    """When they are on duty next: `now` if they are, None if not within the next year."""
    if not queue["hours"]:
        return now
    for start, end in _intervals(queue, now - timedelta(days=1), LOOK_AHEAD_DAYS):
        if end > now:
            return max(start, now)
    return None


def add_open_time(queue: Mapping[str, Any], start: datetime, length: timedelta) -> datetime | None:
    """The instant at which `length` of open time has passed since `start`; None if the queue does not open so long."""
    if not queue["hours"]:
        return start + length
    left = length
    for begins, ends in _intervals(queue, start - timedelta(days=1), LOOK_AHEAD_DAYS):
        here = ends - max(begins, start)
        if here >= left and ends > start:
            return max(begins, start) + left
        left -= max(here, timedelta())
    return None


def open_time(queue: Mapping[str, Any], start: datetime, end: datetime) -> timedelta:
    """How long the queue was open between the two; nothing where the end is before the start."""
    if not queue["hours"]:
        return max(end - start, timedelta())
    return sum((min(over, end) - max(begins, start) for begins, over in intervals(queue, start, end)), timedelta())


def day_ends_at(queue: Mapping[str, Any], now: datetime) -> datetime | None:
    """When its people go home next: the end of hours that are followed by a night. None where they never do.

    A break of a few hours within a day is no such end.
    """
    if not queue["hours"]:
        return None
    last: datetime | None = None
    for begins, over in _intervals(queue, now - timedelta(days=1), NEAR_DAYS + 3):
        if last is not None and begins - last >= NIGHT:
            return last
        if over > now:
            last = max(over, last or over)
    return last if last is not None and last < now + timedelta(days=NEAR_DAYS) else None


def intervals(queue: Mapping[str, Any], since: datetime, until: datetime) -> list[Interval]:
    """When its people are on duty between the two, as instants; not for a queue without hours, which is always open."""
    days = max(0, (until - since).days) + 3
    return [(start, end) for start, end in _intervals(queue, since - timedelta(days=1), days) if end > since and start < until]


def describe(when: datetime, now: datetime, language: str, time_zone: str = "UTC") -> str:
    """`when` as a person says it in the queue's zone: “lunes a las 9:00”, “Monday 9:00”, “segunda-feira às 9:00”."""
    base = language.split("-")[0] if language.split("-")[0] in PATTERNS else "en"
    zone = ZoneInfo(time_zone)
    local, today = when.astimezone(zone), now.astimezone(zone).date()
    near, this_day, far = PATTERNS[base]
    days = (local.date() - today).days
    pattern = this_day if days == 0 else near if 0 < days <= NEAR_DAYS else far
    words = format_datetime(local.replace(tzinfo=None), pattern, locale=base)
    before, after = ONE_O_CLOCK[base]
    return words.replace(before, after) if before and local.hour == 1 else words


def parse(words: str) -> dict[str, list[list[str]]]:
    """Hours from “mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00”; “always” is {}. Raises BadHours."""
    if words.strip() == "always":
        return {}
    found: dict[str, list[list[str]]] = {}
    for part in filter(None, (part.strip() for part in words.split(";"))):
        days, *intervals = part.split()
        if not intervals or not all(_INTERVAL.fullmatch(interval) for interval in intervals):
            raise BadHours(part)
        for day in _days(days, part):
            found.setdefault(day, []).extend(interval.split("-") for interval in intervals)
    if not found:
        raise BadHours(words)
    for intervals in found.values():
        intervals.sort()
        if any(earlier[1] > later[0] for earlier, later in pairwise(intervals)):
            raise BadHours(words)
    return {day: found[day] for day in DAYS if day in found}


def require_zone(name: str) -> str:
    """The name, if it is one of a time zone. Raises BadZone."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadZone(name) from None


def _days(words: str, part: str) -> list[str]:
    first, _, last = words.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise BadHours(part)
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return [DAYS[number % 7] for number in range(begin, (end if end >= begin else end + 7) + 1)]


def _intervals(queue: Mapping[str, Any], since: datetime, days: int) -> Iterator[Interval]:
    zone = ZoneInfo(queue["time_zone"])
    closed = set(queue["holidays"])
    first = since.astimezone(zone).date()
    for number in range(days):
        day = first + timedelta(days=number)
        if day.isoformat() in closed:
            continue
        for begins, ends in queue["hours"].get(DAYS[day.weekday()], ()):
            start, end = _instant(day, begins, zone), _last_instant(day + timedelta(days=int(ends <= begins)), ends, zone)
            if start < end:  # both may lie in an hour that the clocks leap over
                yield start, end


def _last_instant(day: date, clock_time: str, zone: ZoneInfo) -> datetime:
    # a time that exists twice ends with its second
    return max(_instant(day, clock_time, zone), _instant(day, clock_time, zone, fold=1))


def _instant(day: date, clock_time: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    hours, minutes = map(int, clock_time.split(":"))
    if hours == 24:
        day, hours = day + timedelta(days=1), 0
    wanted = datetime.combine(day, time(hours, minutes), zone)
    first, second = wanted.astimezone(UTC), wanted.replace(fold=1).astimezone(UTC)
    if second < first:  # no clock ever shows it (PEP 495)
        return _leap(second, first, zone)
    return second if fold else first


def _leap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks leap over the time that was wanted: from there on it is past, on every clock."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    return after.replace(microsecond=0)
