"""The doorbell: after a commit, somebody is told that there is something to do. Never the truth, only its echo.

Rings are handed to a thread, so that a slow or absent Redis never delays a commit or an answer. What is lost here is
found by the sweep a second later.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

import faults
from conversation.events import Notice

DELIVER = "relevo:deliver"
TURN = "relevo:turn"
LIVE = "relevo:live"
SLOW_QUEUE = "slow"
BULK_QUEUE = "bulk"
RUNG = "relevo:slow-rung"
BULK_RUNG = "relevo:bulk-rung"
RUNG_MS = 2_000
LIST_CAP = 10_000
LISTEN_SECONDS = 5
TRIM_EVERY = 100
PAUSE_AFTER_FAILURE_SECONDS = 1.0
TIMEOUT_SECONDS = 1.0

logger = structlog.get_logger(__name__)


def connect(url: str, timeout_seconds: float | None = TIMEOUT_SECONDS) -> redis.Redis:
    """A client of Redis or Valkey; opens nothing yet."""
    return redis.Redis.from_url(url, socket_timeout=timeout_seconds, socket_connect_timeout=TIMEOUT_SECONDS,
                                retry=Retry(NoBackoff(), 0))


class Doorbell:
    """Rings for one process. `on_turn` wakes the writer of this process, where there is one."""

    def __init__(self, url: str, on_turn: Callable[[], None] | None = None) -> None:
        self._client = connect(url) if url else None
        self._slow = Queue(SLOW_QUEUE, connection=self._client, serializer=JSONSerializer) if self._client else None
        self._bulk = Queue(BULK_QUEUE, connection=self._client, serializer=JSONSerializer) if self._client else None
        self._on_turn = on_turn
        self._rings: queue.SimpleQueue[Sequence[Notice]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self._rung = TRIM_EVERY

    def ring(self, notices: Sequence[Notice]) -> None:
        """Tell whom it concerns; returns at once and never raises."""
        if self._on_turn and any(notice.kind == "turn" for notice in notices):
            self._on_turn()
        if self._client is None:
            return
        self._rings.put(notices)
        if self._thread is None:
            self._start()

    def flush(self, timeout_seconds: float = 2.0) -> None:
        """Wait until everything rung so far has gone out; for commands that end right after."""
        until = time.monotonic() + timeout_seconds
        while not self._rings.empty() and time.monotonic() < until:
            time.sleep(0.005)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            notices = list(self._rings.get())
            while not self._rings.empty():
                notices.extend(self._rings.get())
            if time.monotonic() < self._quiet_until:
                continue
            try:
                self._pass_on(notices)
            except Exception as error:  # whatever it was, a bell that never rings again costs a second each time
                self._quiet_until = time.monotonic() + PAUSE_AFTER_FAILURE_SECONDS
                logger.warning("redis does not answer", error=type(error).__name__)

    def _pass_on(self, notices: Sequence[Notice]) -> None:
        assert self._client is not None
        pipe = self._client.pipeline(transaction=False)
        deliver = {notice.conversation_id for notice in notices if notice.kind == "deliver"}
        if deliver:
            pipe.rpush(DELIVER, *deliver)
            self._rung += len(deliver)
            if self._rung >= TRIM_EVERY:  # where nobody listens the list must not grow for ever
                self._rung = 0
                pipe.ltrim(DELIVER, -LIST_CAP, -1)
        if any(notice.kind == "changed" for notice in notices):
            pipe.publish(LIVE, "changed")
        if self._on_turn is None and any(notice.kind == "turn" for notice in notices):
            pipe.rpush(TURN, 1)
            pipe.ltrim(TURN, -64, -1)
        faults.point("before ring")
        if len(pipe):
            pipe.execute()
        faults.point("after ring")
        if self._slow is not None and any(notice.kind == "slow" for notice in notices):
            ring_slow(self._slow)
        if self._bulk is not None and any(notice.kind == "bulk" for notice in notices):
            ring_bulk(self._bulk)


def listen_for_turns(url: str, wake: Callable[[], None]) -> threading.Event:
    """Wake the writer of this process when another one rings: what a service answered is heard at once.

    Of several web processes one hears a ring, and its writer takes all that waits. It ends once the event is set.
    """
    over = threading.Event()
    threading.Thread(target=_listen, args=(url, wake, over), name="turn-bell", daemon=True).start()
    return over


def _listen(url: str, wake: Callable[[], None], over: threading.Event) -> None:
    while not over.is_set():
        try:
            with connect(url, timeout_seconds=LISTEN_SECONDS * 2) as client:
                _pass_turns_on(client, wake, over)
        except Exception as error:  # whatever it was: without this bell everything is a second later
            if not over.wait(PAUSE_AFTER_FAILURE_SECONDS):
                logger.debug("redis does not answer", error=type(error).__name__)


def _pass_turns_on(client: redis.Redis, wake: Callable[[], None], over: threading.Event) -> None:
    while not over.is_set():
        if client.blpop([TURN], timeout=LISTEN_SECONDS):
            faults.point("ring taken")
            client.delete(TURN)  # rings come after their commit: whoever looks now sees the rows of all
            wake()


def ring_slow(slow: Queue) -> None:
    """See to it that a job will drain the slow work that waits; one at a time, whatever happened to the last."""
    client = slow.connection
    if client.set(RUNG, 1, nx=True, px=RUNG_MS):
        faults.point("before enqueue")
        slow.enqueue("pipeline.slow.drain", result_ttl=0, failure_ttl=3600, ttl=60, job_timeout=120)


def ring_bulk(bulk: Queue) -> None:
    """The same for the lane of rare, long work. The job is also what the supervisor starts that lane's worker for."""
    client = bulk.connection
    if client.set(BULK_RUNG, 1, nx=True, px=RUNG_MS):
        faults.point("before bulk enqueue")
        bulk.enqueue("pipeline.bulk.drain", result_ttl=0, failure_ttl=3600, ttl=600, job_timeout=180)
