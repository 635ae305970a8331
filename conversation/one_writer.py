"""Who writes next on SQLite, in one process: whoever asked first. Which process does: conversation/turnstile.py.

SQLite has one writer at a time, and lets the others sleep and look again, in no order: of many at once some would wait
for seconds while later ones go before them. Here they stand in line, and the next one is woken at the moment the one before is done.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from conversation.turnstile import Turnstile

SQLITE_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# PostgreSQL: no lock in time, a statement cut short, two in each other's way, no room, a server that starts or stops.
POSTGRES_BUSY_STATES = ("55P03", "57014", "40P01", "40001", "53300", "57P01", "57P02", "57P03")


class Line:
    """A lock that goes to those who wait for it in the order in which they came; who must be `first` goes before them.

    Whose turn it is goes through the turnstile that the processes share, where there is one.
    """

    def __init__(self, turnstile: Turnstile | None = None) -> None:
        self._turnstile = turnstile
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, seconds: float, first: bool = False) -> Iterator[None]:
        """Have it for a while. Raises OperationalError, as SQLite would, if it does not come within so many seconds."""
        until = time.monotonic() + seconds
        self._take(seconds, first)
        try:
            with self._through(until - time.monotonic()):
                yield
        finally:
            self._pass_on()

    @contextmanager
    def _through(self, seconds: float) -> Iterator[None]:
        if self._turnstile is None:
            yield
            return
        if not self._turnstile.enter(seconds):
            raise _locked("another process writes")
        try:
            yield
        finally:
            self._turnstile.leave()

    def _take(self, seconds: float, first: bool) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            (self._waiting.appendleft if first else self._waiting.append)(mine)
        if mine.acquire(timeout=seconds):
            return
        with self._guard:
            if mine not in self._waiting:
                return  # it came at the last moment
            self._waiting.remove(mine)
        raise _locked("others write")

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


def _locked(why: str) -> OperationalError:
    return OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError(f"database is locked: {why}"))


def is_busy(error: BaseException) -> bool:
    """Whether the database only had no time for this now, or cannot be reached: nothing was done, and it may come again."""
    if isinstance(error, NoConnection):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code & 0xFF in SQLITE_BUSY_CODES if code is not None else "locked" in str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError) or error.connection_invalidated
    return state in POSTGRES_BUSY_STATES or state.startswith("08")


@contextmanager
def unless_busy() -> Iterator[None]:
    """For what a reader leaves behind (when she was here, what she saw): where the database has no time for it, she reads
    all the same, and the next look writes it."""
    try:
        yield
    except SQLAlchemyError as error:
        if not is_busy(error):
            raise
