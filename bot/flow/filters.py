"""What may stand after the bar in `{value | filter}`: how a value is written in the contact's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal

from bot.flow.formulas import number, text

SHORT = "short"
_PLAIN_DAYS = 183  # half a year back or ahead nobody asks which year is meant


@dataclass(frozen=True, slots=True)
class Setting:
    """How this contact reads: `locale` such as es_ES, `currency` where the value does not say its own."""

    locale: str = "es_ES"
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Filter:
    """`takes_nothing`: also run where there is no value; the others are passed over then. `needs_today`: it is handed
    the day on which it is written before its own arguments.
    """

    run: Callable[..., str]
    arguments: tuple[int, int] = (0, 0)
    takes_nothing: bool = False
    needs_today: bool = False


def money(value: Any, setting: Setting, currency: Any = None) -> str:
    amount = number(value)
    if amount is None:
        return text(value)
    return _money(amount, text(currency) or setting.currency, setting.locale)


@lru_cache(maxsize=2048)
def _money(amount: Decimal, currency: str, locale: str) -> str:
    return str(format_currency(amount, currency, locale=locale))


def day(value: Any, setting: Setting, today: Any = None, style: Any = "") -> str:
    """The day in words; with its year where that is not plain from `today`. `style` “short”: 13/3/2026."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return value
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        return text(value)
    if style == SHORT:
        return _short(value, setting.locale)
    return _day(value, setting.locale, isinstance(today, date) and abs((value - today).days) > _PLAIN_DAYS)


@lru_cache(maxsize=2048)
def _day(value: date, locale: str, has_year: bool) -> str:
    """Weekday, day and month as the locale writes them: “lunes, 23 de noviembre”, “Monday, 23 November”."""
    language = locale[:2]
    pattern = "EEEE, d MMMM" if language == "en" else "EEEE, d 'de' MMMM"
    if has_year:
        pattern += " y" if language == "en" else " 'de' y"
    return str(format_date(value, pattern, locale=locale))


@lru_cache(maxsize=2048)
def _short(value: date, locale: str) -> str:
    return str(format_skeleton("yMd", value, locale=locale))


def clock_time(value: Any, setting: Setting) -> str:
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            return value
    return (
        str(format_time(value, "short", locale=setting.locale)) if isinstance(value, (time, datetime)) else text(value)
    )


def count(value: Any, setting: Setting) -> str:
    amount = number(value)
    return text(value) if amount is None else format_decimal(amount, locale=setting.locale)


def plural(value: Any, setting: Setting, one: Any = "", many: Any = "") -> str:
    """`{n | plural: "día", "días"}` writes the number with the word that fits it."""
    return f"{text(value)} {text(one) if number(value) == 1 else text(many)}"


def last4(value: Any, setting: Setting) -> str:
    return text(value)[-4:]


def otherwise(value: Any, setting: Setting, instead: Any = "") -> str:
    """`{carrier | or: "el transportista"}` writes other words where the value is not known."""
    return text(instead) if value is None or value == "" else text(value)


def before(value: Any, setting: Setting, words: Any = "", behind: Any = "") -> str:
    """`{eta | date | before: " Llega el ", "."}` writes words, value, words; nothing at all where it is not known."""
    return "" if value is None or value == "" else text(words) + text(value) + text(behind)


BY_NAME: Mapping[str, Filter] = {
    "money": Filter(money, (0, 1)),
    "date": Filter(day, (0, 1), needs_today=True),
    "time": Filter(clock_time),
    "number": Filter(count),
    "upper": Filter(lambda value, setting: text(value).upper()),
    "lower": Filter(lambda value, setting: text(value).lower()),
    "last4": Filter(last4),
    "list": Filter(lambda value, setting: text(value)),
    "plural": Filter(plural, (2, 2)),
    "or": Filter(otherwise, (1, 1), takes_nothing=True),
    "before": Filter(before, (1, 2), takes_nothing=True),
}
