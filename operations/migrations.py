"""Bringing the database up to date: under a lock, in one transaction, after a backup, and for free when it is.

Two processes that start at once both call `upgrade`; the second waits for the first and finds nothing to do.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from operations.errors import MigrationFailed
from pipeline import schema

ROOT = Path(__file__).resolve().parent.parent
LOCK_KEY = 0x52454C45564F  # "RELEVO", for pg_advisory_xact_lock
LOOK_AGAIN_SECONDS = 0.05
LOCK_WAIT_SECONDS = 60


def upgrade(url: str, back_up: Callable[[], object] | None = None, to: str = "") -> bool:
    """Bring the database of `url` to this code's migrations; True when there was something to do.

    `back_up` is called first when the database already holds something. `to` stops at an older migration. Raises
    MigrationFailed.
    """
    engine = open_engine(url)
    try:
        at = _stored(engine)
        if (at or "") >= (to or schema.head()):
            return False
        if at and back_up:
            back_up()
        with engine.begin() as connection:
            _lock(connection)
            _run(connection, to)
        return True
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise MigrationFailed(f"The database {shown(url)} could not be brought up to date ({reason}); "
                              "it is as it was before.") from error
    finally:
        engine.dispose()


def write(connection: Connection, title: str, number: str, package: str = "") -> None:
    """Write a migration file: how the models differ from the database of `connection`; of one package only, or of all."""
    from alembic import command

    command.revision(_config(connection, package), message=title, autogenerate=True, rev_id=number)


def shown(url: str) -> str:
    """A database URL without its password."""
    return make_url(url).render_as_string(hide_password=True)


def open_engine(url: str) -> Engine:
    """An engine for changing tables: on SQLite each transaction is exclusive and takes table changes back too."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN EXCLUSIVE"))
    return engine


def _stored(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return schema.stored(connection)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # or the driver would commit before each change of a table
    connection.execute(f"PRAGMA busy_timeout={LOCK_WAIT_SECONDS * 1000}")
    _keep_a_log(connection)


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite refuses that at once, without waiting, while another is at the file."""
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(LOOK_AGAIN_SECONDS)


def _lock(connection: Connection) -> None:
    """On SQLite the transaction itself is exclusive."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'"))
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_KEY)))


def _run(connection: Connection, to: str) -> None:
    from alembic import command

    command.upgrade(_config(connection), to or "head")


def _config(connection: Connection, package: str = "") -> Any:
    from alembic.config import Config  # here, because most starts have nothing to migrate and it costs 0.2 s

    config = Config(str(ROOT / "alembic.ini"))
    config.attributes.update(connection=connection, package=package)
    return config
