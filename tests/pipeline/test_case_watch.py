"""What time brings to cases: the bot says how they stand where it has the conversation, and to nobody else; once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.tables import Conversation
from conversation.work import Database
from incidents import cases
from incidents.cases import Opening
from incidents.errors import StaleCase
from incidents.rule_book import Rules
from incidents.tables import Incident
from pipeline import case_watch
from pipeline.tables import Timer
from tests.builders import a_conversation

RULES = Rules()
_case = Incident.__table__


@pytest.fixture
def case(database: Database) -> str:
    with database.work() as work:
        opening = Opening("damaged", "AB-77777", "AB77777", a_conversation(work), {"carrier": "SEUR"}, "rota")
        return str(cases.open_case(work, RULES.book, opening).case["incident_id"])


def came(database: Database, state: str, owner: str = "bot") -> list[dict[str, Any]]:
    """What the bot is told after the case came into this state."""
    with database.work() as work:
        work.connection.execute(update(_case).values(state=state, told_state="ready" if state == "open" else "open"))
        work.connection.execute(update(Conversation.__table__).values(owner=owner))
    for _ in range(2):
        case_watch.tend(database, "Europe/Madrid", RULES)
    with database.reading() as session:
        return [payload["data"] for payload in session.execute(select(Timer.__table__.c.payload)).scalars()]


def test_the_bot_tells_once_how_her_case_stands(database: Database, case: str) -> None:
    (told,) = came(database, "claimed")

    assert (told["state"], told["kind"], told["order_ref"]) == ("claimed", "damaged", "AB-77777")


@pytest.mark.parametrize(("state", "owner"), [("claimed", "queue"), ("claimed", "agent"), ("open", "bot")])
def test_where_a_person_has_her_or_nothing_is_new_the_bot_is_silent(database: Database, case: str, state: str, owner: str) -> None:
    assert came(database, state, owner) == []


def test_who_writes_at_the_same_moment_is_not_overrun(database: Database, case: str) -> None:
    tried = []

    def write(work: Any) -> None:
        tried.append(work)
        if len(tried) < case_watch.TRIES:
            raise StaleCase("INC-1")

    case_watch._written(database, write)

    assert len(tried) == case_watch.TRIES
