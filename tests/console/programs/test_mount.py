"""The API: who comes in, what it answers, and that its actions are the console's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import Client

from conversation.work import Database
from handoff import keys
from tests.builders import HandClock
from tests.console import desks
from tests.console.programs.conftest import Program, key_of


@pytest.fixture
def story(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.a_story(work)


@pytest.fixture
def held(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.held(work, "agt_ana")


def test_a_program_claims_with_its_key_and_gets_no_cookie(of_ana: Program, story: tuple[str, str]) -> None:
    answer = of_ana.post(f"/tickets/{story[1]}/claim", {"epoch": 1})

    assert (answer.status_code, answer.json["holder"]) == (200, "Ana")
    assert "Set-Cookie" not in answer.headers


def test_the_second_claim_hears_who_won(of_ana: Program, of_sue: Program, story: tuple[str, str]) -> None:
    of_ana.post(f"/tickets/{story[1]}/claim", {"epoch": 1})
    answer = of_sue.post(f"/tickets/{story[1]}/claim", {"epoch": 1})

    assert (answer.status_code, answer.json["error"]["code"], answer.json["error"]["winner"]) == (409, "already_claimed", "Ana")


@pytest.mark.parametrize("token", ["", "rlv_", "rlv_" + "a" * 43, "Ana", "rlv_\u00e9", "rlv_" + "a" * 5000])
def test_a_wrong_key_opens_nothing(app: Flask, token: str) -> None:
    answer = Program(app.test_client(), token).get("/conversations")

    assert (answer.status_code, answer.json["error"]["code"]) == (401, "bad_key")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_nobody_gets_nothing(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/conversations")

    assert (answer.status_code, answer.json["error"]["code"]) == (401, "signed_out")


def test_a_revoked_key_opens_nothing(app: Flask, database: Database, of_ana: Program) -> None:
    with database.work() as work:
        made = keys.every(work.connection)[0]
        keys.revoke(work, made["api_key_id"], "agt_sue")

    assert of_ana.get("/conversations").status_code == 401


def test_the_console_s_cookie_opens_it_too_with_its_token(ana: Client, story: tuple[str, str]) -> None:
    headers = {"X-CSRFToken": desks.csrf(ana)}

    assert ana.post(f"/api/v1/tickets/{story[1]}/claim", json={"epoch": 1}, headers=headers).status_code == 200


def test_a_cookie_without_token_changes_nothing(ana: Client, story: tuple[str, str]) -> None:
    answer = ana.post(f"/api/v1/tickets/{story[1]}/claim", json={"epoch": 1})

    assert (answer.status_code, answer.json["error"]["code"]) == (403, "csrf")


def test_what_the_agent_may_not_see_is_not_there(program, story: tuple[str, str]) -> None:  # type: ignore[no-untyped-def]
    answer = program("Bo").post(f"/tickets/{story[1]}/claim", {"epoch": 1})

    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(("body", "code", "field"), [
    ({"epoch": 1, "colour": "red"}, "unknown_field", "colour"),
    ({}, "missing_field", "epoch"),
    ({"epoch": "soon"}, "bad_field", "epoch"),
    ({"epoch": -4}, "bad_field", "epoch"),
    ({"epoch": 1, "force": "maybe"}, "bad_field", "force"),
])
def test_a_wrong_field_is_named(of_ana: Program, story: tuple[str, str], body: dict, code: str, field: str) -> None:  # type: ignore[type-arg]
    answer = of_ana.post(f"/tickets/{story[1]}/claim", body)

    assert (answer.status_code, answer.json["error"]["code"], answer.json["error"]["field"]) == (422, code, field)


def test_errors_speak_the_language_that_was_asked_for(of_ana: Program, story: tuple[str, str]) -> None:
    answer = of_ana.post(f"/tickets/{story[1]}/claim", {}, Accept_Language="pt-BR,en;q=0.5")

    assert answer.json["error"]["message"] == "Falta o campo «epoch»."


@pytest.mark.parametrize("path", ["/nothing", "/tickets", "/conversations/cnv_nope"])
def test_what_is_not_there_is_json_too(of_ana: Program, path: str) -> None:
    answer = of_ana.get(path)

    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")


def test_the_wrong_method_is_json_too(of_ana: Program, story: tuple[str, str]) -> None:
    assert of_ana.get(f"/tickets/{story[1]}/claim").json["error"]["code"] == "method"


def test_too_much_is_refused(of_ana: Program, held: tuple[str, str]) -> None:
    answer = of_ana.post(f"/tickets/{held[1]}/notes", {"text": "a" * 300_000})

    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")


def test_a_program_that_asks_too_often_waits(database: Database) -> None:
    with database.work() as work:
        desks.people(work)
    hurried = desks.an_app(database, api_rate="2/minute")
    ana = Program(hurried.test_client(), key_of(hurried, "Ana"))
    answers = [ana.get("/conversations") for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60


def test_when_a_key_was_used_is_noted_once_a_minute(database: Database, of_ana: Program, hand_clock: HandClock) -> None:
    of_ana.get("/me")
    hand_clock.forward(seconds=59)
    of_ana.get("/me")

    with database.reading() as session:
        assert hand_clock.at - keys.every(session)[0]["last_used_at"] == timedelta(seconds=59)


def test_a_session_gets_the_token_for_its_changes(ana: Client, story: tuple[str, str]) -> None:
    headers = {"X-CSRFToken": ana.get("/api/v1/me").json["csrf_token"]}

    assert ana.post(f"/api/v1/tickets/{story[1]}/claim", json={"epoch": 1}, headers=headers).status_code == 200


def test_what_databases_refuse_is_dropped_however_deep_it_lies(of_sue: Program) -> None:
    body = {"name": "Hola", "text_es": "hola", "actions": [{"do": "tag", "value": "a\x00b\ud800c"}]}
    made = of_sue.post("/admin/replies", body).json

    assert of_sue.get(f"/admin/replies/{made['saved_reply_id']}").json["saved_reply"]["actions"] == [{"do": "tag", "value": "abc"}]
