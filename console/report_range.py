"""Which tickets a report is about, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import request

from console import here
from console.formats import Formats
from handoff.figure_rows import Period

DAYS = (7, 30, 90)
DEFAULT_DAYS = 30
MOST_DAYS = 366
FILTERS = ("queue", "agent", "language", "channel")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The days from `first` to `last`, both in; `days` is the choice that led to them, 0 for days of her own."""

    first: date
    last: date
    days: int
    filters: Mapping[str, str]

    def period(self, f: Formats) -> Period:
        kept = self.filters
        return Period(_start(self.first, f), min(_start(self.last + timedelta(days=1), f), f.now + timedelta(seconds=1)),
                      kept.get("queue", ""), kept.get("agent", ""), kept.get("language", ""), kept.get("channel", ""))

    def arguments(self, **more: str | int) -> dict[str, str | int]:
        """The same in an address."""
        chosen: dict[str, str | int] = {"days": self.days} if self.days else {
            "from": self.first.isoformat(), "to": self.last.isoformat()}
        return {**chosen, **{name: value for name, value in self.filters.items() if value}, **more}


def asked() -> Wanted:
    """What this page's address asks for; what cannot be read is the last thirty days of everything."""
    today = here.formats().local(here.formats().now).date()
    filters = {name: request.args.get(name, "")[:64].replace("\x00", "") for name in FILTERS}
    first, last = _day(request.args.get("from", "")), _day(request.args.get("to", ""))
    if first and last and first <= last:
        last = min(last, today)
        return Wanted(max(min(first, last), last - timedelta(days=MOST_DAYS - 1)), last, 0, filters)
    given = request.args.get("days", "")
    days = int(given) if given in {str(one) for one in DAYS} else DEFAULT_DAYS
    return Wanted(today - timedelta(days=days - 1), today, days, filters)


def _start(day: date, f: Formats) -> datetime:
    return datetime.combine(day, time(), f.zone).astimezone(f.now.tzinfo)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None
