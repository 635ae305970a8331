"""The database, the data folder, the disk, and the clock beside them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

import clock
from conversation.work import open_engine
from handoff.tables import Agent, Queue
from operations import migrations
from operations.checks.finding import Finding, Level, Patient
from pipeline import schema

LITTLE_BYTES = 200 * 1024**2
LOW_BYTES = 1024**3
SKEW_WARN_SECONDS = 2.0
SKEW_FAIL_SECONDS = 30.0
SQLITE_FULL = 2

_agent, _queue = Agent.__table__, Queue.__table__  # type: ignore[attr-defined]


def data_folder(patient: Patient) -> Iterator[Finding]:
    """The folder that holds everything is ours alone."""
    folder = patient.settings.data_dir
    made = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    if not made.is_dir() or not os.access(made, os.W_OK | os.X_OK):
        yield Finding("data_folder", "fail", f"DATA_DIR {folder} cannot be written.",
                      "make it, and give it to the user that runs Relevo")
        return
    if not folder.is_dir():
        yield Finding("data_folder", "ok", f"DATA_DIR {folder} is not there yet; ./run makes it.")
        return
    if folder.stat().st_mode & 0o007:
        yield Finding("data_folder", "warn", f"Every user of this machine may look into DATA_DIR {folder}.", f"chmod 700 {folder}")
        return
    yield Finding("data_folder", "ok", f"DATA_DIR {folder} can be written.")


def media_folder(patient: Patient) -> Iterator[Finding]:
    """Files of messages can be kept, and are read by us alone."""
    folder = patient.settings.media_path
    made = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    if not made.is_dir() or not os.access(made, os.W_OK | os.X_OK):
        yield Finding("media_folder", "fail", f"MEDIA_DIR {folder} cannot be written: photos of customers are not kept.",
                      "let the user that runs Relevo write to it, or choose another")
    elif folder.is_dir() and folder.stat().st_mode & 0o007:
        yield Finding("media_folder", "warn", f"Every user of this machine may look into MEDIA_DIR {folder}.",
                      f"chmod 700 {folder}")
    else:
        yield Finding("media_folder", "ok", f"MEDIA_DIR {folder} can be written.")


def disk(patient: Patient) -> Iterator[Finding]:
    """Room to store what comes in: a full disk makes us refuse messages."""
    folder = next(path for path in (patient.settings.data_dir.resolve(), *patient.settings.data_dir.resolve().parents)
                  if path.exists())
    free = shutil.disk_usage(folder).free
    sentence = f"{free / 1024**3:.1f} GB are free where DATA_DIR lies."
    if free < LITTLE_BYTES:
        yield Finding("disk", "fail", sentence, "make room: when the disk is full nothing is accepted")
    elif free < LOW_BYTES:
        yield Finding("disk", "warn", sentence, "make room soon")
    else:
        yield Finding("disk", "ok", sentence)


def database(patient: Patient) -> Iterator[Finding]:
    """Whether the database answers, fits this code, keeps what it is given, and knows the time."""
    url = patient.settings.database_url
    if patient.settings.is_sqlite and not Path(make_url(url).database or "").is_file():
        yield Finding("database", "warn", "There is no database yet.", "./run makes it; ./run flask migrate does only that")
        return
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            yield from _of_connection(patient, connection)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield Finding("database", "fail", f"The database {migrations.shown(url)} does not answer ({reason}).",
                      "start it, or mend DATABASE_URL")
    finally:
        engine.dispose()


def _of_connection(patient: Patient, connection: Connection) -> Iterator[Finding]:
    try:
        schema.require(connection)
    except schema.SchemaMismatch as error:
        yield Finding("schema", "fail", str(error), "./run flask migrate, or update the code")
        return
    yield Finding("schema", "ok", f"The database stands at migration {schema.head()}.")
    if connection.dialect.name == "sqlite":
        yield _safety_of_sqlite(connection)
    else:
        yield from _of_postgresql(connection)
    yield from _people(patient, connection)


def _safety_of_sqlite(connection: Connection) -> Finding:
    journal = str(connection.execute(text("PRAGMA journal_mode")).scalar_one())
    synchronous = int(connection.execute(text("PRAGMA synchronous")).scalar_one())
    foreign_keys = int(connection.execute(text("PRAGMA foreign_keys")).scalar_one())
    if journal != "wal" or synchronous < SQLITE_FULL or not foreign_keys:
        return Finding("sqlite", "fail", f"SQLite runs with journal_mode={journal}, synchronous={synchronous}, "
                       f"foreign_keys={foreign_keys}: a commit might not survive.",
                       "keep the file on a local disk (not on a network share), where WAL works")
    return Finding("sqlite", "ok", "SQLite: WAL, every commit FULL, foreign keys on.")


def _of_postgresql(connection: Connection) -> Iterator[Finding]:
    if connection.execute(text("SHOW synchronous_commit")).scalar_one() == "off":
        yield Finding("postgresql", "fail", "PostgreSQL runs with synchronous_commit=off: a commit might not survive.",
                      "ALTER DATABASE … SET synchronous_commit = on")
    skew = abs((connection.execute(select(func.clock_timestamp())).scalar_one() - clock.now()).total_seconds())
    if skew > SKEW_WARN_SECONDS:
        level: Level = "fail" if skew > SKEW_FAIL_SECONDS else "warn"
        yield Finding("clock", level, f"The clocks of this machine and of the database differ by {skew:.0f} s.",
                      "let both follow a time server (apt-get install chrony)")
    else:
        yield Finding("clock", "ok", "The clock agrees with that of the database.")


def _people(patient: Patient, connection: Connection) -> Iterator[Finding]:
    """Who may log in, and where tickets can go."""
    active = select(_agent.c.email).where(_agent.c.deactivated_at.is_(None))
    invented = list(connection.execute(active.where(_agent.c.demo)).scalars())
    if invented and not patient.is_demo:
        yield Finding("demo_agents", "fail", f"{len(invented)} agents of the demo may log in; everybody knows their passwords.",
                      "use a database of your own (DATABASE_URL, DATA_DIR), or ./run flask agents deactivate "
                      f"{invented[0]} …")
    if not patient.is_demo and not connection.execute(active.where(~_agent.c.demo).limit(1)).scalar():
        yield Finding("agents", "warn", "There is no agent yet: nobody can take a conversation.",
                      './run flask agents invite "Ana Ruiz" ana@example.com --queues general')
    if not connection.execute(select(func.count()).select_from(_queue)).scalar_one():
        yield Finding("queues", "warn", "There is no queue yet: nobody is told of a customer who asks for a person.",
                      "./run flask queues add general --es General --default")


CHECKS = (data_folder, media_folder, disk, database)
