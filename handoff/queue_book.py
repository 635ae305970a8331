"""Queues as admins keep them: a new one, other settings, other hours, one that is over. Each change has its line.

What holds is read with every use, so a change needs no restart; due times of those who wait already are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from conversation.work import Work
from handoff import audit, hours, queues, sla
from handoff.access import Reader
from handoff.admin_errors import BadValue, StillNeeded
from handoff.errors import QueueTaken
from handoff.tables import LIVE_TICKET_STATES, QUEUE_MODES, Membership, Queue, Ticket

LONGEST_TITLE = 60
LANGUAGES = ("es", "en", "pt")
DAY, MONTH = 24 * 60, 30 * 24 * 60
TIMED = ("hours", "holidays", "time_zone", "promise_minutes", "reply_minutes", "answer_minutes", "resolve_minutes")

_queue, _ticket, _membership = Queue.__table__, Ticket.__table__, Membership.__table__
_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """A whole number's least and most; `may_be_empty`: none at all is an answer too."""

    least: int
    most: int
    may_be_empty: bool = False


NUMBERS: Mapping[str, Bounds] = {
    "promise_minutes": Bounds(1, DAY),
    "reply_minutes": Bounds(1, DAY),
    "answer_minutes": Bounds(1, DAY, may_be_empty=True),
    "resolve_minutes": Bounds(1, MONTH, may_be_empty=True),
    "offer_after_seconds": Bounds(5, 3_600, may_be_empty=True),
    "offer_seconds": Bounds(5, 600),
    "relax_after_seconds": Bounds(0, 3_600),
    "auto_resolve_hours": Bounds(1, 30 * 24),
}
FIELDS = ("titles", "mode", "overflow_queue_id", "asks_rating", "is_default", "hours", "holidays", "holiday_names",
          "time_zone", *NUMBERS)


def add(work: Work, queue_id: str, wanted: Mapping[str, Any], by: str) -> None:
    """A new queue. Raises QueueTaken, BadValue, BadZone."""
    if not _ID.fullmatch(queue_id):
        raise BadValue("queue_id", "word")
    if work.connection.execute(select(_queue.c.queue_id).where(_queue.c.queue_id == queue_id)).first() is not None:
        raise QueueTaken(queue_id)
    fresh = {"titles": {}, "hours": {}, "holidays": [], "is_default": not current(work.connection)} | dict(wanted)
    _require(work, queue_id, fresh)
    if not fresh["titles"]:
        raise BadValue("title_es", "missing")
    if fresh["is_default"]:
        work.connection.execute(update(_queue).values(is_default=False))
    row = {"time_zone": "Europe/Madrid", "promise_minutes": 15} | fresh
    work.connection.execute(insert(_queue).values(queue_id=queue_id, created_at=work.now, **row))
    audit.changed(work, "queue_added", by, queue_id, {name: (None, value) for name, value in fresh.items() if value})


def change(work: Work, queue_id: str, wanted: Mapping[str, Any], by: str) -> dict[str, tuple[Any, Any]]:
    """Other settings; returns what changed. Raises UnknownQueue, BadValue, BadZone."""
    before = queues.get(work.connection, queue_id)
    changes = audit.differences(before, {name: wanted[name] for name in FIELDS if name in wanted})
    if not changes:
        return {}
    after = {name: pair[1] for name, pair in changes.items()}
    _require(work, queue_id, after)
    if after.get("is_default") is False:
        raise BadValue("is_default", "default")
    if after.get("is_default"):
        work.connection.execute(update(_queue).values(is_default=False))
    work.connection.execute(update(_queue).where(_queue.c.queue_id == queue_id).values(**after))
    audit.changed(work, "queue_changed", by, queue_id, changes)
    if any(name in changes for name in TIMED):
        sla.recompute(work, queue_id)
    return changes


def retire(work: Work, queue_id: str, by: str, named_at: Sequence[str] = ()) -> None:
    """No new tickets and no place in any list. `named_at` are the places in flows that name it.

    Raises UnknownQueue, StillNeeded, BadValue.
    """
    queue = queues.get(work.connection, queue_id)
    if queue["is_default"]:
        raise BadValue("is_default", "default")
    waiting = select(func.count()).where(_ticket.c.queue_id == queue_id, _ticket.c.state.in_(LIVE_TICKET_STATES))
    count = work.connection.execute(waiting).scalar_one()
    flowing = [one["queue_id"] for one in current(work.connection) if one["overflow_queue_id"] == queue_id]
    if count or named_at or flowing:
        raise StillNeeded(queue_id, count, [*named_at, *flowing])
    work.connection.execute(update(_queue).where(_queue.c.queue_id == queue_id).values(retired_at=work.now))
    audit.changed(work, "queue_retired", by, queue_id, {"retired": (False, True)})


def bring_back(work: Work, queue_id: str, by: str) -> None:
    """A retired queue works again. Raises UnknownQueue."""
    queues.get(work.connection, queue_id)
    work.connection.execute(update(_queue).where(_queue.c.queue_id == queue_id).values(retired_at=None))
    audit.changed(work, "queue_changed", by, queue_id, {"retired": (True, False)})


def pause(work: Work, queue_id: str, by: str, *, paused: bool) -> None:
    """New tickets go elsewhere until it is resumed; who waits keeps her place. Raises UnknownQueue."""
    queue = queues.get(work.connection, queue_id)
    if bool(queue["paused_at"]) == paused:
        return
    values = {"paused_at": work.now if paused else None, "paused_by": by if paused else None}
    work.connection.execute(update(_queue).where(_queue.c.queue_id == queue_id).values(**values))
    audit.changed(work, "queue_paused" if paused else "queue_resumed", by, queue_id, {"paused": (not paused, paused)})


def current(reader: Reader) -> list[Mapping[str, Any]]:
    """The queues that are not retired, by name."""
    return [queue for queue in reader.execute(select(_queue).order_by(_queue.c.queue_id)).mappings()
            if queue["retired_at"] is None]


def members(reader: Reader) -> dict[str, list[str]]:
    """Who works in which queue: the agents' ids by queue."""
    found: dict[str, list[str]] = {}
    for row in reader.execute(select(_membership).order_by(_membership.c.agent_id)):
        found.setdefault(row.queue_id, []).append(row.agent_id)
    return found


def _require(work: Work, queue_id: str, wanted: Mapping[str, Any]) -> None:
    if "titles" in wanted and any(len(title) > LONGEST_TITLE for title in wanted["titles"].values()):
        raise BadValue("title_es", "too_long", most=LONGEST_TITLE)
    if wanted.get("mode", "pull") not in QUEUE_MODES:
        raise BadValue("mode", "choice")
    for name, bounds in NUMBERS.items():
        if name in wanted:
            _require_number(name, wanted[name], bounds)
    if "time_zone" in wanted:
        hours.require_zone(wanted["time_zone"])
    if wanted.get("overflow_queue_id"):
        _require_overflow(work, queue_id, wanted["overflow_queue_id"])


def _require_number(name: str, value: Any, bounds: Bounds) -> None:
    if value is None and bounds.may_be_empty:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not bounds.least <= value <= bounds.most:
        raise BadValue(name, "number", least=bounds.least, most=bounds.most)


def _require_overflow(work: Work, queue_id: str, target: str) -> None:
    known = {queue["queue_id"]: queue for queue in current(work.connection)}
    seen = {queue_id}
    following: str | None = target
    while following:  # what runs over comes never back to where it began
        if following in seen or following not in known:
            raise BadValue("overflow_queue_id", "circle" if following in seen else "choice")
        seen.add(following)
        following = known[following]["overflow_queue_id"]
