"""When a parcel should have come, where that day is from, and how late it is by the shop's own rules. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ANY = "*"
# Nobody waits for it any more, or it waits for the customer.
NOT_LATE = frozenset({"delivered", "at_pickup_point", "returning", ""})
_MOST_SHIFTED = 60


@dataclass(frozen=True, slots=True)
class Rules:
    """`days`: how many days after it left a parcel should come, by carrier, country, `carrier/COUNTRY` or `*`; a carrier
    is named by its table of codes. `weekend` (0 is Monday) and `holidays` (2026-12-25 or 12-25): nobody delivers then."""

    grace_days: int = 0
    weekend: frozenset[int] = frozenset()
    holidays: frozenset[str] = frozenset()
    days: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Promise:
    """The day, and where it is from: promised (the shop said so), eta (the carrier did), rule (counted), "" for none."""

    day: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What there is to count from."""

    carrier: str = ""
    country: str = ""
    left_on: date | None = None
    promised_on: date | None = None
    eta: date | None = None


def promise(rules: Rules, sent: Sent) -> Promise:
    """The day on which the parcel should come: the shop's word, else the carrier's, else counted; never invented."""
    if sent.promised_on:
        return Promise(sent.promised_on, "promised")
    if sent.eta:
        return Promise(sent.eta, "eta")
    within = _within(rules, sent)
    if within is None or sent.left_on is None:
        return Promise()
    return Promise(_after(rules, sent.left_on, within), "rule")


def late_days(rules: Rules, due: Promise, state: str, today: date) -> int:
    """Whole days since the promised day once the grace is over; 0 when nobody waits any more, or nothing was promised."""
    if due.day is None or state in NOT_LATE:
        return 0
    due_on = _after(rules, due.day, 0)
    return (today - due_on).days if today > _after(rules, due_on, rules.grace_days) else 0


def _within(rules: Rules, sent: Sent) -> int | None:
    names = (f"{sent.carrier}/{sent.country}", sent.carrier, sent.country, ANY)
    return next((rules.days[name] for name in names if name in rules.days), None)


def _after(rules: Rules, day: date, days: int) -> date:
    """The day on which so many days of delivery are over, itself one: with 0 the same day, or the next that is one."""
    left = days
    for _ in range(_MOST_SHIFTED + days * 2):
        if _delivers(rules, day):
            if left == 0:
                return day
            left -= 1
        day += timedelta(days=1)
    return day


def _delivers(rules: Rules, day: date) -> bool:
    closed = day.isoformat() in rules.holidays or f"{day:%m-%d}" in rules.holidays
    return day.weekday() not in rules.weekend and not closed
