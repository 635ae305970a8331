"""Who is on duty: which queues are open now, looked up at most once a second."""

from __future__ import annotations

from datetime import datetime, timedelta

from conversation.work import Work
from handoff import queues

FRESH = timedelta(seconds=1)


class Duty:
    """The open queues, remembered for a second."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._until: datetime | None = None

    def open_queues(self, work: Work) -> frozenset[str]:
        """Names of the queues whose hours say that they are open."""
        if self._until is None or work.now >= self._until:
            self._known = queues.open_now(work.connection, work.now)
            self._until = work.now + FRESH
        return self._known
