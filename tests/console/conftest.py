"""The console on a database of each kind, with its people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import Client

from conversation.work import Database
from tests.console import desks


@pytest.fixture
def app(database: Database) -> Flask:
    with database.work() as work:
        desks.people(work)
    return desks.an_app(database)


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
