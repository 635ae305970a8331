"""What a carrier's trouble hits: the orders on their way with this carrier, to this part of the country, from this day on.

Known are the orders that a shop or a carrier told of. Where a parcel goes is what was told of its address: the postcode,
the city, or both. An order whose address nobody told is not hit; it is counted, so that people see it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from outreach import provinces
from outreach.news import News
from outreach.on_the_road import STILL, WATCHED, arrived, expected, holds
from outreach.tables import OrderNews

MOST = 20_000
_SPLIT = re.compile(r"[,;\n]+")
_LIKE = str.maketrans({one: f"\\{one}" for one in "\\%_"})

_news = OrderNews.__table__
_carrier = func.lower(_news.c.facts["carrier"].as_string())
_on_its_way = (
    select(_news).where(
        _news.c.kind.in_(STILL), _news.c.about == "", _news.c.happened_at >= bindparam("since"),
        _carrier.like(bindparam("carrier"), escape="\\"), holds(_news), ~arrived(_news))
    .order_by(_news.c.order_key, _news.c.happened_at.desc()).limit(bindparam("most"))
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Area:
    """`region` as people wrote it: cities, Spanish provinces, beginnings of postcodes; "" is everywhere. `since`: the first
    day it hits; `new_day`: when the parcels come instead, None if nobody knows."""

    carrier: str
    region: str
    since: date
    new_day: date | None = None

    def as_facts(self) -> dict[str, str]:
        """What a group keeps of it."""
        return {"carrier": self.carrier, "region": self.region, "since": self.since.isoformat(),
                "new_day": self.new_day.isoformat() if self.new_day else ""}


@dataclass(frozen=True, slots=True)
class Hits:
    """`orders`: the last that was told of each; `nowhere`: how many more are with this carrier, and nobody said where to."""

    orders: Sequence[Row]
    nowhere: int = 0
    is_cut: bool = False  # so much was told of this carrier's parcels that not all of it was looked at

    @property
    def is_too_many(self) -> bool:
        return self.is_cut or len(self.orders) > MOST


def of_facts(facts: Mapping[str, Any]) -> Area | None:
    """The area of a group, None for one that has none."""
    found = facts.get("area")
    if not found:
        return None
    new_day = found.get("new_day")
    return Area(found["carrier"], found["region"], date.fromisoformat(found["since"]),
                date.fromisoformat(new_day) if new_day else None)


def hit(session: Session, area: Area, now: datetime, today: date, ask: Callable[[str], News | None] | None = None, *,
        most: int = MOST) -> Hits:
    """The orders that it hits. `ask`: whose order it is, of a shop that answers from memory."""
    coarse = f"%{area.carrier.lower().translate(_LIKE)}%" if area.carrier.isascii() else "%"
    rows = session.execute(_on_its_way, {"since": now - WATCHED, "carrier": coarse, "most": most * 2}).mappings().all()
    last: dict[str, Row] = {}
    for row in rows:
        last.setdefault(row["order_key"], row)
    orders, nowhere = [], 0
    for row in last.values():
        if not is_with(area, row["facts"]) or not is_late_by(area, row["facts"], today):
            continue
        known = _asked(row, ask)
        if is_in(area, known):
            orders.append(known)
        elif is_nowhere(known):
            nowhere += 1
    return Hits(orders, nowhere, len(rows) == most * 2)


def called(area: Area, hits: Hits) -> Area:
    """The same with its carrier written as the orders write it: customers read SEUR, not seur."""
    names = [str(row["facts"].get("carrier")) for row in hits.orders]
    same = [name for name in names if plain(name) == plain(area.carrier)]
    return replace(area, carrier=max(same, key=same.count)) if same else area


def is_with(area: Area, facts: Mapping[str, Any]) -> bool:
    """Whether its carrier is this one: SEUR is SEUR 24 as well."""
    return f" {plain(area.carrier)} " in f" {plain(str(facts.get('carrier') or ''))} "


def is_in(area: Area, row: Row) -> bool:
    """Whether it goes there."""
    places = _places(area.region)
    if not places:
        return True
    code, city = _code(row["postcode"]), plain(row["city"])
    for name, prefix, country in places:
        if name and name == city:
            return True
        if prefix and code.startswith(prefix) and country in ("", row["country"] or country):
            return True
    return False


def is_nowhere(row: Row) -> bool:
    """Whether nobody told where it goes."""
    return not row["postcode"] and not row["city"]


def as_news(row: Row) -> News:
    """Whose order it is, to be told of something new."""
    return News(row["order_key"], row["kind"], row["order_reference"], row["happened_at"], dict(row["facts"]),
                **{name: row[name] for name in ("phone", "email", "language", "country", "postcode", "city")})


def plain(text: str) -> str:
    """Small letters without accents, single spaces: as names are compared."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one)).split())


def is_late_by(area: Area, facts: Mapping[str, Any], today: date) -> bool:
    """Not what comes before the day it begins, nor what is expected no earlier than the new day."""
    day = expected(facts)
    if day is None:
        return True
    comes_before = today <= day < area.since
    return not comes_before and (area.new_day is None or day < area.new_day)


def _asked(row: Row, ask: Callable[[str], News | None] | None) -> Row:
    if ask is None or not is_nowhere(row):
        return row
    buyer = ask(row["order_reference"])
    if buyer is None:
        return row
    return {**row, "postcode": buyer.postcode, "city": buyer.city, "phone": row["phone"] or buyer.phone,
            "country": row["country"] or buyer.country}


@lru_cache(maxsize=64)
def _places(region: str) -> tuple[tuple[str, str, str], ...]:
    """What was written as (name of a city, beginning of a postcode, its country)."""
    known = {plain(name): prefix for name, prefix in provinces.numbered().items()}
    found = []
    for one in _SPLIT.split(region):
        name = plain(one)
        if any(letter.isdigit() for letter in name) or 0 < len(name) <= 2:
            found.append(("", _code(one), ""))
        elif name:
            found.append((name, known.get(name, ""), "ES"))
    return tuple(found)


def _code(written: str) -> str:
    return "".join(letter for letter in written.upper() if letter.isalnum())
