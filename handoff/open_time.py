"""How long a queue was open between two instants, for many pairs of them: its hours laid out once, then looked up.

Pure. Times that overlap count once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from handoff import hours


@dataclass(frozen=True, slots=True)
class OpenTime:
    """When a queue is open within a range, as seconds since 1970. `starts` None: always."""

    starts: list[float] | None = None
    ends: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)

    def between(self, start: datetime, end: datetime) -> float:
        """The seconds it was open from `start` to `end`; 0 where that is no length of time."""
        return self.seconds(start.timestamp(), end.timestamp())

    def seconds(self, start: float, end: float) -> float:
        """The same of two instants in seconds since 1970."""
        if end <= start:
            return 0.0
        return end - start if self.starts is None else self._until(end) - self._until(start)

    def closes_at(self, at: datetime) -> datetime | None:
        """The end of the interval that `at` lies in; None where it is closed, or never closes."""
        place = self._place(at)
        return None if place is None or not self._is_within(place, at) else datetime.fromtimestamp(self.ends[place], UTC)

    def opens_after(self, at: datetime) -> datetime | None:
        """The first opening after `at`; None within what was laid out."""
        place = self._place(at)
        if place is None or self.starts is None or place + 1 >= len(self.starts):
            return None
        return datetime.fromtimestamp(self.starts[place + 1], UTC)

    def _place(self, at: datetime) -> int | None:
        return None if self.starts is None else bisect_right(self.starts, at.timestamp()) - 1

    def _is_within(self, place: int, at: datetime) -> bool:
        return place >= 0 and at.timestamp() < self.ends[place]

    def _until(self, stamp: float) -> float:
        assert self.starts is not None
        place = bisect_right(self.starts, stamp) - 1
        if place < 0:
            return 0.0
        return self.before[place] + min(stamp, self.ends[place]) - self.starts[place]


def lay_out(queue: Mapping[str, Any], since: datetime, until: datetime) -> OpenTime:
    """The open times of a queue between the two; beyond them it knows nothing."""
    if not queue["hours"]:
        return OpenTime()
    starts: list[float] = []
    ends: list[float] = []
    for begins, over in sorted((start.timestamp(), end.timestamp()) for start, end in hours.intervals(queue, since, until)):
        if ends and begins <= ends[-1]:
            ends[-1] = max(ends[-1], over)
        else:
            starts.append(begins)
            ends.append(over)
    before, passed = [], 0.0
    for begins, over in zip(starts, ends, strict=True):
        before.append(passed)
        passed += over - begins
    return OpenTime(starts, ends, before)
