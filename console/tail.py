"""The end of the timeline, read once for all live pages of this process; and who looks where, and what rings.

Redis only wakes it; without Redis it looks once a second. PostgreSQL gives numbers before it commits, so a number that
is missing is looked for again for a while: it may be a transaction that commits later than its successors.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import redis
import structlog
from redis.client import PubSub
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from console import sightings
from console.around import Around
from conversation.tables import TimelineEntry
from conversation.work import Database

CHANNEL = "relevo:live"
LOOK_SECONDS = 1.0
REST_SECONDS = 0.25  # pages hear of changes at most four times a second
REDIS_AGAIN_SECONDS = 5.0
NEWS = {"message": "message", "receipt": "status"}
KEPT = 4_000
READ_AT_ONCE = 2_000
GAP_SECONDS = 20.0  # longer than any statement may take (conversation/work.py)
GAPS_KEPT = 400
GAPS_AT_START = 200

logger = structlog.get_logger(__name__)
_entry = TimelineEntry.__table__
_newer = (
    select(_entry.c.entry_id, _entry.c.conversation_id, _entry.c.kind)
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
    nobody looked. `news` names lines that moved nothing: a `message`, or the `status` of one.
    """

    place: int
    entry_id: int
    conversation_id: str
    kind: str = "entry"
    agent_id: str = ""
    ticket: Mapping[str, Any] | None = None
    news: str = ""


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
        self._redis_url = redis_url
        self._tick = tick
        self._look_seconds = look_seconds
        self._changed = threading.Condition()
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._place = 0
        self._last = 0
        self._gaps: dict[int, float] = {}
        self._listeners = 0
        self._thread: threading.Thread | None = None
        self._bell: PubSub | None = None
        self._bell_again_at = 0.0
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

    def stop(self) -> None:
        """End the reading for good, and wait until its connections are given back."""
        self._stopped.set()
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
            tickets = sightings.newest_tickets(session, {row.conversation_id for row in found if row.conversation_id})
            around, beside = self._around.look(session, self._database.wiring.now())
        with self._changed:
            self._around = around
            for row in found:
                self._note_gaps(row.entry_id, now)
                self._place += 1
                key = row.conversation_id or ""
                news = NEWS.get(row.kind, "")
                self._lines.append(Line(self._place, row.entry_id, key, ticket=tickets.get(key, {}), news=news))
            for kind, key in beside:
                self._place += 1
                place = (key, "") if kind == "viewers" else ("", key)
                self._lines.append(Line(self._place, 0, place[0], kind, place[1]))
            self._gaps = {number: since for number, since in self._gaps.items() if now - since < GAP_SECONDS}
            if found or beside:
                self._changed.notify_all()
        return len(found)

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
        self._gaps = {number: now for number in range(max(1, first + 1), self._last) if number not in present}
        self._thread = threading.Thread(target=self._run, name="console-tail", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while self._goes_on():
            self._listen()
            try:
                self.read()
            except SQLAlchemyError as error:
                logger.warning("live pages cannot read the timeline", error=type(error).__name__)
                self._stopped.wait(LOOK_SECONDS)
            self._stopped.wait(REST_SECONDS)
        self._hang_up()

    def _goes_on(self) -> bool:
        with self._changed:
            if self._listeners <= 0 or self._stopped.is_set():
                self._thread = None
            return self._thread is not None

    def _listen(self) -> None:
        """Until the bell rings, or it is time to look by itself."""
        bell = self._connected()
        if bell is None:
            self._stopped.wait(self._look_seconds)
            return
        try:
            if bell.get_message(timeout=self._look_seconds):
                while bell.get_message(timeout=0):  # one look serves them all
                    pass
        except (redis.RedisError, OSError):
            self._hang_up()

    def _connected(self) -> PubSub | None:
        if self._bell is not None or not self._redis_url or self._tick() < self._bell_again_at:
            return self._bell
        self._bell_again_at = self._tick() + REDIS_AGAIN_SECONDS
        try:
            client: Any = redis.Redis.from_url(self._redis_url, socket_connect_timeout=1, socket_timeout=2)
            bell = client.pubsub(ignore_subscribe_messages=True)
            bell.subscribe(CHANNEL)
        except (redis.RedisError, OSError, ValueError) as error:
            logger.info("live pages look by themselves, without Redis", error=type(error).__name__)
            return None
        self._bell = bell
        return bell

    def _hang_up(self) -> None:
        bell, self._bell = self._bell, None
        if bell is not None:
            bell.close()
