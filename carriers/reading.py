"""Values of carriers' answers, read with doubt: what is not of the form is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

MOST_MOVES = 40


def text(value: Any, most: int = 300) -> str:
    """A text or number as text on one line; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return " ".join(str(value).split())[:most]


def within(value: Any, *path: str) -> Any:
    """What stands at this path of tables; None where it does not."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The tables of a list; [] for anything else."""
    return [one for one in value if isinstance(one, Mapping)][:MOST_MOVES] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:
    """An ISO moment; one without a zone is taken as UTC."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def compact(day: Any, time: Any = "") -> datetime | None:
    """A moment written as YYYYMMDD and HHMMSS."""
    try:
        return datetime.strptime(f"{text(day)}{text(time).zfill(6)}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def day(value: Any) -> date | None:
    """The day of an ISO moment or day, as it is written there."""
    try:
        return date.fromisoformat(text(value)[:10])
    except ValueError:
        return None


def first(values: Iterable[Any]) -> Any:
    """The first of them that is something; None for none."""
    return next((value for value in values if value), None)


def same_number(one: Any, other: str) -> bool:
    """Whether two tracking numbers are the same, however they are written."""
    def fold(value: Any) -> str:
        return "".join(sign for sign in text(value).upper() if sign.isalnum())

    return bool(fold(one)) and fold(one) == fold(other)
