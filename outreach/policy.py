"""`flows/_outreach.yaml`: which news are told, to whom, when, and how many. Every line has a value of its own without it.

    tell: [shipped, delayed, out_for_delivery, attempted, at_pickup_point, delivered]
    quiet_hours: ["21:00", "09:00"]
    budget: {day: 20000, customer: 3}
    consent: assumed          # or: given
    channels: [whatsapp, sms]
    max_age_hours: 24
    group_from: 5
    hold_from: 0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from outreach.errors import BadPolicy
from outreach.news import KINDS
from yaml_file import Finding, Page, named, near, number, read

FILE = "_outreach.yaml"
CHANNELS = ("whatsapp", "sms", "messenger", "instagram", "webchat")
USUAL = ("shipped", "delayed", "out_for_delivery", "attempted", "at_pickup_point", "delivered")
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """`tell`: the kinds that are told; an empty one switches outreach off. `quiet_hours` begin and end by the customer's
    clock. `day`, `customer`: notices a day, to all and to one (0: no bound). `needs_consent`: only those who said yes.
    `channels` by preference, for a buyer who never wrote to us. News older than `max_age` is not told. From `group_from`
    orders on one cause is a group; from `hold_from` on (0: never) it waits until a person lets it go.
    """

    tell: frozenset[str] = frozenset(USUAL)
    quiet_hours: tuple[time, time] = (time(21), time(9))
    day: int = 20_000
    customer: int = 3
    needs_consent: bool = False
    channels: tuple[str, ...] = ("whatsapp", "sms")
    max_age: timedelta = timedelta(hours=24)
    group_from: int = 5
    hold_from: int = 0


def load(folder: Path) -> Policy:
    """The policy of this folder of flows; the usual one where it has none. Raises BadPolicy with file, line and mend."""
    path = folder / FILE
    page = read(path) if path.exists() else Page(FILE, {})
    found = _read(page)
    if page.findings:
        raise BadPolicy("\n".join(str(finding) for finding in page.findings))
    return Policy(**found)


def look(page: Page) -> list[Finding]:
    """Everything wrong in an `_outreach.yaml` that holds this."""
    _read(page)
    return page.findings


def _read(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in named(page, page.tree, "", tuple(_READERS)).items():
        found |= _READERS[name](page, name, value)
    return found


def _listed(page: Page, key: str, value: Any, known: tuple[str, ...]) -> list[str]:
    if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
        page.wrong(key, f"{key} must be a list such as [{', '.join(known[:2])}].")
        return []
    for one in value:
        if one not in known:
            page.wrong(key, f"{key}: “{one}” is not known{near(one, known)}: write some of {', '.join(known)}.")
    return value


def _tell(page: Page, key: str, value: Any) -> dict[str, Any]:
    return {"tell": frozenset(_listed(page, key, value, KINDS))}


def _channels(page: Page, key: str, value: Any) -> dict[str, Any]:
    return {"channels": tuple(_listed(page, key, value, CHANNELS))}


def _quiet(page: Page, key: str, value: Any) -> dict[str, Any]:
    try:
        begins, ends = (time.fromisoformat(one) for one in value)
    except (ValueError, TypeError):
        page.wrong(key, f"{key} must be two times such as [“21:00”, “09:00”].")
        return {}
    if begins.tzinfo or ends.tzinfo:
        page.wrong(key, f"{key} are by each customer's own clock: write the times without a zone, such as [“21:00”, “09:00”].")
        return {}
    return {"quiet_hours": (begins, ends)}


def _budget(page: Page, key: str, value: Any) -> dict[str, Any]:
    given = named(page, value, key, ("day", "customer"))
    return {name: number(page, f"{key}.{name}", count, (0, _MOST)) for name, count in given.items()}


def _consent(page: Page, key: str, value: Any) -> dict[str, Any]:
    if value not in ("assumed", "given"):
        page.wrong(key, f"{key}: write assumed (buyers hear news of their own order) or given (only who said yes).")
    return {"needs_consent": value == "given"}


def _age(page: Page, key: str, value: Any) -> dict[str, Any]:
    return {"max_age": timedelta(hours=number(page, key, value, (1, _MOST)))}


def _bounded(least: int) -> Callable[[Page, str, Any], dict[str, Any]]:
    """The reader of a number that is called as in the file."""
    return lambda page, key, value: {key: number(page, key, value, (least, _MOST))}


_READERS: Mapping[str, Callable[[Page, str, Any], dict[str, Any]]] = {
    "tell": _tell,
    "channels": _channels,
    "quiet_hours": _quiet,
    "budget": _budget,
    "consent": _consent,
    "max_age_hours": _age,
    "group_from": _bounded(2),
    "hold_from": _bounded(0),
}
