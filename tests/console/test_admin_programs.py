"""Settings of programs: their keys, and the hooks that call them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert
from werkzeug.test import Client

from conversation.work import Database
from handoff import hooks
from handoff.house_tables import HookCall
from tests.builders import an_agent
from tests.console import desks

SECRET = re.compile(r'data-testid="secret">([^<]+)<')


@pytest.fixture
def ada(app: Flask, database: Database) -> Client:
    """An admin's browser."""
    with database.work() as work:
        an_agent(work, "Ada", role="admin")
    return desks.enter(app, "Ada")


@pytest.fixture
def hook_id(ada: Client, database: Database) -> str:
    with database.work() as work:
        return hooks.add(work, "https://shop.example/relevo", ["handoff"], False, "agt_ada").hook_id


def a_key(ada: Client, **fields: object) -> str:
    made = desks.post(ada, "/console/admin/api-keys", name="ERP", **fields)
    return SECRET.search(made.get_data(as_text=True))[1]  # type: ignore[index]


def test_a_new_key_is_shown_once_and_opens_what_its_role_may(ada: Client, app: Flask) -> None:
    bearer = {"Authorization": f"Bearer {a_key(ada, role='agent', queues=['orders'])}"}
    mine = app.test_client().get("/api/v1/me", headers=bearer).json

    assert (mine["name"], mine["role"], mine["queues"], mine["is_integration"]) == ("ERP", "agent", ["orders"], True)
    assert bearer["Authorization"][7:] not in ada.get("/console/admin/api-keys").get_data(as_text=True)


def test_a_key_of_some_days_ends_by_itself(ada: Client, app: Flask, hand_clock) -> None:  # type: ignore[no-untyped-def]
    bearer = {"Authorization": f"Bearer {a_key(ada, role='agent', days='2')}"}
    hand_clock.forward(days=2)

    assert app.test_client().get("/api/v1/me", headers=bearer).status_code == 401


def test_a_revoked_key_opens_nothing_and_its_program_is_gone(ada: Client, app: Flask) -> None:
    bearer = {"Authorization": f"Bearer {a_key(ada, role='agent')}"}
    page = ada.get("/console/admin/api-keys").get_data(as_text=True)
    desks.post(ada, re.search(r'action="([^"]+/revocation)"', page)[1])  # type: ignore[index]

    assert app.test_client().get("/api/v1/me", headers=bearer).status_code == 401


def test_a_key_without_a_name_says_so_at_the_field(ada: Client) -> None:
    answer = desks.post(ada, "/console/admin/api-keys", name="", role="agent")

    assert (answer.status_code, "e-name" in answer.get_data(as_text=True)) == (422, True)


def test_a_new_hook_shows_its_secret_once(ada: Client) -> None:
    answer = desks.post(ada, "/console/admin/hooks", url="https://shop.example/relevo", events=["claim", "resolve"])
    secret = SECRET.search(answer.get_data(as_text=True))[1]  # type: ignore[index]

    assert secret.startswith("whs_")
    assert secret not in ada.get("/console/admin/hooks").get_data(as_text=True)


@pytest.mark.parametrize(("url", "said"), [("http://shop.example/", "https://"), ("https://10.0.0.1/", "no es pública")])
def test_an_address_that_may_not_be_called_is_refused_at_its_field(ada: Client, url: str, said: str) -> None:
    answer = desks.post(ada, "/console/admin/hooks", url=url, events=["claim"])

    assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)


def test_a_hook_that_hears_of_nothing_is_refused(ada: Client) -> None:
    assert desks.post(ada, "/console/admin/hooks", url="https://shop.example/").status_code == 422


def test_a_hook_can_be_paused_and_go_on(ada: Client, database: Database, hook_id: str) -> None:
    desks.post(ada, f"/console/admin/hooks/{hook_id}/pause")
    assert "En pausa" in ada.get(f"/console/admin/hooks/{hook_id}").get_data(as_text=True)

    desks.post(ada, f"/console/admin/hooks/{hook_id}/resumption")
    with database.reading() as session:
        assert hooks.get(session, hook_id)["paused_at"] is None


def test_a_removed_hook_is_not_there_any_more(ada: Client, hook_id: str) -> None:
    desks.post(ada, f"/console/admin/hooks/{hook_id}/removal")

    assert ada.get(f"/console/admin/hooks/{hook_id}").status_code == 404


def test_what_was_given_up_is_seen_with_a_button_to_send_it_again(ada: Client, database: Database, hook_id: str) -> None:
    with database.work() as work:
        work.connection.execute(insert(HookCall.__table__).values(
            hook_call_id="hkc_1", hook_id=hook_id, entry_id=1, event="handoff", body={}, state="given_up", attempt=9, status=500,
            not_before=work.now, created_at=work.now - timedelta(days=2), ended_at=work.now))
    assert 'data-testid="send-again"' in ada.get(f"/console/admin/hooks/{hook_id}").get_data(as_text=True)

    desks.post(ada, "/console/admin/hook-calls/hkc_1/again")
    with database.reading() as session:
        assert hooks.calls_of(session, hook_id)[0]["state"] == "queued"


def test_the_reference_lists_every_action_and_links_the_document(ada: Client) -> None:
    page = ada.get("/console/api-reference").get_data(as_text=True)

    assert "/tickets/{ticket_id}/claim" in page
    assert "/console/api/openapi.json" in page
