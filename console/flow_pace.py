"""How much of the machine the flow editor may take: it shares its process with customers' messages."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console.errors import TooFast

PER_MINUTE = 240
PLAY_SECONDS = 2.0
TURN_SECONDS = 4.0

_one_at_a_time = threading.Lock()
_asked: dict[str, deque[float]] = {}


@contextmanager
def turn(agent_id: str) -> Iterator[None]:
    """One heavy look at flows at a time in this process, so many a minute for each agent. Raises TooFast."""
    now = time.monotonic()
    mine = _asked.setdefault(agent_id, deque(maxlen=PER_MINUTE))
    if len(mine) == PER_MINUTE and now - mine[0] < 60:
        raise TooFast
    mine.append(now)
    if not _one_at_a_time.acquire(timeout=TURN_SECONDS):
        raise TooFast
    try:
        yield
    finally:
        _one_at_a_time.release()


def deadline(seconds: float = PLAY_SECONDS) -> Callable[[], bool]:
    """Says whether the time is up."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end
