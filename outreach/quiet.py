"""When nobody is to be written to: the quiet hours of where she lives. Pure.

A country of several zones is quiet while it is quiet in any of them: where in it she is nobody told us. Zones are those of
CLDR (Babel's `territory_zones`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

_STEP = timedelta(minutes=15)
_MOST_STEPS = 4 * 24 * 2


def speaks_at(now: datetime, country: str, quiet: tuple[time, time], home: str) -> datetime:
    """The first moment from `now` on at which it is not quiet there; `home` is the zone of a country nobody knows.

    Where a country is so wide that it is quiet somewhere at any hour, the zone of most of its people decides: the first
    that CLDR names by its capital is not told, so `home`'s hours do.
    """
    zones = _zones(country) or (home,)
    found = _first_free(now, zones, quiet)
    return found if found is not None else _first_free(now, (home,), quiet) or now


def _first_free(now: datetime, zones: Iterable[str], quiet: tuple[time, time]) -> datetime | None:
    moment = now.astimezone(UTC)
    if not _is_quiet(moment, zones, quiet):
        return moment
    moment -= timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    for _ in range(_MOST_STEPS):
        moment += _STEP
        if not _is_quiet(moment, zones, quiet):
            return moment
    return None


def _is_quiet(moment: datetime, zones: Iterable[str], quiet: tuple[time, time]) -> bool:
    begins, ends = quiet
    if begins == ends:
        return False
    for zone in zones:
        there = moment.astimezone(ZoneInfo(zone)).time()
        if begins <= there < ends if begins < ends else there >= begins or there < ends:
            return True
    return False


@cache
def _zones(country: str) -> tuple[str, ...]:
    return tuple(get_global("territory_zones").get(country, ())) if country else ()
