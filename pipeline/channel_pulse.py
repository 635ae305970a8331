"""What comes in on each channel, noted in memory by the web process and written down every few seconds.

The message path pays a dictionary's price for it and no query. What is lost with a process is a few seconds of counting.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import metrics
from channels.base import Event
from conversation import alarms, channel_health
from conversation.alarms import Trouble
from conversation.channel_health import Saw
from conversation.work import Database

FLUSH = timedelta(seconds=10)
FROM_PEOPLE = frozenset({
    "message", "reply", "form", "reaction", "edited", "deleted", "mention", "referral", "opt_in", "opt_out", "unsupported"})
NOT_OURS = "account"  # the reason of channels for what is signed, and of a number that is not configured
Submit = Callable[[Sequence[Event]], None]


class Pulse:
    """Counts for one web process. `submit` stands in for the writer's; `flush` is a chore of its sweep."""

    def __init__(self, database: Database, submit: Submit) -> None:
        self._database = database
        self._submit = submit
        self._lock = threading.Lock()
        self._webhooks: dict[tuple[str, str], datetime] = {}
        self._inbound: dict[tuple[str, str], datetime] = {}
        self._hours: Counter[tuple[str, str, datetime]] = Counter()
        self._next_flush: datetime | None = None
        self._foreign = 0

    def submit(self, events: Sequence[Event]) -> None:
        """Hand the events on, and note them once they are kept. Raises NotStored."""
        self._submit(events)
        now = self._database.wiring.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        with self._lock:
            for event in events:
                key = (f"{event['provider']}-{event['channel']}", event.get("account", ""))
                self._webhooks[key] = now
                if event["kind"] in FROM_PEOPLE:
                    self._inbound[key] = now
                    self._hours[*key, hour] += 1

    def flush(self) -> None:
        """Write down what was noted, at most every ten seconds."""
        now = self._database.wiring.now()
        if self._next_flush is not None and now < self._next_flush:
            return
        self._next_flush = now + FLUSH
        seen, foreign = self._taken(), _foreign()
        if not seen and foreign <= self._foreign:
            return
        with self._database.work() as work:
            channel_health.note(work, seen)
            if foreign > self._foreign:
                alarms.raise_alarm(work, Trouble("foreign:meta", "foreign_numbers", facts={"count": foreign}))
        self._foreign = foreign

    def _taken(self) -> list[Saw]:
        with self._lock:
            webhooks, self._webhooks = self._webhooks, {}
            inbound, self._inbound = self._inbound, {}
            hours, self._hours = self._hours, Counter()
        return [
            Saw(*key, at, inbound.get(key), {hour: n for (*of, hour), n in hours.items() if tuple(of) == key})
            for key, at in webhooks.items()
        ]


def _foreign() -> int:
    """How many signed members of Meta's webhooks were for numbers that are not ours, since this process began."""
    return int(sum(
        sample.value for family in metrics.ignored.collect() for sample in family.samples
        if sample.name.endswith("_total") and sample.labels["provider"] == "meta" and sample.labels["reason"] == NOT_OURS))
