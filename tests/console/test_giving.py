"""Presence, offers and assignments over HTTP: what a program gets, and what a form does."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import Client

from conversation.work import Database
from handoff import claims, routing
from handoff.tables import Queue
from tests.builders import a_conversation, an_agent
from tests.console import desks

JSON = {"Accept": "application/json"}


@pytest.fixture
def queued(app: Any, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.a_story(work)


@pytest.fixture
def on_offer(queued: tuple[str, str], database: Database) -> tuple[str, str]:
    """The same, on offer to Ana."""
    with database.work() as work:
        work.connection.execute(update(Queue.__table__).values(mode="offer"))
        routing.tick(work)
    return queued


def test_an_agent_says_that_she_is_away_and_stays_on_her_page(ana: Client):
    answer = desks.post(ana, "/console/presence", presence="away", next="/console/conversations?tab=queued")

    assert (answer.status_code, answer.location) == (303, "/console/conversations?tab=queued")
    assert _me(ana)["presence"] == "away"


def test_a_page_elsewhere_is_nowhere_to_go(ana: Client):
    answer = desks.post(ana, "/console/presence", presence="away", next="//evil.example/console/")

    assert answer.location == "/console/conversations"


def test_a_hidden_page_only_says_that_it_is_open(ana: Client):
    desks.post(ana, "/console/presence", presence="away")

    answer = desks.post(ana, "/console/presence", JSON)

    assert (answer.status_code, answer.get_json()["presence"]) == (200, "away")


def test_another_word_is_refused_by_name(ana: Client):
    answer = desks.post(ana, "/console/presence", JSON, presence="lunch")

    assert (answer.status_code, answer.get_json()["error"]["field"]) == (422, "presence")


def test_colleagues_are_listed_with_their_room(ana: Client, database: Database):
    with database.work() as work:
        an_agent(work, "Eva", ["orders"], capacity=0)

    agents = ana.get("/console/api/agents?queue=orders").get_json()["agents"]

    assert [one["name"] for one in agents if one["takes"]] == ["Ana", "Sue"]
    assert {"agent", "presence", "load", "capacity", "room", "languages", "skills"} <= set(agents[0])


def test_who_is_away_is_told_so_when_she_takes_over(sue: Client, database: Database):
    with database.work() as work:
        conversation_id = a_conversation(work)
    desks.post(sue, "/console/presence", presence="away")

    answer = desks.post(sue, f"/console/conversations/{conversation_id}/takeover", JSON, epoch="0")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "away")


def test_an_offer_is_accepted(ana: Client, on_offer: tuple[str, str]):
    answer = desks.post(ana, f"/console/tickets/{on_offer[1]}/offer", JSON, epoch="1")

    assert (answer.status_code, answer.get_json()["holder"]) == (200, "Ana")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "offer"), ("POST", "offer/refusal")])
def test_an_offer_is_declined(ana: Client, on_offer: tuple[str, str], method: str, path: str):
    answer = desks.post(ana, f"/console/tickets/{on_offer[1]}/{path}", JSON, method=method)

    assert (answer.status_code, answer.get_json()["ok"]) == (200, True)


def test_what_is_kept_for_a_colleague_names_her(app: Any, enter: Any, on_offer: tuple[str, str], database: Database):
    with database.work() as work:
        an_agent(work, "Eva", ["orders"])

    answer = desks.post(enter("Eva"), f"/console/tickets/{on_offer[1]}/claim", JSON, epoch="1")

    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["winner"]) == (409, "reserved", "Ana")


def test_a_supervisor_assigns(sue: Client, queued: tuple[str, str]):
    answer = desks.post(sue, f"/console/tickets/{queued[1]}/assignment", JSON, to="agt_ana", epoch="1")

    assert (answer.status_code, answer.get_json()["holder"]) == (200, "Ana")


def test_a_colleague_who_cannot_take_it_is_answered_with_the_queue(app: Any, ana: Client, queued: tuple[str, str], database: Database):
    with database.work() as work:
        claims.claim(work, queued[1], "agt_ana", 1)

    answer = desks.post(ana, f"/console/tickets/{queued[1]}/transfers", JSON, to="agent:agt_bo", note="Te toca a ti")

    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["reason"], error["offer"]) == (409, "cannot_take", "queue", "queue:orders")


def test_a_move_that_is_not_in_the_table_says_what_it_was(sue: Client, queued: tuple[str, str]):
    answer = desks.post(sue, f"/console/tickets/{queued[1]}/resolution", JSON, disposition="solved")

    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["state"], error["move"]) == (409, "illegal_transition", "queued", "resolve")


def _me(client: Client) -> dict[str, Any]:
    return next(one for one in client.get("/console/api/agents").get_json()["agents"] if one["is_me"])
