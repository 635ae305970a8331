"""The second step of a log-in, forgotten passwords, and what an agent's own page changes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import Client

from conversation.tables import TimelineEntry
from conversation.work import Database
from handoff import passwords, second_factor, sessions, settings
from handoff.house_tables import PushSubscription
from handoff.sealing import Seal
from handoff.tables import Agent
from tests.builders import HandClock
from tests.console import desks
from tests.console.test_login import try_to_log_in

SEAL = Seal("not-a-secret-of-anybody")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE, SETUP = "/console/login/code", "/console/login/setup"
NEW = "otra frase bien larga"


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What is stored is tested in tests/handoff on both databases; pages are the same on each."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'relevo.db')}"


@pytest.fixture
def code(hand_clock: HandClock) -> Callable[[], str]:
    """What Ana's authenticator shows now."""
    return lambda: pyotp.TOTP(SECRET).at(int(hand_clock.now().timestamp()))


@pytest.fixture
def recovery(database: Database, hand_clock: HandClock, app: Flask) -> list[str]:
    """Ana has a second factor since some minutes; her recovery codes."""
    with database.work() as work:
        at = int(hand_clock.now().timestamp())
        codes = second_factor.confirm(work, "agt_ana", SEAL, SECRET, pyotp.TOTP(SECRET).at(at))
    hand_clock.forward(minutes=2)
    return codes


@pytest.fixture
def halfway(app: Flask, recovery: list[str]) -> Client:
    """A browser in which Ana's password was right."""
    client = app.test_client()
    assert try_to_log_in(client).headers["Location"] == CODE
    return client


def give(client: Client, code: str, **fields: str) -> Any:
    return client.post(CODE, data={"csrf_token": desks.csrf(client, CODE), "code": code, **fields})


def row(database: Database) -> Any:
    with database.reading() as reader:
        return reader.execute(select(Agent.__table__).where(Agent.__table__.c.agent_id == "agt_ana")).mappings().one()


def test_nobody_is_logged_in_before_the_code(halfway: Client) -> None:
    assert halfway.get("/console/conversations").status_code == 303


def test_the_code_opens_the_desk(halfway: Client, code: Callable[[], str]) -> None:
    assert give(halfway, code()).headers["Location"] == "/console/conversations"
    assert halfway.get("/console/conversations").status_code == 200


def test_a_recovery_code_opens_the_desk(halfway: Client, recovery: list[str]) -> None:
    assert give(halfway, recovery[0]).status_code == 303


def test_wrong_codes_are_counted_with_wrong_passwords(halfway: Client, code: Callable[[], str]) -> None:
    assert [give(halfway, "000000").status_code for _ in range(5)] == [422] * 5

    assert give(halfway, code()).status_code == 429
    assert try_to_log_in(halfway).status_code == 429


def test_ten_minutes_after_the_password_it_is_asked_for_again(halfway: Client, hand_clock: HandClock) -> None:
    hand_clock.forward(minutes=10)

    assert halfway.get(CODE).headers["Location"] == "/console/login"


def test_another_password_ends_what_the_old_one_began(halfway: Client, database: Database) -> None:
    with database.work() as work:
        work.connection.execute(update(Agent.__table__).values(password_hash="other"))

    assert halfway.get(CODE).headers["Location"] == "/console/login"


def test_a_browser_that_was_remembered_is_not_asked(
    halfway: Client, code: Callable[[], str], hand_clock: HandClock
) -> None:
    cookie = give(halfway, code(), remember="1").headers.getlist("Set-Cookie")
    desks.post(halfway, "/console/logout")
    hand_clock.forward(days=29)

    assert any("HttpOnly" in one and "SameSite=Lax" in one for one in cookie if one.startswith("relevo_browser="))
    assert try_to_log_in(halfway).headers["Location"] == "/console/conversations"


def test_a_house_that_asks_for_a_second_factor_has_it_set_up_first(
    app: Flask, database: Database, hand_clock: HandClock
) -> None:
    with database.work() as work:
        settings.put(work, "requires_second_factor", True, "agt_sue")
    client = app.test_client()
    assert try_to_log_in(client).headers["Location"] == SETUP

    page = client.get(SETUP).get_data(as_text=True)
    secret = re.search(r'data-testid="second-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert client.get("/console/second-factor.svg").mimetype == "image/svg+xml"
    given = pyotp.TOTP(secret).at(int(hand_clock.now().timestamp()))
    shown = client.post(SETUP, data={"csrf_token": desks.csrf(client, SETUP), "code": given})
    assert shown.get_data(as_text=True).count("<li>") == 10
    assert client.get("/console/conversations").status_code == 200


def test_an_agent_sets_it_up_on_her_page(ana: Client, database: Database, hand_clock: HandClock) -> None:
    page = ana.get("/console/me/second-factor").get_data(as_text=True)
    secret = re.search(r'data-testid="second-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    given = pyotp.TOTP(secret).at(int(hand_clock.now().timestamp()))

    assert desks.post(ana, "/console/me/second-factor", code="000000").status_code == 422
    assert desks.post(ana, "/console/me/second-factor", code=given).status_code == 200
    assert second_factor.is_on(row(database))


@pytest.mark.usefixtures("recovery")
def test_it_is_taken_off_with_her_password(ana: Client, database: Database) -> None:
    assert desks.post(ana, "/console/me/second-factor/removal", second_password="otra").status_code == 422
    assert second_factor.is_on(row(database))

    assert desks.post(ana, "/console/me/second-factor/removal", second_password=desks.PASSWORD).status_code == 303
    assert not second_factor.is_on(row(database))


def test_new_recovery_codes_are_shown_once(ana: Client, recovery: list[str]) -> None:
    page = desks.post(ana, "/console/me/recovery-codes", second_password=desks.PASSWORD).get_data(as_text=True)

    assert page.count("<li>") == 10 and recovery[0] not in page


@pytest.fixture
def mailing(database: Database, app: Flask) -> Client:
    """A browser before a house that sends letters."""
    return desks.an_app(database, mails=True).test_client()


@pytest.mark.parametrize("email", ["ana@example.com", "nobody@example.com"])
def test_a_forgotten_password_is_answered_the_same_for_everybody(mailing: Client, email: str) -> None:
    token = desks.csrf(mailing, "/console/forgotten")
    answer = mailing.post("/console/forgotten", data={"csrf_token": token, "email": email}, follow_redirects=True)

    assert "Si ese correo es de alguien del equipo, el enlace llega en unos minutos." in answer.get_data(as_text=True)


def test_a_house_without_letters_says_whom_to_ask(app: Flask) -> None:
    assert "Pide un enlace nuevo a quien lo administra" in app.test_client().get("/console/forgotten").get_data(as_text=True)


def test_a_link_sets_a_password_and_the_second_step_still_stands(
    mailing: Client, database: Database, recovery: list[str]
) -> None:
    with database.work() as work:
        work.connection.execute(update(Agent.__table__).where(Agent.__table__.c.agent_id == "agt_ana").values(
            reset_hash=sessions.hashed("a-link"), reset_until=work.now + passwords.RESET_FOR))
    path = "/console/passwords/a-link"
    answer = mailing.post(path, data={"password": NEW, "csrf_token": desks.csrf(mailing, path)})

    assert answer.headers["Location"] == CODE
    assert mailing.get(path).status_code == 410


def test_a_new_password_ends_the_other_log_ins(ana: Client, enter: Callable[[str], Client]) -> None:
    other = enter("Ana")
    assert desks.post(ana, "/console/me/password", current=desks.PASSWORD, password=NEW).status_code == 303

    assert ana.get("/console/me").status_code == 200
    assert other.get("/console/me").status_code == 303


@pytest.mark.parametrize(("fields", "told"), [
    ({"current": "otra", "password": NEW}, "Esa no es tu contraseña actual."),
    ({"current": desks.PASSWORD, "password": "corta"}, "Escribe al menos 10 caracteres"),
])
def test_what_is_wrong_with_a_password_is_said_at_its_field(ana: Client, fields: dict[str, str], told: str) -> None:
    answer = desks.post(ana, "/console/me/password", **fields)

    assert answer.status_code == 422 and told in answer.get_data(as_text=True)


def test_a_log_in_elsewhere_is_ended_from_her_page(ana: Client, enter: Callable[[str], Client]) -> None:
    other = enter("Ana")
    (key,) = re.findall(r"/console/me/sessions/(\w{16})/end", ana.get("/console/me").get_data(as_text=True))
    desks.post(ana, f"/console/me/sessions/{key}/end")

    assert other.get("/console/me").status_code == 303


def test_nobody_ends_the_log_in_of_a_colleague(ana: Client, bo: Client) -> None:
    with bo.session_transaction() as session:
        key = sessions.hashed(session["desk"])[:16]

    assert desks.post(ana, f"/console/me/sessions/{key}/end").status_code == 422
    assert bo.get("/console/me").status_code == 200


def test_her_own_settings_are_kept(ana: Client, database: Database) -> None:
    desks.post(ana, "/console/me", name=" Ana  M. ", signature="Ana, Envíos", sounds="0", single_keys="1")

    kept = row(database)
    assert (kept["name"], kept["signature"], kept["sounds"], kept["single_keys"]) == ("Ana M.", "Ana, Envíos", False, True)


def test_another_name_leaves_its_line(ana: Client, database: Database) -> None:
    desks.post(ana, "/console/me", name="Anita")

    line = TimelineEntry.__table__
    with database.reading() as reader:
        assert reader.execute(select(line.c.data).where(line.c.kind == "agent_changed")).scalar_one() == {
            "subject": "agt_ana", "changes": {"name": ["Ana", "Anita"]}}


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "x" * 61}, {"signature": "x" * 201}, {"sounds": "loud"}])
def test_a_field_that_does_not_fit_changes_nothing(ana: Client, database: Database, wrong: dict[str, str]) -> None:
    assert desks.post(ana, "/console/me", theme="dark", **wrong).status_code == 422
    assert row(database)["theme"] == "system"


def test_she_chooses_how_she_is_told(ana: Client, database: Database) -> None:
    desks.post(ana, "/console/me/notices", assigned_email="1", queued_push="1")

    kept = row(database)["notify"]
    assert (kept["assigned"], kept["queued"], kept["breached"]) == (["email"], ["push"], [])


def test_a_browser_that_wants_to_be_rung_is_kept(ana: Client, database: Database) -> None:
    told = {"endpoint": "https://push.example.com/a", "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}
    assert desks.post(ana, "/console/me/push", **told).status_code == 303

    with database.reading() as reader:
        assert reader.execute(select(PushSubscription.__table__.c.agent_id)).scalars().all() == ["agt_ana"]
    assert desks.post(ana, "/console/me/push", **told | {"endpoint": "http://10.0.0.1/x"}).status_code == 422


def test_the_service_worker_stands_where_it_may_serve_the_whole_console(app: Flask) -> None:
    answer = app.test_client().get("/console/sw.js")

    assert answer.mimetype == "text/javascript"
    assert "showNotification" in answer.get_data(as_text=True)


def test_a_log_in_that_is_kept_lasts_while_its_pages_are_closed(app: Flask, hand_clock: HandClock) -> None:
    client = app.test_client()
    try_to_log_in(client, kept="1")
    hand_clock.forward(hours=11)

    assert client.get("/console/conversations").status_code == 200
