"""Log-in and log-out, limits, invitations."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from conversation.work import Database
from handoff import agents
from handoff.agents import Person
from handoff.tables import AgentSession
from tests.builders import HandClock
from tests.console import desks


def try_to_log_in(client: Client, email: str = "ana@example.com", password: str = desks.PASSWORD, **fields: Any) -> Any:
    token = desks.csrf(client, "/console/login")
    return client.post("/console/login", data={"email": email, "password": password, "csrf_token": token, **fields})


def test_the_right_password_leads_to_the_desk(app: Flask) -> None:
    assert try_to_log_in(app.test_client()).headers["Location"] == "/console/conversations"


def test_the_page_that_was_asked_for_comes_after_the_log_in(app: Flask) -> None:
    client = app.test_client()
    form = client.get("/console/conversations/cnv_1", follow_redirects=True).get_data(as_text=True)

    assert 'name="next" value="/console/conversations/cnv_1"' in form
    assert (
        try_to_log_in(client, next="/console/conversations/cnv_1").headers["Location"] == "/console/conversations/cnv_1"
    )


@pytest.mark.parametrize(("email", "password"), [("ana@example.com", "otra"), ("nadie@example.com", desks.PASSWORD)])
def test_it_is_not_said_what_was_wrong(app: Flask, email: str, password: str) -> None:
    answer = try_to_log_in(app.test_client(), email, password)

    assert answer.status_code == 401
    assert "El correo o la contraseña no coinciden." in answer.get_data(as_text=True)


def test_after_five_wrong_tries_the_right_password_has_to_wait(app: Flask) -> None:
    client = app.test_client()
    for _ in range(5):
        try_to_log_in(client, password="otra")

    answer = try_to_log_in(client)

    assert answer.status_code == 429
    assert "Demasiados intentos. Prueba otra vez a las 12:15." in answer.get_data(as_text=True)


def test_a_log_in_begins_a_new_session(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    try_to_log_in(client)

    with client.session_transaction() as session:
        assert "planted" not in session


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    cookie = try_to_log_in(app.test_client()).headers["Set-Cookie"]

    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_log_out_ends_the_session_on_the_server(app: Flask, database: Database, ana: Client) -> None:
    kept = ana.get_cookie("relevo").value
    desks.post(ana, "/console/logout")
    thief = app.test_client()
    thief.set_cookie("relevo", kept)

    assert thief.get("/console/conversations").status_code == 303
    with database.reading() as session:
        assert session.execute(select(AgentSession.__table__.c.revoked_at)).scalar_one() is not None


def test_a_session_without_an_open_page_ends_by_itself(ana: Client, hand_clock: HandClock) -> None:
    hand_clock.forward(minutes=30)

    assert ana.get("/console/conversations").status_code == 303


def invitation(database: Database) -> str:
    with database.work() as work:
        return "/console/invitations/" + agents.invite(work, Person("Eva", "eva@example.com", ("orders",)))


def test_an_invitation_sets_the_password_and_opens_the_desk(app: Flask, database: Database) -> None:
    client, path = app.test_client(), invitation(database)
    answer = client.post(path, data={"password": "una frase nueva", "csrf_token": desks.csrf(client, path)})

    assert answer.headers["Location"] == "/console/conversations"
    assert client.get("/console/conversations").status_code == 200


def test_an_invitation_opens_once(app: Flask, database: Database) -> None:
    client, path = app.test_client(), invitation(database)
    client.post(path, data={"password": "una frase nueva", "csrf_token": desks.csrf(client, path)})

    answer = app.test_client().get(path)

    assert answer.status_code == 410
    assert "Este enlace ya no sirve" in answer.get_data(as_text=True)


def test_a_short_password_is_told_what_would_do(app: Flask, database: Database) -> None:
    client, path = app.test_client(), invitation(database)
    answer = client.post(path, data={"password": "corta", "csrf_token": desks.csrf(client, path)})

    assert answer.status_code == 422
    assert "Escribe al menos 10 caracteres" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "title"), [("es", "Entra en la mesa"), ("en", "Log in to the desk"), ("pt", "Entre na mesa")]
)
def test_the_form_speaks_three_languages(app: Flask, language: str, title: str) -> None:
    assert title in app.test_client().get(f"/console/login?language={language}").get_data(as_text=True)


def test_the_browsers_language_comes_first(app: Flask) -> None:
    page = app.test_client().get("/console/login", headers={"Accept-Language": "pt-PT,en;q=0.5"}).get_data(as_text=True)

    assert '<html lang="pt"' in page


def test_an_agent_chooses_language_and_look(ana: Client) -> None:
    desks.post(ana, "/console/me", language="en", theme="dark", time_zone="America/Bogota")

    page = ana.get("/console/conversations").get_data(as_text=True)
    assert '<html lang="en" data-theme="dark">' in page


@pytest.mark.parametrize("wrong", [{"theme": "pink"}, {"language": "fr"}, {"time_zone": "Mars/Base"}])
def test_a_choice_that_does_not_exist_changes_nothing(ana: Client, wrong: dict[str, str]) -> None:
    assert desks.post(ana, "/console/me", **wrong).status_code == 422
