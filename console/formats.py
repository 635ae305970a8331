"""Times, spans, amounts and numbers as an agent reads them: her language, her zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo

from babel import dates, numbers

from console.words import LOCALES

_CLOCK = "HH:mm"
_HEADINGS = {"es": "EEEE, d 'de' MMMM", "en": "EEEE, d MMMM", "pt": "EEEE, d 'de' MMMM"}


def as_utc(moment: datetime) -> datetime:
    """The same instant, aware; SQLite hands times back without their zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def span(length: timedelta) -> str:
    """A length of time in at most two units: `4 min`, `2 h 10`, `3 d 22 h`. Never less than a minute."""
    minutes = max(1, ceil(length.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest:02d}" if rest else f"{hours} h"
    days, left = divmod(hours, 24)
    return f"{days} d {left} h" if left else f"{days} d"


def left(length: timedelta) -> str:
    """Time that is left, rounded down so that it promises nothing: `23 h 59 min`, from a day on `2 d 3 h`."""
    minutes = max(0, int(length.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    if minutes < 60:
        return f"{max(1, minutes)} min"
    if hours <= 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return span(timedelta(hours=hours))


@dataclass(frozen=True, slots=True)
class Formats:
    """How one agent reads figures; `now` is the time of her page."""

    language: str
    zone: ZoneInfo
    now: datetime

    @property
    def locale(self) -> str:
        return LOCALES[self.language]

    @property
    def today(self) -> date:
        """The day on her wall."""
        return self.now.astimezone(self.zone).date()

    def iso(self, moment: datetime) -> str:
        """For `<time datetime>`."""
        return as_utc(moment).isoformat(timespec="seconds")

    def local(self, moment: datetime) -> datetime:
        return as_utc(moment).astimezone(self.zone)

    def clock(self, moment: datetime) -> str:
        """`10:46`."""
        local = self.local(moment)
        return _clock(local.hour, local.minute, self.locale)

    def day(self, day: date) -> str:
        """`mar 17` in this month and the last days, `17 oct` further away."""
        near = abs((day - self.local(self.now).date()).days) <= 20
        return _date(day, "EEE d" if near else "d MMM", self.locale).replace(".", "")

    def day_text(self, text: str) -> str:
        """`day` of an ISO day, or the text as it is when it is none."""
        try:
            return self.day(date.fromisoformat(text[:10]))
        except ValueError:
            return text

    def moment(self, moment: datetime) -> str:
        """The clock today, the day otherwise."""
        local = self.local(moment)
        return self.clock(moment) if local.date() == self.local(self.now).date() else self.day(local.date())

    def soon(self, moment: datetime) -> str:
        """`10:46` today, `mar 24, 10:46` otherwise."""
        day, clock = self.moment(moment), self.clock(moment)
        return clock if day == clock else f"{day}, {clock}"

    def full(self, moment: datetime) -> str:
        """Day and clock, for a title."""
        return f"{self.heading(moment)}, {self.clock(moment)}"

    def within(self, moment: datetime) -> str:
        """The same inside a sentence: `martes, 24 de noviembre, 10:46`; English days keep their capital."""
        text = self.full(moment)
        return text if self.language == "en" else text[:1].lower() + text[1:]

    def heading(self, moment: datetime) -> str:
        """`Martes, 24 de noviembre`."""
        text = _date(self.local(moment).date(), _HEADINGS[self.language], self.locale)
        return text[:1].upper() + text[1:]

    def since(self, moment: datetime) -> str:
        return span(self.now - as_utc(moment))

    def until(self, moment: datetime) -> str:
        return span(as_utc(moment) - self.now)

    def points(self, value: float) -> str:
        """A weight with its sign: `+1,5`."""
        return numbers.format_decimal(value, "+0.0#;-0.0#", locale=self.locale)

    def number(self, value: float) -> str:
        return numbers.format_decimal(value, "0.0#", locale=self.locale)

    def bytes(self, size: int) -> str:
        """`1,2 MB`, `340 kB`; in thousands, as telephones count."""
        if size < 1_000_000:
            return f"{max(1, round(size / 1000))} kB"
        return f"{numbers.format_decimal(size / 1_000_000, '0.#', locale=self.locale)} MB"

    def money(self, amount: str, currency: str) -> str:
        """`84,90 €`; the amount as it is where it is no number."""
        try:
            return numbers.format_currency(Decimal(amount), currency or "EUR", locale=self.locale)
        except InvalidOperation:
            return f"{amount} {currency}".strip()


@lru_cache(8_192)  # every minute of the day in each language: a page shows hundreds of them
def _clock(hour: int, minute: int, locale: str) -> str:
    return dates.format_time(time(hour, minute), _CLOCK, locale=locale)


@lru_cache(2_048)
def _date(day: date, pattern: str, locale: str) -> str:
    return dates.format_date(day, pattern, locale=locale)
