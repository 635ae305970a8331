"""Is a channel silent for unusually long? Compared with its own last two weeks at the same hours. Pure.

A webhook address that was changed at the provider looks like this and like nothing else: everything is well, and nobody
writes. Working days are compared with working days, weekends with weekends, whole hours with whole hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

DAYS = 14
FEWEST_SAMPLES = 4  # days of the same sort that were measured; two weeks have four days of a weekend
USUAL_MESSAGES = 8.0  # on the average of those days: below it a quiet stretch is nothing
LOUD_SHARE = 0.9  # of those days had at least one message in these hours
LONGEST = timedelta(hours=24)  # a longer silence is judged by its last day
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing for `hours`, where `usual` messages come as a rule."""

    hours: int
    usual: int


def unusual(hours: Mapping[datetime, int], last_inbound_at: datetime | None, now: datetime) -> Silence | None:
    """The silence that a person should know of; None where it is an ordinary one, or too little is known to tell.

    `hours` are messages by the hour (UTC) they came in; hours without any may be left out.
    """
    if last_inbound_at is None or not hours:
        return None
    wanted = _whole_hours(max(last_inbound_at, now - LONGEST), now)
    if not wanted:
        return None
    first = min(hours)
    samples = [sum(hours.get(hour - timedelta(days=day), 0) for hour in wanted)
               for day in range(1, DAYS + 1) if _is_sample(wanted, day, first, last_inbound_at)]
    if len(samples) < FEWEST_SAMPLES:
        return None
    usual, loud = sum(samples) / len(samples), sum(1 for one in samples if one)
    if usual < USUAL_MESSAGES or loud < LOUD_SHARE * len(samples):
        return None
    return Silence(int((now - last_inbound_at) / _HOUR), round(usual))


def _whole_hours(since: datetime, now: datetime) -> list[datetime]:
    """The hours that lie wholly between the two: in a part of one nothing can be compared."""
    hour = since.replace(minute=0, second=0, microsecond=0) + _HOUR
    found = []
    while hour + _HOUR <= now:
        found.append(hour)
        hour += _HOUR
    return found


def _is_sample(wanted: list[datetime], days_ago: int, first: datetime, last: datetime) -> bool:
    """Was the channel measured then, was it before this silence began, and was it the same sort of day?"""
    begins, ends = wanted[0] - timedelta(days=days_ago), wanted[-1] - timedelta(days=days_ago)
    return first <= begins and ends + _HOUR <= last and (ends.weekday() >= 5) == (wanted[-1].weekday() >= 5)
