"""Migrations: what they make is what the models say, however often and by how many they are run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from conversation.work import open_engine
from operations import migrations, new_migration
from operations.errors import MigrationFailed
from pipeline import schema

A_CONTACT = """INSERT INTO contact (contact_id, name, email, facts, created_at)
               VALUES ('cnt_1', 'Marta', '', '{}', '2026-11-22')"""


@pytest.fixture
def connection(empty_url: str) -> Iterator[Connection]:
    migrations.upgrade(empty_url)
    engine = open_engine(empty_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """Everything a database says of its tables."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": {column["name"]: (str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)},
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(tuple(one["column_names"]) for one in inspector.get_unique_constraints(table)),
            "checks": sorted(one["sqltext"] for one in inspector.get_check_constraints(table)),
            "foreign": sorted((tuple(one["constrained_columns"]), one["referred_table"])
                              for one in inspector.get_foreign_keys(table)),
            "indexes": sorted((str(one["name"]), tuple(one["column_names"]), bool(one["unique"]))
                              for one in inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names() if table != "alembic_version"
    }


def test_a_migrated_database_has_nothing_that_the_models_lack_and_lacks_nothing(connection: Connection) -> None:
    context = MigrationContext.configure(connection)

    differences = compare_metadata(context, SQLModel.metadata)

    # beside the models lie Alembic's own table and the words of search, which each database keeps in its own index
    beside = ("'alembic_version'", "'search_words")
    assert [one for one in differences if not any(name in str(one) for name in beside)] == []


def test_a_migrated_database_is_what_the_models_would_make(connection: Connection, tmp_path: Any) -> None:
    migrated = shape(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("CREATE SCHEMA made; SET LOCAL search_path TO made"))
        SQLModel.metadata.create_all(connection)
        made = shape(connection)
    else:
        engine = open_engine(f"sqlite:///{tmp_path / 'made.db'}")
        SQLModel.metadata.create_all(engine)
        with engine.connect() as other:
            made = shape(other)
        engine.dispose()

    assert migrated == made


def test_partial_indexes_are_partial_on_both_databases(connection: Connection) -> None:
    source = "pg_indexes" if connection.dialect.name == "postgresql" else "sqlite_master"
    column = "indexdef" if connection.dialect.name == "postgresql" else "sql"
    name = "indexname" if connection.dialect.name == "postgresql" else "name"

    found = connection.execute(text(f"SELECT {column} FROM {source} WHERE {name} = 'ticket_one_live'")).scalar_one()

    assert "UNIQUE" in found and "WHERE" in found


def test_a_second_run_finds_nothing_to_do(empty_url: str) -> None:
    first, second = migrations.upgrade(empty_url), migrations.upgrade(empty_url)

    assert (first, second) == (True, False)


def test_two_processes_at_once_migrate_once_and_both_succeed(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(migrations.upgrade, [empty_url, empty_url]))

    assert any(done)


@pytest.mark.parametrize("older", [path.name[:4] for path in sorted(schema.VERSIONS.glob("[0-9]*_*.py"))[:-1]])
def test_a_filled_database_keeps_its_rows_and_is_backed_up_first(empty_url: str, older: str) -> None:
    migrations.upgrade(empty_url, to=older)
    engine = open_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO channel VALUES ('chn_1', 'twilio-sms', '+34600000001', '', '2026-11-22')"))
        connection.execute(text(A_CONTACT))
    backups: list[str] = []

    migrations.upgrade(empty_url, lambda: backups.append("made"))

    with engine.connect() as connection:
        kept = connection.execute(text("SELECT account, contact.name FROM channel, contact")).all()
        assert (kept, backups) == ([("+34600000001", "Marta")], ["made"])
        assert schema.stored(connection) == schema.head()
    engine.dispose()


def test_an_empty_database_needs_no_backup(empty_url: str) -> None:
    backups: list[str] = []

    migrations.upgrade(empty_url, lambda: backups.append("made"))

    assert backups == []


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url: str) -> None:
    engine = open_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ticket (x INTEGER)"))  # the second migration will stumble over it

    with pytest.raises(MigrationFailed, match="as it was before"):
        migrations.upgrade(empty_url)

    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["ticket"]
    engine.dispose()


def test_a_password_is_never_in_the_sentence() -> None:
    assert "hunter2" not in migrations.shown("postgresql+psycopg://relevo:hunter2@db/relevo")


def test_a_new_migration_has_one_function_for_each_table() -> None:
    source = '"""T."""\n\n\ndef upgrade() -> None:\n    op.create_table(\'a\',\n    )\n    op.create_table(\'b\',\n    )\n'

    split = new_migration.by_table(source)

    assert "    _create_a()\n    _create_b()\n" in split and "def _create_b() -> None:\n    op.create_table('b'," in split
