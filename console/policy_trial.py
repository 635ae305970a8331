"""A policy tried on past conversations: bounded in number and in time, one trial at a time in a process.

It runs in the thread of the page that asks, far from the writer; between two talks it gives way to whoever waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from bot.escalation import Policy
from bot.understanding.lexicon import SHIPPED, Book
from bot.understanding.order_numbers import DEFAULT
from bot.understanding.read import read
from bot.understanding.reading import Reading
from console import flow_pace, past_talks, replay
from console.errors import TooFast
from console.replay import Comparison, PastTalk
from conversation.work import Database

DAYS = (7, 30)
SECONDS = 20.0
BY_COUNT, BY_TIME = "count", "time"
_KEPT_READINGS = 4096

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. `total` are the conversations there were; `cut` says what kept some of them out."""

    days: int
    total: int
    found: Comparison
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """What texts are read with: the shop's order numbers and its own words."""

    order_patterns: tuple[str, ...] = DEFAULT
    book: Book = SHIPPED


def run(
    database: Database, policies: tuple[Policy, Policy], days: int, means: Means, seconds: float = SECONDS
) -> Trial:
    """The policy that holds and the one to try, over the conversations of so many days. Raises TooFast."""
    with alone():
        return _run(database, policies, days, (means, flow_pace.deadline(seconds)))


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else tries anything meanwhile. Raises TooFast where somebody does."""
    if not _one_at_a_time.acquire(blocking=False):
        raise TooFast
    try:
        yield
    finally:
        _one_at_a_time.release()


def _run(
    database: Database,
    policies: tuple[Policy, Policy],
    days: int,
    bounds: tuple[Means, Callable[[], bool]],
) -> Trial:
    means, late = bounds
    now = database.wiring.now()
    found, made = past_talks.past(database, now - timedelta(days=days), now), Comparison()

    @lru_cache(maxsize=_KEPT_READINGS)
    def reading(text: str, language: str, country: str) -> Reading:
        return read(text, language=language, order_patterns=means.order_patterns, book=means.book.at(country))

    def reader(text: str, talk: PastTalk) -> Reading:
        return reading(text, talk.language, talk.country)

    for page in past_talks.pages(database, found, late):
        for talk in page:
            if late():
                break
            replay.compare(made, (talk,), policies, reader)
            time.sleep(0)  # lets go of the interpreter: messages come first
    cut = BY_TIME if made.talks < len(found.ids) else BY_COUNT if len(found.ids) < found.total else ""
    return Trial(days, found.total, made, cut)
