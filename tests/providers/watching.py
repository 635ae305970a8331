"""How a test waits for a stand-in without sleeping: it is woken by each request that comes in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Seen = TypeVar("Seen")


class Watcher:
    """Woken by the stand-in's thread, waited for by the test's."""

    def __init__(self) -> None:
        self._changed = threading.Condition()

    def tell(self) -> None:
        """Something came in."""
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, look: Callable[[], Sequence[Seen]], count: int, timeout_seconds: float) -> Sequence[Seen]:
        """What `look` sees once there are `count` of it; the test fails when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(look()) >= count, timeout_seconds)
        seen = look()
        assert len(seen) >= count, f"{len(seen)} of {count} came in within {timeout_seconds} s: {seen}"
        return seen
