"""What tests of news share: the doors to the house, and a buyer who has written to us."""

from __future__ import annotations

import pytest

from conversation.work import Database
from tests.outreach.shapes import HandDoors, a_buyer


@pytest.fixture
def doors() -> HandDoors:
    return HandDoors()


@pytest.fixture
def talk(database: Database) -> str:
    with database.work() as work:
        return a_buyer(work)
