"""When something is to be done for a ticket that nobody has taken yet. Pure.

The ladder is climbed in open minutes of the queue's promise T, from the handoff (or from when it came back, or the
contact wrote anew): at 0.75 T its people are called again, at T another queue and the supervisors, at 1.5 T the contact
hears that it takes longer than she was told. At the end of the day she hears when people are back. Beside it stand
the promise she was given, and her place. Who takes the ticket ends all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handoff import hours

AGAIN, OVERFLOW, LATE = 1, 2, 3
SHARES = {AGAIN: 0.75, OVERFLOW: 1.0, LATE: 1.5}
PLACE_TOLD_EACH = timedelta(minutes=5)
PLACE_LOOKED_AT_EACH = timedelta(minutes=1)
PLACE_TOLD_TIMES = 3
PLACE_GAINED = 3
# marks among what a ticket's contact was told
QUIET, CLOSED, WRITE_ME = "quiet", "closed", "write_me"


def began(ticket: Mapping[str, Any]) -> datetime:
    """Since when this ticket has been waiting to be taken."""
    return max(ticket["opened_at"], ticket["requeued_at"] or ticket["opened_at"], ticket["waiting_since"])


def rung_at(queue: Mapping[str, Any], ticket: Mapping[str, Any], rung: int) -> datetime | None:
    """When this rung is reached; the apology never comes before the time she was told."""
    target = ticket["promised"].get("target", queue["promise_minutes"])  # another queue that helps promised nothing else
    at = hours.add_open_time(queue, began(ticket), timedelta(minutes=target * SHARES[rung]))
    until = promised_until(ticket)
    return max(at, until) if rung == LATE and at is not None and until is not None else at


def reached(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> list[int]:
    """The rungs that are due now, the lowest first."""
    due = []
    for rung in range(ticket["rung"] + 1, LATE + 1):
        at = rung_at(queue, ticket, rung)
        if at is None or at > now:
            break
        due.append(rung)
    return due


def broken_since(ticket: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the promise of her wait was broken, if it is and that was not noted."""
    limit = promised_until(ticket) if ticket["broken_at"] is None else None
    return limit if limit is not None and now >= limit else None


def promised_until(ticket: Mapping[str, Any]) -> datetime | None:
    """The end of the time she was told, or else of what the queue promises; None where nobody was promised anything."""
    until = ticket["promised"].get("until")
    return datetime.fromisoformat(until) if until else None


def day_is_over(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> bool:
    """People went home, and she has not heard yet when they are back."""
    ends = _day_ends_at(queue, ticket)
    return ends is not None and now >= ends and not hours.is_open(queue, now)


def is_told_of_place(ticket: Mapping[str, Any]) -> bool:
    """Whether there may be news of her place: not more than three times, and not where she wants none."""
    told = ticket["told"]
    if WRITE_ME in told or QUIET in told or ticket["paced"].get("n", 0) >= PLACE_TOLD_TIMES:
        return False
    return ticket["ahead"] >= PLACE_GAINED or bool(ticket["promised"].get("to"))


def may_tell_place_at(ticket: Mapping[str, Any]) -> datetime:
    """Not before; what she was told last stands that long."""
    at = ticket["paced"].get("at")
    return (datetime.fromisoformat(at) if at else ticket["opened_at"]) + PLACE_TOLD_EACH


def watch_at(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> datetime | None:
    """When this ticket is to be looked at next while nobody takes it."""
    if ticket["held_outside_until"] is not None:
        return ticket["held_outside_until"]
    if QUIET in ticket["told"]:
        return None
    rung = ticket["rung"] + 1
    times = [
        rung_at(queue, ticket, rung) if rung <= LATE else None,
        promised_until(ticket) if ticket["broken_at"] is None else None,
        _day_ends_at(queue, ticket),
        _place_at(queue, ticket, now),
    ]
    return min((at for at in times if at is not None), default=None)


def _day_ends_at(queue: Mapping[str, Any], ticket: Mapping[str, Any]) -> datetime | None:
    if CLOSED in ticket["told"] or WRITE_ME in ticket["told"]:
        return None
    return hours.day_ends_at(queue, began(ticket))


def _place_at(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> datetime | None:
    if not is_told_of_place(ticket):
        return None
    return hours.opens_at(queue, max(may_tell_place_at(ticket), now + PLACE_LOOKED_AT_EACH))
