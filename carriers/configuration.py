"""`flows/_carriers.yaml`: whom to ask about whose parcels, and when a parcel is late. It holds no secrets, only their names.

    trackers:
      dhl: {key: "${DHL_API_KEY}"}
    carriers: {DHL: dhl}
    late: {grace_days: 1, weekend: [saturday, sunday], holidays: [12-25], days: {SEUR: 2, "*": 5}}

Without the file nobody is asked, and a parcel is late on the day after the promised one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import registry
from carriers import codes, sayings
from carriers.base import Tracker
from carriers.desk import Trackers, key_of
from carriers.errors import BadConfiguration
from carriers.lateness import ANY, Rules
from carriers.offer import Offer
from carriers.sayings import Sayings
from yaml_file import Finding, Page, named, near, number, read, table

FILE, WORDS_FILE = "_carriers.yaml", "_parcels.yaml"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_DAYS = 60

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Setup:
    """What the shop has set up about parcels."""

    sayings: Sayings = field(default_factory=Sayings)
    rules: Rules = field(default_factory=Rules)
    trackers: Trackers = field(default_factory=Trackers)


def load(folder: Path, environment: Mapping[str, str]) -> Setup:
    """The set-up of this folder of flows. Raises BadConfiguration with file, line and mend of everything wrong in
    `_carriers.yaml`; what is wrong in `_parcels.yaml` is logged and our own words are used."""
    page = _page(folder / FILE)
    rules, trackers = _read(page, environment)
    if page.findings:
        raise BadConfiguration("\n".join(f"{folder}/{finding}" for finding in page.findings))
    return Setup(Sayings(folder / WORDS_FILE), rules, trackers)


def check(folder: Path, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Everything wrong in both files."""
    page = _page(folder / FILE)
    _read(page, environment)
    words, _ = sayings.own_texts(folder / WORDS_FILE)
    return (*page.findings, *words.findings)


def look(page: Page, environment: Mapping[str, str]) -> list[Finding]:
    """Everything wrong in a `_carriers.yaml` that holds this."""
    _read(page, environment)
    return page.findings


def _page(path: Path) -> Page:
    return read(path) if path.exists() else Page(path.name, {})


def _read(page: Page, environment: Mapping[str, str]) -> tuple[Rules, Trackers]:
    tree = named(page, page.tree, "", ("trackers", "carriers", "late"))
    made = _trackers(page, tree.get("trackers"), environment)
    chosen: dict[str, str] = {}
    for carrier, name in table(page, tree.get("carriers"), "carriers").items():
        if name not in made:
            known = ", ".join(made) or "none is set up"
            page.wrong(f"carriers.{carrier}", f"there is no tracker “{name}” below trackers{near(str(name), made)}: {known}.")
        chosen[ANY if carrier == ANY else key_of(carrier)] = str(name)
    return _rules(page, tree.get("late")), Trackers({name: one for name, one in made.items() if one}, chosen)


def _trackers(page: Page, tree: Any, environment: Mapping[str, str]) -> dict[str, Tracker | None]:
    offers: Mapping[str, Offer] = registry.collect("carriers", "TRACKER")
    made: dict[str, Tracker | None] = {}
    for name, given in named(page, tree, "trackers", tuple(offers)).items():
        before = len(page.findings)
        settings = _settings(page, f"trackers.{name}", given, offers[name], environment)
        made[name] = offers[name].create(settings) if len(page.findings) == before else None
    return made


def _settings(page: Page, key: str, given: Any, offer: Offer, environment: Mapping[str, str]) -> dict[str, Any]:
    known = named(page, given, key, (*offer.needs, *offer.may))
    for name in offer.needs:
        if not known.get(name):
            page.wrong(key, f"{key} needs {name}: add {name}: \"${{{offer.name.upper()}_{name.upper()}}}\".")
    found = {name: _filled(page, f"{key}.{name}", value, environment) for name, value in known.items()}
    for name in offer.secrets:
        if known.get(name) and not _VARIABLE.fullmatch(str(known[name])):
            page.wrong(f"{key}.{name}", f"{key}.{name} is a secret: put it into .env and write its ${{NAME}} here.")
    if "slugs" in found:
        found["slugs"] = {key_of(carrier): str(slug) for carrier, slug in table(page, found["slugs"], f"{key}.slugs").items()}
    if "timeout_seconds" in found:
        found["timeout_seconds"] = number(page, f"{key}.timeout_seconds", found["timeout_seconds"], (0, 5))
    return found


def _filled(page: Page, key: str, value: Any, environment: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if name not in environment:
            page.wrong(key, f"{key} needs the variable {name}, which is not set: set it in .env.")
    return _VARIABLE.sub(lambda found: environment.get(found[1], ""), value)


def _rules(page: Page, tree: Any) -> Rules:
    late = named(page, tree, "late", ("grace_days", "weekend", "holidays", "days"))
    days: dict[str, int] = {}
    for name, value in table(page, late.get("days"), "late.days").items():
        days[_place_of(name)] = number(page, f"late.days.{name}", value, (0, MOST_DAYS))
    return Rules(
        grace_days=number(page, "late.grace_days", late.get("grace_days", "0"), (0, MOST_DAYS)),
        weekend=frozenset(_each(page, late, "weekend", _weekday, f"write days such as {', '.join(DAYS[5:])}")),
        holidays=frozenset(_each(page, late, "holidays", _holiday, "write days as 2026-12-25, or 12-25 for every year")),
        days=days,
    )


def _place_of(name: str) -> str:
    """`SEUR`, `ES`, `Correos/PT` or `*` as the rules look them up."""
    carrier, _, country = name.partition("/")
    if name == ANY or (_COUNTRY.fullmatch(name) and codes.table_of(name) is None):
        return name
    return f"{key_of(carrier)}/{country.upper()}" if country else key_of(carrier)


def _each(page: Page, late: Mapping[str, Any], name: str, reader: Callable[[str], Any], mend: str) -> list[Any]:
    given = late.get(name) or []
    if not isinstance(given, list):
        page.wrong(f"late.{name}", f"late.{name} must be a list: {mend}.")
        return []
    found = [(reader(str(one)), one) for one in given]
    for value, one in found:
        if value is None:
            page.wrong(f"late.{name}", f"late.{name}: “{one}” is none{near(str(one), DAYS)}: {mend}.")
    return [value for value, _ in found if value is not None]


def _weekday(name: str) -> int | None:
    return DAYS.index(name) if name in DAYS else None


def _holiday(written: str) -> str | None:
    try:
        date.fromisoformat(written if len(written) > 5 else f"2024-{written}")
    except ValueError:
        return None
    return written
