"""In which zone the demo tells times: the visitor's own, which `zone.js` puts in a cookie, else the shop's."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

COOKIE = "zone"
SHOP_ZONE = "Europe/Madrid"


@lru_cache(maxsize=1024)
def zone_of(told: str) -> str:
    """The zone of this name, or the shop's where there is none of that name."""
    return told if told in available_timezones() else SHOP_ZONE


def clock(at: float, zone: str) -> str:
    """Hours and minutes of this moment (seconds since 1970) as the clocks of `zone` show them."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).strftime("%H:%M")
