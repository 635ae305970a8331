"""The database, and one transaction at a time: what changes, and what must happen after the commit.

Every write of the house goes through `Database.work()`. On SQLite it begins with BEGIN IMMEDIATE (no read that turns
into a write half-way), the log is WAL and every commit is FULL. Whoever writes leaves notices on the `Work`; they are
handed on after the commit and never before. If the process dies in between, the sweep finds the rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, insert
from sqlalchemy.engine import make_url
from sqlmodel import Session

import clock
import faults
from conversation.events import Notice, Outgoing, OutgoingMedia, Rendered, TimelineLine
from conversation.one_writer import Line
from conversation.prepared import Prepared
from conversation.tables import TimelineEntry
from conversation.turnstile import Turnstile

BUSY_MS = 5_000  # a lock is waited for so long
SQLITE_CACHE_KB = 16_384  # a connection's; random keys touch pages all over the tables
SQLITE_CHECKPOINT_PAGES = 4_000
POSTGRES_STATEMENT_MS = 10_000
# The server's own limits say nothing when it cannot be reached any more: libpq gives a silent wire up in seconds
# instead of a quarter of an hour (PostgreSQL 15, "Parameter Key Words").
POSTGRES_WIRE = {"connect_timeout": 5, "tcp_user_timeout": 12_000, "keepalives_idle": 5, "keepalives_interval": 3,
                 "keepalives_count": 3}

logger = structlog.get_logger(__name__)
_add_entries = Prepared(insert(TimelineEntry.__table__))


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the app hands in, so that nobody below has to know it.

    `ring(notices)` wakes sender, writer, worker and pages. `render(kind, outgoing)` gives the shape a channel kind can show.
    `text(key, language, **values)` is a sentence of ours to a contact. `media(named)` is the file that a flow names.
    `answers(flow)` tells whether the bot would go on, with this flow if one is named; `begin_flow` lets it begin there.
    """

    ring: Callable[[Sequence[Notice]], None]
    render: Callable[[str, Outgoing], Rendered]
    text: Callable[..., str]
    now: Callable[[], datetime] = clock.now
    media: Callable[[str], OutgoingMedia] = OutgoingMedia
    answers: Callable[[str], bool] = lambda _: True
    begin_flow: Callable[[Work, str, str], None] = lambda *_: None


@dataclass
class Work:
    """One transaction. `now` is its time; `session` is for the tables that are not on the message path."""

    connection: Connection
    wiring: Wiring
    now: datetime
    notices: list[Notice] = field(default_factory=list)
    _lines: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def session(self) -> Session:
        return Session(bind=self.connection, autoflush=True, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def notify(self, notice: Notice) -> None:
        """Do this after the commit."""
        self.notices.append(notice)

    def text(self, key: str, language: str, **values: Any) -> str:
        """A sentence of ours, in the contact's language."""
        return self.wiring.text(key, language, **values)

    def record(self, line: TimelineLine) -> None:
        """Append to the timeline (with this commit, in the order of the calls) and tell the pages."""
        self._lines.append({
            "conversation_id": line.conversation_id or None,
            "ticket_id": line.ticket_id,
            "kind": line.kind,
            "actor": line.actor,
            "epoch": line.epoch,
            "data": dict(line.data or {}),
            "at": self.now,
        })
        self.notify(Notice("changed", line.conversation_id))

    def complete(self) -> None:
        """Write what was kept for the end; the transaction calls it before its commit."""
        if "session" in self.__dict__:
            self.session.flush()
        if self._lines:
            _add_entries.run(self.connection, self._lines)
            self._lines = []


class Database:
    """The engine of one URL (SQLite or PostgreSQL) and the wiring of this process."""

    def __init__(self, url: str, wiring: Wiring, busy_ms: int = BUSY_MS) -> None:
        self.engine = open_engine(url, busy_ms)
        self.wiring = wiring
        self._busy_seconds = busy_ms / 1000
        self._turnstile = _turnstile_of(self.engine)
        self._line = Line(self._turnstile) if self.engine.dialect.name == "sqlite" else None
        self._hearers: list[Callable[[], None]] = []

    @contextmanager
    def work(self, first: bool = False) -> Iterator[Work]:
        """One write transaction; notices go out after its commit, nothing goes out if it fails.

        `first`: a customer waits for it; where those who write stand in line, it goes before them.
        """
        with self._turn(first), self.engine.connect() as connection:
            with connection.begin():
                work = Work(connection, self.wiring, self.wiring.now())
                yield work
                work.complete()
                faults.point("before commit@")
            faults.point("after commit@")
        self.ring(work.notices)

    def _turn(self, first: bool) -> AbstractContextManager[None]:
        return self._line.turn(self._busy_seconds, first) if self._line else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, in a transaction of its own; takes no lock on SQLite."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(relevo_readonly=True)
            with Session(bind=connection, expire_on_commit=False) as session:
                yield session

    def hear(self, told: Callable[[], None]) -> None:
        """Call this too after each commit that the pages are told of; it returns at once."""
        self._hearers.append(told)

    def ring(self, notices: Sequence[Notice]) -> None:
        """Hand notices on. A doorbell that fails is logged: the sweep finds the rows."""
        if not notices:
            return
        if any(notice.kind == "changed" for notice in notices):
            for told in self._hearers:
                told()
        try:
            self.wiring.ring(notices)
        except Exception as error:  # the work is committed; whatever the doorbell's trouble, it must not undo a 2xx
            logger.warning("doorbell failed", error=type(error).__name__)

    def close(self) -> None:
        self.engine.dispose()
        if self._turnstile is not None:
            self._turnstile.close()


def _turnstile_of(engine: Engine) -> Turnstile | None:
    """Beside the file of the database; where it has none, no other process writes."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    return Turnstile(Path(f"{name}-turn")) if name and name != ":memory:" and not name.startswith("file:") else None


def open_engine(url: str, busy_ms: int = BUSY_MS) -> Engine:
    """An engine with the guarantees this house needs, whichever of the two databases it is. A lock is waited for so long."""
    options: dict[str, Any] = {"json_serializer": _dump_json, "pool_pre_ping": False}
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": busy_ms / 1000, "check_same_thread": False},
                               pool_size=16, max_overflow=64, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    settings = f"-c statement_timeout={POSTGRES_STATEMENT_MS} -c lock_timeout={busy_ms} -c timezone=UTC"
    options["pool_pre_ping"] = True
    return create_engine(url, connect_args={"options": settings, **POSTGRES_WIRE}, pool_size=16, max_overflow=32, **options)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                   f"cache_size=-{SQLITE_CACHE_KB}", f"wal_autocheckpoint={SQLITE_CHECKPOINT_PAGES}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    readonly = connection.get_execution_options().get("relevo_readonly")
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def _dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
