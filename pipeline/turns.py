"""The writer: the one thread of a web process that takes events in and lets the bot answer them.

Up to 64 requests share one transaction (group commit) and are released by its commit. What sender, worker and clock
left behind as rows (answers of services, timers that are due) it takes the same way. A turn that cannot be run never
takes its neighbours with it: the group is rolled back and each is run alone; one that fails alone again is buried.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

import faults
import metrics
from channels.base import Event
from channels.errors import NotStored
from conversation.work import Database
from pipeline import burial, intake

GROUP_LIMIT = 64
PACE_SECONDS = 0.012
BITE_SECONDS = 0.02  # so long what is due is heard at a time: who writes meanwhile waits for that
BITE_ROWS = 16
PATIENCE_SECONDS = 5.0
ALONE_TRIES = 2
DEADLOCK_TRIES = 3
DEADLOCK_STATES = frozenset({"40P01", "40001"})  # PostgreSQL ended our transaction so that another could go on

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Submission:
    """One request's events, and the request that waits for them."""

    events: Sequence[Event]
    stored: threading.Event = field(default_factory=threading.Event)
    failed: bool = False

    def settle(self, failed: bool = False) -> None:
        self.failed = failed
        self.stored.set()


class Writer:
    """Runs the turns of this process.

    Commits are at least `pace_seconds` apart: what comes in meanwhile shares the next one. After a pause the first
    event is committed at once.
    """

    def __init__(self, database: Database, intake_of: intake.Intake, sweep_seconds: float = 1.0,
                 pace_seconds: float = PACE_SECONDS) -> None:
        self._database = database
        self._intake = intake_of
        self._sweep_seconds = sweep_seconds
        self._pace_seconds = pace_seconds
        self._next_commit = 0.0
        self._waiting: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._chores: list[Callable[[], object]] = []
        self._unfinished: list[Callable[[], object]] = []

    def submit(self, events: Sequence[Event]) -> None:
        """Store these events and answer them; returns after the commit. Raises NotStored."""
        submission = Submission(events)
        self._waiting.put(submission)
        self.start()
        if not submission.stored.wait(PATIENCE_SECONDS) or submission.failed:
            raise NotStored("The events could not be stored now; send them again.")
        faults.point("events stored")

    def wake(self) -> None:
        """Look for rows that wait now rather than at the next sweep."""
        self._rung.set()
        self._waiting.put(None)

    def every_sweep(self, chore: Callable[[], object]) -> None:
        """Run this too at each sweep, in the writer's thread; a ring alone does not. It does a little at a time: where it
        answers True there is more to do, and it is asked again as soon as those who wait have been stored.
        """
        self._chores.append(chore)

    @property
    def is_behind(self) -> bool:
        """Whether a chore has more to do than it did."""
        return bool(self._unfinished)

    def start(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                    self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Finish what has been taken and end."""
        self._stopping = True
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        next_sweep = time.monotonic()
        while not self._stopping:
            group = self._take(0.0 if self._unfinished else max(0.0, next_sweep - time.monotonic()))
            if group:
                self._commit_group(group)
            is_rung = self._rung.is_set()
            if is_rung:
                self._rung.clear()
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + self._sweep_seconds
                self._sweep((self._take_due, *self._chores))
            elif is_rung:  # for rows alone: whoever rings often must not have the chores done as often
                self._sweep(dict.fromkeys((self._take_due, *self._unfinished)))
            elif self._unfinished:
                self._sweep(self._unfinished)

    def _take(self, timeout_seconds: float) -> list[Submission]:
        try:
            first = self._waiting.get(timeout=timeout_seconds) if timeout_seconds else self._waiting.get_nowait()
        except queue.Empty:
            return []
        if first is None:
            return []
        time.sleep(max(0.0, self._next_commit - time.monotonic()))
        self._next_commit = time.monotonic() + self._pace_seconds
        group = [first]
        while len(group) < GROUP_LIMIT and not self._waiting.empty():
            more = self._waiting.get_nowait()
            if more is not None:
                group.append(more)
        return group

    def _commit_group(self, group: list[Submission], tries: int = DEADLOCK_TRIES) -> None:
        began = time.perf_counter()
        metrics.batch_size.observe(len(group))
        try:
            with self._database.work(first=True) as work:
                faults.point("group begun")
                self._intake.take_all(work, [event for submission in group for event in submission.events])
        except Exception as error:  # whatever one turn's trouble is, its neighbours must be stored
            if _was_in_the_way(error) and tries > 1:
                self._commit_group(group, tries - 1)
            elif _is_no_storage(error):
                logger.error("events could not be stored", error=type(error).__name__, events=len(group))
                _settle(group, failed=True)
            else:
                self._commit_alone(group, error)
        else:
            _settle(group)
        metrics.batch_seconds.observe(time.perf_counter() - began)

    def _commit_alone(self, group: list[Submission], why: Exception) -> None:
        logger.warning("a group is run one by one", error=_place(why), events=len(group))
        for submission in group:
            try:
                for event in submission.events:
                    self._store_event(event)
            except Exception as error:  # it could not even be buried: the writer must live for those who come after
                logger.error("events could not be stored", error=_place(error))
                submission.settle(failed=True)
            else:
                submission.settle()

    def _store_event(self, event: Event) -> None:
        """One event by itself; buried with its reason when it fails again and again."""
        for _ in range(ALONE_TRIES):
            trouble = self._try(event)
            if trouble is None:
                return
        logger.error("an event is buried", error=_place(trouble), kind=event.get("kind"))
        with self._database.work() as work:
            burial.bury_event(work, self._intake, event, f"{_place(trouble)}: {trouble}")

    def _try(self, event: Event) -> Exception | None:
        """Take one event in; what was wrong with it, or None. Raises where the database does not take it."""
        try:
            with self._database.work() as work:
                self._intake.take_all(work, [event])
        except Exception as error:  # the reason is kept with the event, where a person sees it
            if _is_no_storage(error):
                raise
            return error
        return None

    def _sweep(self, chores: Iterable[Callable[[], object]]) -> None:
        found, self._unfinished = tuple(chores), []
        for chore in found:
            try:
                if chore() is True:
                    self._unfinished.append(chore)
            except Exception as error:  # the sweep comes again in a second; nothing is lost by one that failed
                logger.warning("a sweep failed", error=_place(error))

    def _take_due(self) -> bool:
        """Answers of services and timers that are due, a bite at a time; True where there may be more."""
        try:
            with self._database.work() as work:
                until = time.monotonic() + BITE_SECONDS
                waiting = self._intake.due(work, BITE_ROWS)
                heard = self._intake.hear_some(work, waiting, lambda: time.monotonic() > until)
                return heard < len(waiting) or len(waiting) >= BITE_ROWS
        except Exception as error:  # one row may be poison: take them one at a time to find it
            if _is_no_storage(error):
                raise
            self._take_due_alone()
            return False

    def _take_due_alone(self) -> None:
        with self._database.work() as work:
            waiting = self._intake.due(work, GROUP_LIMIT)
        for due in waiting:
            try:
                with self._database.work() as work:
                    self._intake.take_one(work, due)
            except Exception as error:  # the reason is kept with the row, where a person sees it
                if _is_no_storage(error):
                    raise
                with self._database.work() as work:
                    burial.bury_due(work, self._intake, due, f"{type(error).__name__}: {error}")


def _is_no_storage(error: Exception) -> bool:
    """True where the database itself did not take it: come again. Bad data is the event's own fault."""
    return isinstance(error, (DBAPIError, faults.Fault)) and not isinstance(error, (DataError, IntegrityError))


def _was_in_the_way(error: Exception) -> bool:
    """Two processes waited for each other and ours gave way: nothing is wrong with the events, run them again."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in DEADLOCK_STATES


def _place(error: Exception) -> str:
    """What went wrong and where, without a word of what anybody wrote."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _settle(group: Sequence[Submission], failed: bool = False) -> None:
    for submission in group:
        submission.settle(failed)

