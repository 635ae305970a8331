"""The end of the timeline, read once for all live pages of this process; and who looks where, and what rings.

A commit of this process wakes it, one of another by Redis; without Redis it looks once a second. PostgreSQL gives numbers
before it commits, so a number that is missing is looked for again for a while: it may be a transaction that commits later
than its successors.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from console.around import Around
from console.bell import Bell
from conversation.tables import Conversation, TimelineEntry
from conversation.work import Database
from handoff.access import is_newest
from handoff.tables import Ticket

LOOK_SECONDS = 1.0
REST_SECONDS = 0.25  # pages hear of changes at most four times a second
NEWS = {"message": "message", "receipt": "status"}
KEPT = 4_000
READ_AT_ONCE = 2_000
GAP_SECONDS = 20.0  # longer than any statement may take (conversation/work.py)
GAPS_KEPT = 400
GAPS_AT_START = 200
STANDS_KEPT = 20_000

logger = structlog.get_logger(__name__)
_entry, _conversation, _ticket = TimelineEntry.__table__, Conversation.__table__, Ticket.__table__
# One statement, so that what is read of the ticket is as old as the lines, on PostgreSQL too.
_newer = (
    select(_entry.c.entry_id, _entry.c.conversation_id, _entry.c.kind, _ticket.c.queue_id, _ticket.c.holder_id,
           _ticket.c.state, _conversation.c.waiting_since.is_not(None).label("waits"))
    .select_from(_entry.outerjoin(_conversation, _conversation.c.conversation_id == _entry.c.conversation_id)
                 .outerjoin(_ticket, is_newest()))
    .where(or_(_entry.c.entry_id > bindparam("last"), _entry.c.entry_id.in_(bindparam("gaps", expanding=True))))
    .order_by(_entry.c.entry_id)
    .limit(READ_AT_ONCE)
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline, as far as a live page needs it. `place` is its place in this process's reading.

    A line of `kind` `viewers` (who is before a conversation changed), `notify` (something rings for `agent_id`) or
    `presence` (`agent_id` came or went) stands in no timeline: its `entry_id` is 0. `ticket` is the newest of the
    conversation, which decides who may see it: read once for all pages. It is empty where there is none, None where
    nobody looked. `news` names lines that moved nothing: a `message`, or the `status` of one. `counts`: the numbers of
    the left column may be others; not where its conversation stands as it stood at the line before.
    """

    place: int
    entry_id: int
    conversation_id: str
    kind: str = "entry"
    agent_id: str = ""
    ticket: Mapping[str, Any] | None = None
    news: str = ""
    counts: bool = True


class Tail:
    """The newest lines, for any number of listeners; one thread reads while anybody listens."""

    def __init__(
        self,
        database: Database,
        redis_url: str = "",
        tick: Callable[[], float] = time.monotonic,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._bell = Bell(redis_url)
        self._tick = tick
        self._look_seconds = look_seconds
        self._changed = threading.Condition()
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._place = 0
        self._last = 0
        self._gaps: dict[int, float] = {}
        self._stands: dict[str, tuple[Any, ...]] = {}  # of each conversation, when it was read last
        self._listeners = 0
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._around = Around()

    def join(self) -> int:
        """Begin to listen; returns the place after which `wait` tells what is new. End it with `leave`."""
        with self._changed:
            self._listeners += 1
            if self._thread is None:
                self._start()
            return self._place

    @property
    def place(self) -> int:
        """Where the reading stands."""
        return self._place

    @property
    def last(self) -> int:
        """The newest line of the timeline that was told."""
        return self._last

    def leave(self) -> None:
        with self._changed:
            self._listeners -= 1

    def ring(self) -> None:
        """Something was committed: look at once. Returns at once, whoever calls."""
        self._bell.ring()

    def stop(self) -> None:
        """End the reading for good, and wait until its connections are given back."""
        self._stopped.set()
        self._bell.ring()
        thread = self._thread
        if thread is not None:
            thread.join(2 * LOOK_SECONDS)

    @property
    def listeners(self) -> int:
        return self._listeners

    def wait(self, place: int, seconds: float) -> list[Line] | None:
        """What was written after `place`, waiting up to so long; None if more was missed than is kept."""
        with self._changed:
            self._changed.wait_for(lambda: self._place > place, seconds)
            if place < self._place - len(self._lines):
                return None
            return [line for line in self._lines if line.place > place]

    def read(self) -> int:
        """Look once; returns how many lines were new."""
        now = self._tick()
        with self._database.reading() as session:
            found = session.execute(_newer, {"last": self._last, "gaps": list(self._gaps) or [0]}).all()
            around, beside = self._around.look(session, self._database.wiring.now())
        with self._changed:
            self._around = around
            several = Counter(row.conversation_id for row in found)
            for row in found:
                self._note_gaps(row.entry_id, now)
                self._place += 1
                self._lines.append(self._line(row, several[row.conversation_id] == 1))
            for kind, key in beside:
                self._place += 1
                place = (key, "") if kind == "viewers" else ("", key)
                self._lines.append(Line(self._place, 0, place[0], kind, place[1]))
            self._gaps = {number: since for number, since in self._gaps.items() if now - since < GAP_SECONDS}
            if found or beside:
                self._changed.notify_all()
        return len(found)

    def _line(self, row: Any, is_alone: bool) -> Line:
        """One of the lines that were just read; `is_alone`: the only one of its conversation."""
        key, news = row.conversation_id or "", NEWS.get(row.kind, "")
        stands = (row.queue_id, row.holder_id, row.state, row.waits)
        is_same = is_alone and bool(news) and self._stands.get(key) == stands
        if len(self._stands) >= STANDS_KEPT:
            self._stands.clear()
        self._stands[key] = stands
        ticket = {} if row.state is None else {"queue_id": row.queue_id, "holder_id": row.holder_id, "state": row.state}
        return Line(self._place, row.entry_id, key, ticket=ticket, news=news, counts=not is_same)

    def _note_gaps(self, entry_id: int, now: float) -> None:
        self._gaps.pop(entry_id, None)
        for missing in range(max(self._last + 1, entry_id - GAPS_KEPT), entry_id):
            self._gaps[missing] = now
        self._last = max(self._last, entry_id)

    def _start(self) -> None:
        """From the present end; numbers missing just before it may still come."""
        with self._database.reading() as session:
            self._last = session.execute(select(func.max(_entry.c.entry_id))).scalar() or 0
            first = self._last - GAPS_AT_START
            self._around = self._around.look(session, self._database.wiring.now())[0]
            present = set(session.execute(select(_entry.c.entry_id).where(_entry.c.entry_id > first)).scalars())
        now = self._tick()
        self._stands = {}
        self._gaps = {number: now for number in range(max(1, first + 1), self._last) if number not in present}
        self._thread = threading.Thread(target=self._run, name="console-tail", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._bell.open()
        while self._goes_on():
            self._bell.wait(self._look_seconds)
            place = self._place
            try:
                self.read()
            except SQLAlchemyError as error:
                logger.warning("live pages cannot read the timeline", error=type(error).__name__)
                self._stopped.wait(LOOK_SECONDS)
            if self._place != place:
                self._stopped.wait(REST_SECONDS)

    def _goes_on(self) -> bool:
        with self._changed:
            if self._listeners <= 0 or self._stopped.is_set():
                self._thread = None
                self._bell.close()
            return self._thread is not None
