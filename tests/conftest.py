"""Fixtures for everybody: a database of each kind, a clock a test sets, a bell that notes what rings."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlmodel import SQLModel

import conversation.tables  # noqa: F401  (a table is known once its module is imported)
import handoff.house_tables
import handoff.order_tables
import handoff.tables  # noqa: F401
import incidents.tables  # noqa: F401
import outreach.tables  # noqa: F401
import pipeline.tables  # noqa: F401
from conversation.work import Database, open_engine
from tests import engines, postgres
from tests.builders import Bell, HandClock, a_wiring

# No test is judged by the clock: how fast examples are made says more of the machine than of what is tested.
EXAMPLES = 500 if os.environ.get("BREAKING") == "all" else 50  # of each property, where its test says nothing else
settings.register_profile("relevo", deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relevo")

# What starts houses and browsers takes longest a file: with it at the end one worker would wait for the other.
LONGEST_FIRST = ("tests/breaking/test_every_point.py", "tests/browser/test_every_page.py", "tests/end_to_end/", "tests/acceptance/",
                 "tests/browser/", "tests/breaking/", "tests/operations/", "tests/bot/flow/test_engine_walk.py", "tests/channels/test_limits.py")

TEMPLATE = "relevo_template"
TESTED = "relevo_tested"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest a file comes first; beside that the order stays, whatever it is."""
    items.sort(key=lambda item: next((n for n, place in enumerate(LONGEST_FIRST) if item.nodeid.startswith(place)), 99))


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Whoever sets the logs up does so for the whole process; the next test begins without that."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """The server of this run, with a template that has all tables."""
    programs = postgres.programs()
    if programs is None:
        lacking = pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip
        lacking(postgres.MISSING)
    server = postgres.start(programs)
    try:
        _create_tables(server.create(TEMPLATE))
        server.create(TESTED, TEMPLATE)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with all tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'relevo.db')}"
        return
    server = request.getfixturevalue("postgres_server")
    server.empty(TESTED)
    yield server.url(TESTED)


@pytest.fixture
def database(database_url: str, hand_clock: HandClock, bell: Bell) -> Iterator[Database]:
    """The database of this test, wired to its clock and its bell."""
    database = engines.sharing_words(Database(database_url, a_wiring(hand_clock, bell)))
    yield database
    database.close()


def _create_tables(url: str) -> None:
    engine = open_engine(url)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
