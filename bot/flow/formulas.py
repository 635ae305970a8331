"""The functions an expression may call. None of them raises: on odd values they answer nothing, 0 or false."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from bot.flow.words import fold

_AROUND = " .,;:!?¡¿…\"'“”«»"
LARGEST = 30  # digits: a number that no shop has is none
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COUNTRIES = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
# What the functions are handed beside their arguments; names with a space are none that a flow can write.
OPEN_QUEUES = "open queues"
TODAY = "today"
MOMENT = "this moment"
TIME_ZONE = "time zone"
COUNTRY = "country of the shop"


@dataclass(frozen=True, slots=True)
class Function:
    """`needs_values` functions are handed the values of the moment before their own arguments."""

    run: Callable[..., Any]
    least: int
    most: int
    needs_values: bool = False


def text(value: Any) -> str:
    """How a value is written when nobody said how: numbers without exponent, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple)):
        return ", ".join(text(part) for part in value)
    return str(value)


def number(value: Any) -> Decimal | None:
    """Text or number as a number; nothing when it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        result = Decimal(str(value).strip())
    except (DecimalException, ValueError):
        return None
    return sized(result) if result.is_finite() else None


def sized(value: Any) -> Any:
    """The value itself; nothing for a number that is too large, 0 for one that is too small to matter."""
    if isinstance(value, Decimal):
        return None if value.adjusted() >= LARGEST else value if value.adjusted() > -LARGEST else Decimal(0)
    return None if isinstance(value, int) and value.bit_length() > 100 else value


def day(value: Any) -> date | None:
    """A date, or a text that begins with one (2026-12-25); nothing when it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def paired(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values to be compared: beside a date, a text is one, too."""
    if isinstance(left, date) and isinstance(right, str):
        return left, day(right)
    if isinstance(right, date) and isinstance(left, str):
        return day(left), right
    return left, right


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """A time zone by its name; nothing when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def same(left: Any, right: Any) -> bool:
    """Equal but for case, accents and the signs around (“¡Listo!”); nothing is the same as nothing else, not even
    nothing."""
    if left is None or right is None:
        return False
    return _meant(left) == _meant(right)


def _meant(value: Any) -> str:
    """A text as it is compared. What is a number keeps its signs (“-5”, “.5”), and so does what is nothing but signs."""
    folded = fold(text(value))
    return folded if number(folded) is not None else folded.strip(_AROUND) or folded


def contains(whole: Any, part: Any) -> bool:
    if whole is None or part is None:
        return False
    if isinstance(whole, (list, tuple)):
        return any(same(one, part) for one in whole)
    return fold(text(part)) in fold(text(whole))


def starts(whole: Any, part: Any) -> bool:
    return whole is not None and part is not None and fold(text(whole)).startswith(fold(text(part)))


def ends(whole: Any, part: Any) -> bool:
    return whole is not None and part is not None and fold(text(whole)).endswith(fold(text(part)))


def known(value: Any) -> bool:
    return value is not None and value != ""


def size(value: Any) -> int:
    return len(value) if isinstance(value, (str, list, tuple, Mapping)) else 0


def rounded(value: Any, digits: Any = 0) -> Decimal | None:
    exact = number(value)
    places = number(digits)
    if exact is None or places is None:
        return None
    step = Decimal(1).scaleb(-max(0, min(6, int(places))))
    try:
        return exact.quantize(step, ROUND_HALF_UP)
    except DecimalException:
        return None


def least(*values: Any) -> Any:
    return _extreme(values, min)


def most(*values: Any) -> Any:
    return _extreme(values, max)


def _extreme(values: tuple[Any, ...], choose: Callable[..., Any]) -> Any:
    present = [value for value in values if value is not None]
    if any(isinstance(value, date) for value in present):
        present = [found for value in present if (found := day(value)) is not None]
    try:
        return choose(present) if present else None
    except TypeError:
        return None


def total(items: Any, *name: Any) -> Decimal | None:
    """The sum of a list of numbers, or of this field of its records; what is no number there counts nothing."""
    if not isinstance(items, (list, tuple)):
        return None
    parts = (number(field(one, name[0]) if name else one) for one in items)
    result: Decimal | None = sized(sum((part for part in parts if part is not None), Decimal(0)))
    return result


def field(record: Any, name: Any) -> Any:
    return record.get(text(name)) if isinstance(record, Mapping) else None


def days_since(values: Mapping[str, Any], when: Any) -> int | None:
    today, then = values[TODAY], day(when)
    return (today - then).days if today is not None and then is not None else None


def coming(values: Mapping[str, Any], when: Any) -> date | None:
    """The day itself while it is today or still to come; nothing once it has passed, so that nobody is told of it."""
    since = days_since(values, when)
    return day(when) if since is not None and since <= 0 else None


def gone(values: Mapping[str, Any], when: Any) -> date | None:
    """The day itself once it has passed; nothing before."""
    since = days_since(values, when)
    return day(when) if since is not None and since > 0 else None


def day_of(when: Any) -> str | None:
    """The weekday, in English whatever the contact speaks: it is for conditions."""
    found = day(when)
    return None if found is None else WEEKDAYS[found.weekday()]


def hour_in(values: Mapping[str, Any], *name: Any) -> int | None:
    """The hour it is there (0 to 23); without a name, at the shop."""
    now, there = values[MOMENT], zone(text(name[0] if name else values[TIME_ZONE]))
    return now.astimezone(there).hour if now is not None and there is not None else None


def country(values: Mapping[str, Any], phone: Any) -> str | None:
    """The country of a phone number (ES, MX); one without its prefix is of the shop's own."""
    try:
        found = phonenumbers.parse(text(phone), values[COUNTRY])
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(found)
    return region if region in COUNTRIES else None


def open_queue(values: Mapping[str, Any], queue: Any) -> bool:
    return queue in values[OPEN_QUEUES]


BY_NAME: Mapping[str, Function] = {
    "same": Function(same, 2, 2),
    "contains": Function(contains, 2, 2),
    "starts": Function(starts, 2, 2),
    "ends": Function(ends, 2, 2),
    "len": Function(size, 1, 1),
    "lower": Function(lambda value: text(value).lower(), 1, 1),
    "upper": Function(lambda value: text(value).upper(), 1, 1),
    "known": Function(known, 1, 1),
    "number": Function(number, 1, 1),
    "round": Function(rounded, 1, 2),
    "min": Function(least, 1, 8),
    "max": Function(most, 1, 8),
    "sum": Function(total, 1, 2),
    "field": Function(field, 2, 2),
    "days_since": Function(days_since, 1, 1, needs_values=True),
    "coming": Function(coming, 1, 1, needs_values=True),
    "gone": Function(gone, 1, 1, needs_values=True),
    "day_of": Function(day_of, 1, 1),
    "hour_in": Function(hour_in, 0, 1, needs_values=True),
    "country": Function(country, 1, 1, needs_values=True),
    "open": Function(open_queue, 1, 1, needs_values=True),
}
