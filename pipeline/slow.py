"""Slow work: calls of services that need the world, run by a worker with no transaction open.

A row is the work; an RQ job is only the ring that somebody should look. `drain` takes every row that waits, a few at a
time, asks, and writes the answer; the writer of a web process then tells the bot. A worker that died leaves a lease that
runs out, and the next one asks again if the service only reads. A call that writes is never repeated blindly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.exc import DataError, DBAPIError, StatementError

import faults
from conversation import holders
from conversation.events import Notice
from conversation.tables import Channel, Conversation, Message
from conversation.work import Database, Work
from pipeline import service_troubles
from pipeline.attention import Attention
from pipeline.proofs import Terms
from pipeline.services import OTHERS, TERMS, USED, Answered, Asked, Services
from pipeline.tables import IS_OPEN, SlowWork

AT_ONCE = 16
LOOK_SECONDS = 1.0  # while some are being asked, others may come
DRAIN_SECONDS = 60.0  # shorter than the job that drains may take
TRIES = 3
RETRY_SECONDS = 0.5
LEASE_MARGIN_SECONDS = 5.0

logger = structlog.get_logger(__name__)
_slow, _conversation = SlowWork.__table__, Conversation.__table__
_channel, _message = Channel.__table__, Message.__table__
_heard = (  # her last message as the provider names it: what a sign of reading is put on
    select(_message.c.provider_id)
    .where(_message.c.conversation_id == _slow.c.conversation_id, _message.c.direction == "inbound")
    .order_by(_message.c.seq.desc()).limit(1).scalar_subquery()
)
_waiting = (
    select(_slow, _conversation.c.address, _conversation.c.language, _channel.c.kind, _channel.c.account, _heard.label("heard"))
    .join(_conversation, _conversation.c.conversation_id == _slow.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(IS_OPEN, or_(and_(_slow.c.state == "queued", _slow.c.not_before <= bindparam("now")),
               and_(_slow.c.state == "running", _slow.c.lease_until <= bindparam("now"))))
    .order_by(_slow.c.created_at).limit(bindparam("limit")).with_for_update(of=_slow, skip_locked=True)
)
_start = (
    update(_slow).where(_slow.c.slow_work_id == bindparam("id"))
    .values(state="running", attempt=_slow.c.attempt + 1, owner=bindparam("by"), lease_until=bindparam("until"))
)
_answer = (
    update(_slow).where(_slow.c.slow_work_id == bindparam("id"), _slow.c.state == "running",
                        _slow.c.attempt == bindparam("tried"))
    .values(state="answered", status=bindparam("how"), value=bindparam("what"), error=bindparam("why"),
            answered_at=bindparam("now"), lease_until=None, arguments=bindparam("with"))
)
_later = (
    update(_slow).where(_slow.c.slow_work_id == bindparam("id"), _slow.c.state == "running")
    .values(state="queued", not_before=bindparam("at"), lease_until=None, error=bindparam("why"))
)


@dataclass(frozen=True, slots=True)
class Slow:
    """What the worker needs: the rows and who answers. One per worker process."""

    database: Database
    services: Services
    lease_seconds: float
    answer_doorbell: Callable[[], None] = lambda: None
    attention: Attention = field(default_factory=Attention)

    def drain(self) -> int:
        """Ask for everything that waits until nothing does; returns how many rows were asked."""
        asked, until = 0, time.monotonic() + DRAIN_SECONDS
        running: set[Future[None]] = set()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="slow") as pool:
            while True:
                rows = self._claim(AT_ONCE - len(running)) if time.monotonic() < until else []
                asked += len(rows)
                running |= {pool.submit(self._run, row) for row in rows}
                if not running:
                    return asked
                # one that hangs must not keep the others from being asked
                done, running = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
                for one in done:
                    one.result()

    def inherit(self) -> None:
        """What a worker of this host held when it died is asked for now, not when its lease is over."""
        with self.database.work() as work:
            holders.end_leases_of_the_dead(work, _slow, and_(IS_OPEN, _slow.c.state == "running"))

    def _claim(self, limit: int = AT_ONCE) -> list[Mapping[str, Any]]:
        if limit <= 0:
            return []
        with self.database.work() as work:
            waiting = {"now": work.now, "limit": limit}
            rows = [dict(row) for row in work.connection.execute(_waiting, waiting).mappings()]
            for row in rows:
                lease = max(self.lease_seconds, row["timeout_seconds"] + LEASE_MARGIN_SECONDS)
                work.connection.execute(_start, {
                    "id": row["slow_work_id"], "by": holders.name_of_this_process(),
                    "until": work.now + timedelta(seconds=lease)})
                faults.point("slow work claimed")
            return rows

    def _run(self, row: Mapping[str, Any]) -> None:
        arguments = dict(row["arguments"])
        others, terms = arguments.pop(OTHERS, {}), Terms.of_row(arguments.pop(TERMS, {}))
        asked = Asked(row["service"], arguments, row["address"], others, row["conversation_id"], row["language"], terms)
        if row["is_write"] and row["attempt"] > 0:
            answered = Answered("unsure", error="A worker ended while it was asking; whether it was done is unknown.")
        elif row["attempt"] >= TRIES:
            answered = Answered("failed", error=f"It was asked {TRIES} times; no worker lived to write the answer down.")
        else:
            faults.point("before service")
            with self.database.reading() as session:
                asked = self.services.barring(session, self.services.knowing(session, asked), self.database.wiring.now())
            with self.attention.during(row):
                answered = self._ask(asked)
            faults.point("after service")
        try:
            with self.database.work() as work:
                self._write(work, row, asked, answered)
        except (StatementError, TypeError, ValueError) as error:
            if isinstance(error, DBAPIError) and not isinstance(error, DataError):
                raise  # the database is in trouble, not the answer: the lease runs out and it is asked again
            logger.error("an answer could not be kept", service=asked.service, error=type(error).__name__)
            with self.database.work() as work:
                self._write(work, row, asked, Answered("failed", error="What the shop answered could not be kept."))

    def _ask(self, asked: Asked) -> Answered:
        try:
            return self.services.ask(asked)
        except Exception as error:  # a connector's own mistake must end as an answer, or the contact waits for ever
            logger.error("a service failed", service=asked.service, error=type(error).__name__)
            return Answered("failed", error=f"{type(error).__name__}: {error}")

    def _write(self, work: Work, row: Mapping[str, Any], asked: Asked, answered: Answered) -> None:
        can_retry = answered.status == "failed" and not answered.is_permanent and not row["is_write"]
        age = (work.now - row["created_at"]).total_seconds()
        if can_retry and row["attempt"] + 1 < TRIES and age < row["timeout_seconds"]:
            again = work.now + timedelta(seconds=RETRY_SECONDS * 2 ** row["attempt"])
            work.connection.execute(_later, {"id": row["slow_work_id"], "at": again, "why": answered.error})
            return
        answered = self.services.judge(work, asked, answered)
        work.connection.execute(_answer, {
            "id": row["slow_work_id"], "tried": row["attempt"] + 1, "how": answered.status,
            "what": dict(answered.value) if answered.value is not None else None, "why": answered.error[:500] or None,
            "now": work.now, "with": {**asked.arguments, USED: dict(answered.used)} if answered.used else row["arguments"]})
        service_troubles.note(work, row["service"], answered.status == "failed")
        work.notify(Notice("turn", row["conversation_id"]))


_of_this_process: Slow | None = None


def install(slow: Slow) -> None:
    """Say what `drain` works on in this process; the worker calls it once at its start."""
    global _of_this_process
    _of_this_process = slow


def drain() -> None:
    """The RQ job. Its arguments are nothing: the rows are the work."""
    assert _of_this_process is not None, "a worker must call install() first"
    _of_this_process.answer_doorbell()
    _of_this_process.drain()
