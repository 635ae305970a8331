"""Which shape the database has, and whether this code may work with it.

A migration is a file of `migrations/versions/`; its name begins with its number, and numbers only grow. The database
keeps the number it stands at. Old and new code run side by side while a release is rolled out: only a migration that
takes something away raises the *minimum*, the oldest code that may still run, kept in `schema_minimum`. A process that
finds itself below it stops, loudly; one that finds the database older than itself was started before the migration.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import structlog
from sqlalchemy import Column, Connection, Engine, String, Table, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"

LOOK_SECONDS = 30.0
EXIT_STATUS = 3

logger = structlog.get_logger(__name__)
minimum_table = Table("schema_minimum", SQLModel.metadata, Column("revision", String(), primary_key=True))


class SchemaMismatch(Exception):
    """This code and the database do not fit; the message says which of the two is behind, and what to do."""


@cache
def head() -> str:
    """The number of the newest migration of this code."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def stored(connection: Connection) -> str | None:
    """The number the database stands at; None when it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def minimum(connection: Connection) -> str:
    """The oldest code that may work with this database."""
    return max(connection.execute(select(minimum_table.c.revision)).scalars(), default="")


def require(connection: Connection) -> None:
    """Return when this code may work with the database, else raise SchemaMismatch."""
    at = stored(connection)
    if at is None or at < head():
        raise SchemaMismatch(
            f"The database stands at migration {at or 'none'}, this code needs {head()}: "
            "run `./run flask migrate` (./run alone does it by itself), then start again."
        )
    lowest = minimum(connection)
    if head() < lowest:
        raise SchemaMismatch(
            f"This code knows migrations up to {head()}, the database has been changed so that only code from "
            f"{lowest} on may use it: update the code and start again."
        )


def guard(engine: Engine, stop: Callable[[int], object] = os._exit) -> threading.Thread:
    """Watch over this process from now on: once it does not fit the database any more it says so and stops at once.

    It looks every half minute, so that a process that outlived a release does not write what nobody can read.
    """
    watcher = threading.Thread(target=_watch, args=(engine, stop, threading.Event()), name="schema", daemon=True)
    watcher.start()
    return watcher


def _watch(engine: Engine, stop: Callable[[int], object], pause: threading.Event) -> None:
    while _fits(engine):
        pause.wait(LOOK_SECONDS)
    stop(EXIT_STATUS)


def _fits(engine: Engine) -> bool:
    try:
        with engine.connect().execution_options(relevo_readonly=True) as connection:
            require(connection)
    except SchemaMismatch as error:
        logger.error("this process does not fit the database and stops", detail=str(error))
        return False
    except SQLAlchemyError:
        return True  # a database that does not answer now says nothing about its shape
    return True
