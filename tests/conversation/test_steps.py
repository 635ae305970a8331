"""The funnel: what came of each question, read from the step log of either database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from conversation import steps
from conversation.steps import Ending, Funnel, StepCount
from conversation.tables import StepLog
from conversation.work import Database
from tests.builders import HandClock

ASKED, ANSWERED = ["returns", "r1", "item", "entered"], ["returns", "r1", "item", "answered", "answer:"]


@pytest.fixture
def since(hand_clock: HandClock) -> Any:
    return hand_clock.at - timedelta(days=1)


def log(database: Database, *turns: list[list[str]], days_ago: float = 0.0) -> None:
    with database.work() as work:
        work.connection.execute(insert(StepLog.__table__), [
            {"conversation_id": "cnv_1", "outcome": "asked", "steps": turn, "at": work.now - timedelta(days=days_ago)}
            for turn in turns])


def read(database: Database, since: Any, revision: str = "") -> Funnel:
    with database.reading() as session:
        return steps.funnel(session, "returns", since, revision)


def test_each_question_has_its_counts(database: Database, since: Any) -> None:
    log(database, [ASKED], [ANSWERED, ["returns", "r1", "why", "entered"]], [["returns", "r1", "why", "re-asked"]],
        [["returns", "r1", "why", "handed_off"]])

    assert read(database, since).steps == (
        StepCount("returns", "r1", "item", entered=1, answered=1),
        StepCount("returns", "r1", "why", entered=1, asked_again=1, handed_off=1))


def test_revisions_are_told_apart_and_one_can_be_asked_for(database: Database, since: Any) -> None:
    log(database, [ASKED], [["returns", "r2", "item", "entered"]])

    assert [one.revision for one in read(database, since).steps] == ["r1", "r2"]
    assert [one.revision for one in read(database, since, "r2").steps] == ["r2"]


def test_endings_are_counted_by_their_outcome(database: Database, since: Any) -> None:
    done = ["returns", "r1", "", "ended", "resolved"]
    log(database, [done], [done], [["returns", "r1", "", "ended", "cancelled"]])

    assert read(database, since).endings == (Ending("returns", "r1", "resolved", 2), Ending("returns", "r1", "cancelled", 1))


def test_other_flows_older_turns_and_rows_of_older_releases_are_left_out(database: Database, since: Any) -> None:
    log(database, [["menu", "r1", "pick", "entered"]], [["returns", "item"]], [["returns", "r1", "item", ""]])
    log(database, [ASKED], days_ago=2)

    assert read(database, since) == Funnel()


def test_who_has_not_answered_is_open(database: Database, since: Any) -> None:
    log(database, [ASKED], [ASKED], [ANSWERED])

    assert read(database, since).steps[0].open == 1


def test_a_connection_will_do_as_well_as_a_session(database: Database, since: Any) -> None:
    log(database, [ASKED])

    with database.engine.connect() as connection:
        assert steps.funnel(connection, "returns", since).steps[0].entered == 1
