"""The console on a database of each kind, with its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import Client

from console.pages.live import TAIL
from conversation.work import Database
from tests.console import desks


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with database.work() as work:
        desks.people(work)
    made = desks.an_app(database)
    yield made
    made.extensions[TAIL].stop()


@pytest.fixture
def enter(app: Flask) -> Callable[[str], Client]:
    """A logged-in browser by the agent's name."""
    return lambda name: desks.enter(app, name)


@pytest.fixture
def ana(enter: Callable[[str], Client]) -> Client:
    return enter("Ana")


@pytest.fixture
def bo(enter: Callable[[str], Client]) -> Client:
    return enter("Bo")


@pytest.fixture
def sue(enter: Callable[[str], Client]) -> Client:
    return enter("Sue")
