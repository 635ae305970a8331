"""The schema's number: code and database that do not fit are told apart from those that do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from conversation.work import open_engine
from pipeline import schema


@pytest.fixture
def connection(migrated_url: str) -> Iterator[Connection]:
    engine = open_engine(migrated_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_code_and_database_of_one_release_fit(connection: Connection) -> None:
    assert schema.require(connection) is None


def test_code_one_release_older_than_the_database_goes_on(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9998'"))

    assert schema.require(connection) is None


def test_code_older_than_the_minimum_stops_and_says_to_update(connection: Connection) -> None:
    connection.execute(text("INSERT INTO schema_minimum VALUES ('9999')"))

    with pytest.raises(schema.SchemaMismatch, match="only code from 9999 on"):
        schema.require(connection)


def test_a_database_older_than_the_code_says_how_to_migrate(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with pytest.raises(schema.SchemaMismatch, match="flask migrate"):
        schema.require(connection)


def test_a_process_that_does_not_fit_any_more_stops_itself(migrated_url: str) -> None:
    engine = open_engine(migrated_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO schema_minimum VALUES ('9999')"))
    stopped: list[int] = []

    schema.guard(engine, stopped.append).join()

    assert stopped == [schema.EXIT_STATUS]
    engine.dispose()


def test_a_database_that_does_not_answer_stops_nobody() -> None:
    engine = open_engine("postgresql+psycopg://relevo@127.0.0.1:9/x")

    watcher = schema.guard(engine, lambda status: None)
    watcher.join(1.0)

    assert watcher.is_alive()
    engine.dispose()


def test_an_empty_database_is_older_than_any_code(empty_url: str) -> None:
    engine = open_engine(empty_url)

    with engine.connect() as connection, pytest.raises(schema.SchemaMismatch, match="migration none"):
        schema.require(connection)
    engine.dispose()
