"""`/healthz`: may work be sent here. `/metrics`: counters of this process, and how much waits in the tables.

Health is proved by a write, not by a ping: a database that can be read but not written takes no message. What was found
is kept for a second, so that whoever asks often costs little.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import redis
from flask import Blueprint, Response, abort, jsonify, request
from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.exc import SQLAlchemyError

import clock
import metrics
from config import Settings
from conversation import media
from conversation.outbox import IS_OPEN
from conversation.tables import OPEN_PART_STATES, DeadLetter, OutboxPart
from handoff.tables import Ticket
from operations import channel_figures, network
from pipeline import schema
from pipeline.tables import Poll, SlowWork, Timer

KEPT_SECONDS = 1.0
FILES_KEPT_SECONDS = 60.0
PATIENCE_SECONDS = 3.0
REDIS_SECONDS = 0.5
SQLITE_SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")

_touch = text("UPDATE alembic_version SET version_num = version_num")
_outbox, _slow, _timer, _ticket, _dead = (
    model.__table__.c for model in (OutboxPart, SlowWork, Timer, Ticket, DeadLetter))  # type: ignore[union-attr]
_parts = select(_outbox.state, func.count()).where(IS_OPEN).group_by(_outbox.state)
_polled = select(func.min(Poll.__table__.c.polled_at))  # type: ignore[attr-defined]
_waiting = {
    "outbox_part": select(func.count(), func.min(_outbox.created_at)).where(
        IS_OPEN, _outbox.state == "queued"),
    "slow_work": select(func.count(), func.min(_slow.created_at)).where(
        _slow.state.in_(("queued", "running", "answered"))),
    "timer": select(func.count(), func.min(_timer.due_at)).where(
        _timer.fired_at.is_(None), _timer.due_at <= bindparam("now", type_=_timer.due_at.type)),
    "ticket": select(func.count(), func.min(_ticket.waiting_since)).where(_ticket.state == "queued"),
    "attachment": media.WAITING,
    "dead_letter": select(func.count(), func.min(_dead.created_at)).where(_dead.state == "open"),
}


class House(Protocol):
    """What is needed of the wired app."""

    settings: Settings
    database: Any
    library: Any


@dataclass
class Kept:
    """The last answer of `look`, for a second; one thread looks, all take what it found.

    A database that does not even refuse must not keep whoever asks: without an answer in time we are failing.
    """

    look: Callable[[], dict[str, Any]]
    patience_seconds: float = PATIENCE_SECONDS
    found: dict[str, Any] = field(default_factory=dict)
    at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)
    looking: threading.Thread | None = None

    def __call__(self) -> dict[str, Any]:
        with self.lock:
            if self.found and time.monotonic() - self.at <= KEPT_SECONDS:
                return self.found
            if self.looking is None or not self.looking.is_alive():
                self.looking = threading.Thread(target=self._look, name="health", daemon=True)
                self.looking.start()
            looking = self.looking
        looking.join(self.patience_seconds)
        return {"status": "failing", "database": "silent"} if looking.is_alive() else self.found

    def _look(self) -> None:
        self.found = self.look()
        self.at = time.monotonic()


def blueprint(house: House) -> Blueprint:
    """The two pages. `/metrics` answers the machine and its private network alone."""
    pages = Blueprint("health", __name__)
    health = Kept(lambda: look(house))

    @pages.get("/healthz")
    def healthz() -> Response:
        found = health()
        answer = jsonify(found)
        answer.status_code = 503 if found["status"] == "failing" else 200
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @pages.get("/metrics")
    def page_of_metrics() -> Response:
        if not network.is_near(request.remote_addr or "", dict(request.headers)):
            abort(404)
        count(house.database.engine)
        return Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return pages


def look(house: House) -> dict[str, Any]:
    """How things stand. `failing`: nothing can be stored. `degraded`: slower, nothing is lost."""
    settings = house.settings
    synchronous = _write(house.database.engine)
    waker = _redis(settings.redis_url)
    return {
        "status": "failing" if synchronous is None else "degraded" if waker == "down" else "ok",
        "database": "sqlite" if settings.is_sqlite else "postgresql",
        "synchronous": synchronous,
        "redis": waker,
        "understanding": _understanding(house.library),
        "processes": processes(settings.data_dir),
        "mode": settings.mode,
        "revision": revision(settings.flows_dir),
        "schema": schema.head(),
    }


def revision(flows_dir: Path) -> str:
    """A short name for what stands in the files of the flows: two machines that say the same talk the same."""
    found = hashlib.sha256()
    for path in sorted(flows_dir.glob("*.yaml")):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:12]


def processes(data_dir: Path) -> list[str]:
    """The processes that ./run keeps on this data folder and that are alive."""
    return [path.stem for path in sorted((data_dir / "run").glob("*.pid")) if _is_alive(path)]


def count(engine: Engine) -> None:
    """Put what waits in the tables into the gauges. Leaves them as they are when the database does not answer."""
    try:
        with engine.connect().execution_options(relevo_readonly=True) as connection:
            states: dict[str, int] = {state: number for state, number in connection.execute(_parts)}
            for state in OPEN_PART_STATES:
                metrics.sent.labels(state).set(states.get(state, 0))
            _count_waiting(connection)
            _count_files(connection)
            metrics.poll_age.set(_age(connection.execute(_polled).scalar()))
            channel_figures.count(connection, clock.now())
    except SQLAlchemyError:
        return


def _count_waiting(connection: Connection) -> None:
    now = clock.now()
    for table, statement in _waiting.items():
        number, oldest = connection.execute(statement, {"now": now} if table == "timer" else {}).one()
        metrics.waiting.labels(table).set(number)
        metrics.oldest_seconds.labels(table).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)


def _age(since: datetime | None) -> float:
    return max(0.0, (clock.now() - since).total_seconds()) if since else 0.0


@dataclass
class _Looked:
    """When the files were last counted: every row of them is looked at, so it is not done for every reader."""

    at: float = float("-inf")


_files_looked = _Looked()


def _count_files(connection: Connection) -> None:
    if time.monotonic() - _files_looked.at < FILES_KEPT_SECONDS:
        return
    _files_looked.at = time.monotonic()
    metrics.files.clear()
    metrics.file_bytes.set(0)
    for state, why, number, size in connection.execute(media.BY_STATE):
        metrics.files.labels(state, why or "").inc(number)
        if state == "stored":
            metrics.file_bytes.inc(size or 0)


def _write(engine: Engine) -> str | None:
    """How safely a commit is kept, after one that changed nothing; None when it could not be made."""
    try:
        with engine.begin() as connection:
            connection.execute(_touch)
            if connection.dialect.name == "sqlite":
                return SQLITE_SYNCHRONOUS[int(connection.execute(text("PRAGMA synchronous")).scalar_one())]
            return str(connection.execute(text("SHOW synchronous_commit")).scalar_one()).upper()
    except SQLAlchemyError:
        return None


def _redis(url: str) -> str:
    if not url:
        return "absent"
    client = redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, retry=None)
    try:
        return "ok" if client.ping() else "down"
    except (redis.RedisError, OSError):
        return "down"
    finally:
        client.close()


def _understanding(library: Any) -> str:
    """Whether messages are read: the policy of the flows may switch the reading of moods off, never requests."""
    return "on" if library is not None else "off"


def _is_alive(path: Path) -> bool:
    try:
        os.kill(int(path.read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return False
    return True

