"""The JSON twin: the same facts as the pages, under the same permissions."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import Client

from conversation.work import Database
from tests.console import desks


@pytest.fixture
def story(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.a_story(work)


def test_the_list_has_counts_and_tickets(ana: Client, story: tuple[str, str]) -> None:
    found = ana.get("/console/api/conversations?tab=queued").json

    assert found["counts"] == {"mine": 0, "queued": 1, "unanswered": 1, "snoozed": 0, "all": 1}
    assert found["conversations"][0]["ticket"]["ticket"] == story[1]


def test_a_conversation_has_messages_with_state_and_holder(ana: Client, story: tuple[str, str]) -> None:
    messages = ana.get(f"/console/api/conversations/{story[0]}").json["messages"]

    assert [(message["author"], message["state"], message["held_by"]) for message in messages] == [
        ("contact", "received", "bot"),
        ("bot", "delivered", "bot"),
        ("contact", "received", "bot"),
        ("system", "queued", "queue"),
    ]


def test_evidence_points_at_its_message(ana: Client, story: tuple[str, str]) -> None:
    found = ana.get(f"/console/api/conversations/{story[0]}").json
    marked = next(message for message in found["messages"] if message["evidence"])

    assert marked["evidence"] == [1]
    assert found["card"]["why"]["reasons"][0]["message_id"] == marked["id"]
    assert [(one["number"], one["code"]) for one in found["ticket"]["evidence"]] == [(1, "human_request")]


def test_the_order_comes_with_it(ana: Client, story: tuple[str, str]) -> None:
    assert ana.get(f"/console/api/conversations/{story[0]}").json["card"]["order"]["reference"] == "AB-54321"


def test_it_says_what_may_be_done(ana: Client, story: tuple[str, str]) -> None:
    assert ana.get(f"/console/api/conversations/{story[0]}").json["actions"] == ["claim"]


def test_a_claim_as_json_lists_what_was_on_the_wire(ana: Client, database: Database, story: tuple[str, str]) -> None:
    with database.work() as work:
        desks.outbound(work, story[0], "sending", "Un momento…")

    answer = desks.post(
        ana,
        f"/console/tickets/{story[1]}/claim",
        {"Accept": "application/json"},
        epoch=desks.epoch_of(database, story[0]),
    )

    assert [part["text"] for part in answer.json["on_the_wire"]] == ["Un momento…"]
    assert "Un mensaje del bot ya había salido" in answer.json["message"]


def test_somebody_elses_conversation_is_not_there(bo: Client, story: tuple[str, str]) -> None:
    answer = bo.get(f"/console/api/conversations/{story[0]}")

    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")


def test_a_stranger_gets_no_page_but_an_error(app: Flask) -> None:
    answer = app.test_client().get("/console/api/conversations")

    assert (answer.status_code, answer.json["error"]["code"]) == (401, "signed_out")


def test_a_post_without_token_is_an_error_too(ana: Client, story: tuple[str, str]) -> None:
    answer = ana.post(f"/console/tickets/{story[1]}/claim", headers={"Accept": "application/json"}, json={"epoch": 1})

    assert (answer.status_code, answer.json["error"]["code"]) == (403, "csrf")
