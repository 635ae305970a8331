"""Shares and lengths as an agent reads them: `94 %`, `6,4 min`, `2 h 10`. Pure."""

from __future__ import annotations

from datetime import timedelta

from babel import numbers

from console.formats import Formats, span


def percent(part: int, whole: int, f: Formats) -> str:
    """A share, rounded; all and nothing only where it is all or nothing. Empty for a share of nothing."""
    if not whole:
        return ""
    rounded = round(100 * part / whole)
    shown = max(1, rounded) if 0 < part else rounded
    return numbers.format_percent((min(99, shown) if part < whole else shown) / 100, locale=f.locale)


def minutes(value: float, f: Formats) -> str:
    """A length: tenths below ten minutes, whole minutes below an hour, then hours and days."""
    if value < 10:
        return f"{numbers.format_decimal(round(value, 1), '0.#', locale=f.locale)} min"
    return span(timedelta(minutes=round(value)))


def hours(value: float, f: Formats) -> str:
    """Minutes of work as hours: a day of it is no day of the calendar."""
    return f"{numbers.format_decimal(round(value / 60, 1), '#,##0.#', locale=f.locale)} h"


def score(value: float | None, f: Formats) -> str:
    """A mean of 1 to 5: `4,8`."""
    return numbers.format_decimal(round(value, 1), "0.0", locale=f.locale) if value is not None else ""


def count(value: int, f: Formats) -> str:
    """A whole number with its groups: `1.284`."""
    return numbers.format_decimal(value, "#,##0", locale=f.locale)
