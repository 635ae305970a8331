"""A database of somebody else's: only read, never longer than its time, with connections that are looked at before use.

Sources, read 2026-11-22: https://www.postgresql.org/docs/current/sql-set-transaction.html (READ ONLY),
https://www.postgresql.org/docs/current/libpq-connect.html (options, connect_timeout, tcp_user_timeout),
https://www.sqlite.org/uri.html (mode=ro), https://dev.mysql.com/doc/refman/8.4/en/set-transaction.html.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from orders.errors import ConnectorError
from orders.settings import Settings

POOL_SIZE = 4
# A server drops what is idle for long; so do we, sooner.
RECYCLE_SECONDS = 300
CONNECT_SECONDS = 3
_OURS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql",
         "mariadb": "mariadb+pymysql"}  # fmt: skip
_READ_ONLY = frozenset({"sqlite", "postgresql", "mysql", "mariadb"})
# https://www.sqlite.org/rescode.html: what time does not mend (error, permission, read-only, not a database, auth).
_PERMANENT_SQLITE = frozenset({1, 3, 8, 23, 26})


def engine(given: Settings, timeout_seconds: float) -> Engine:
    """Connects to nothing yet. Raises BadConfiguration, which never shows the URL: it holds the password."""
    try:
        url = make_url(given.text("url"))
        url = url.set(drivername=_OURS.get(url.drivername, url.drivername))
        if url.get_backend_name() not in _READ_ONLY:
            mend = "it can be sqlite, postgresql, mysql or mariadb, whose transactions can be made to read only"
            raise given.wrong("url", f"is of a kind that is not read here: {mend}.")
        return _made(given, url, timeout_seconds)
    except (ArgumentError, NoSuchModuleError):
        mend = "write one such as postgresql://user:password@host/database into the environment"
        raise given.wrong("url", f"is not the URL of a database: {mend}.") from None
    except ModuleNotFoundError as error:
        raise given.wrong("url", f"needs the driver {error.name}: install it (pip install {error.name}).") from None


def _made(given: Settings, url: URL, timeout_seconds: float) -> Engine:
    kind, milliseconds = url.get_backend_name(), max(1, int(timeout_seconds * 1000))
    connecting = max(1, min(CONNECT_SECONDS, round(timeout_seconds)))
    pool = {"pool_size": POOL_SIZE, "max_overflow": 0, "pool_timeout": timeout_seconds, "pool_recycle": RECYCLE_SECONDS}
    if kind == "sqlite":
        place = _file(given, url)
        return create_engine("sqlite://", creator=lambda: _opened(place, timeout_seconds), poolclass=QueuePool,
                             pool_pre_ping=True, **pool)  # fmt: skip
    if kind == "postgresql":
        told = f"-c default_transaction_read_only=on -c statement_timeout={milliseconds}"
        arguments: dict[str, Any] = {"options": told, "connect_timeout": connecting, "tcp_user_timeout": milliseconds}
        return create_engine(url, connect_args=arguments, pool_pre_ping=True, **pool)
    # A server that fell silent would hold up the look before use as well, which nobody watches.
    whole = max(1, round(timeout_seconds))
    silent = {"read_timeout": whole, "write_timeout": whole} if url.get_driver_name() == "pymysql" else {}
    made = create_engine(url, connect_args={"connect_timeout": connecting, **silent}, pool_pre_ping=True, **pool)
    event.listen(made, "connect", _mysql_reads_only)
    return made


def _file(given: Settings, url: URL) -> str:
    if not url.database or url.database == ":memory:" or not Path(url.database).is_absolute():
        raise given.wrong("url", "must name a file by its whole path: write sqlite:////srv/shop/orders.db.")
    return url.database


def _opened(place: str, timeout_seconds: float) -> sqlite3.Connection:
    name = f"{Path(place).as_uri()}?mode=ro"
    found = sqlite3.connect(name, uri=True, timeout=timeout_seconds, check_same_thread=False)
    found.execute("PRAGMA query_only = ON")
    return found


def _mysql_reads_only(opened: Any, _: Any) -> None:
    with opened.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


@contextmanager
def reading(made: Engine, within_seconds: float) -> Iterator[Connection]:
    """A transaction that only reads, broken off after this time. Raises ConnectorError for all that goes wrong."""
    over, deadline = threading.Event(), time.monotonic() + within_seconds
    try:
        with made.connect() as connection, _watched(connection, deadline, over):
            if made.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
    except SQLAlchemyError as error:
        raise _failure(error, over.is_set()) from None


@contextmanager
def _watched(connection: Connection, deadline: float, over: threading.Event) -> Iterator[None]:
    """The server's own limit does not help where it fell silent: at the deadline the connection is cut."""
    raw = connection.connection.dbapi_connection
    watch = threading.Timer(max(0.0, deadline - time.monotonic()), _broken_off, (raw, over))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        watch.join()  # or it might cut the connection while somebody else already has it
        if over.is_set():
            connection.invalidate()


def _broken_off(raw: Any, over: threading.Event) -> None:
    """Whoever waits on the connection is told that it broke."""
    over.set()
    with suppress(Exception):  # it may be gone already, in whatever way its driver says so
        if isinstance(raw, sqlite3.Connection):
            raw.interrupt()
            return
        number = raw.fileno() if hasattr(raw, "fileno") else raw._sock.fileno()
        with socket.socket(fileno=os.dup(number)) as line:
            line.shutdown(socket.SHUT_RDWR)


def rows(connection: Connection, clause: TextClause, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the answer, by the names of their columns."""
    return [dict(row) for row in connection.execute(clause, dict(values)).mappings()]


def _failure(error: SQLAlchemyError, is_over: bool) -> ConnectorError:
    """The same for whoever asks; never with the statement or its values, which SQLAlchemy puts into its text."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    name, kinds = type(cause or error).__name__, {kind.__name__ for kind in type(cause or error).__mro__}
    if is_over or kinds & {"QueryCanceled", "TimeoutError", "ConnectionTimeout"}:
        return ConnectorError("The shop's database was too slow.", code="timeout")
    code = getattr(cause, "sqlite_errorcode", None)
    if kinds & {"OperationalError", "InterfaceError"} and (code is None or code & 0xFF not in _PERMANENT_SQLITE):
        return ConnectorError(f"The shop's database cannot be reached: {name}.")
    return ConnectorError(f"The shop's database refused the statement: {name}.", permanent=True, code="refused")
