"""Strangers and their texts: scripts stay text, posts come from our pages, redirects stay inside."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, update
from werkzeug.test import Client

from console import safety
from conversation.tables import Contact, Conversation, DeadLetter
from conversation.work import Database
from tests.builders import a_message
from tests.console import desks

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}${7*7}",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "</textarea><script>alert(1)</script>",
    '<div hx-get="/console/logout" hx-trigger="load">',
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_contact_writes_stays_text(app: Flask, database: Database, payload: str) -> None:
    with database.work() as work:
        conversation_id, _ = desks.a_story(work, name=payload)
        a_message(work, conversation_id, payload, epoch=1)
        work.connection.execute(update(Conversation.__table__).values(preview=payload, language="es"))
        work.connection.execute(update(Contact.__table__).values(email=payload))

    page = desks.enter(app, "Ana").get(f"/console/conversations/{conversation_id}").get_data(as_text=True)

    assert "49$49" not in page
    assert not any(sign in page for sign in ("<script>alert", "<img src=x", "<svg/onload", 'hx-get="/console/logout"'))
    assert 'href="javascript:' not in page


def test_the_reason_of_a_dead_letter_stays_text(app: Flask, database: Database) -> None:
    with database.work() as work:
        work.connection.execute(
            insert(DeadLetter.__table__).values(
                dead_letter_id="ded_1", kind="turn", reason=PAYLOADS[0], payload={}, state="open", created_at=work.now
            )
        )

    assert PAYLOADS[0] not in desks.enter(app, "Sue").get("/console/trouble").get_data(as_text=True)


def test_a_message_is_fenced_against_htmx(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.a_story(work)

    page = desks.enter(app, "Ana").get(f"/console/conversations/{conversation_id}").get_data(as_text=True)

    assert '<span class="bubble__text" hx-disable>' in page


def test_links_of_a_contact_open_without_our_window(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.a_story(work)
        a_message(work, conversation_id, "mira https://example.com/a?b=1&c=2, y http://x.example.", epoch=1)

    page = desks.enter(app, "Ana").get(f"/console/conversations/{conversation_id}").get_data(as_text=True)

    assert '<a class="link" href="https://example.com/a?b=1&amp;c=2" rel="noopener noreferrer nofollow"' in page
    assert 'href="http://x.example"' in page


def test_every_page_carries_the_policy(ana: Client) -> None:
    headers = ana.get("/console/conversations").headers

    assert "script-src 'self'; style-src 'self'" in headers["Content-Security-Policy"]
    assert (
        "'unsafe" not in headers["Content-Security-Policy"]
        and "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    )
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_the_demo_may_frame_the_desk_on_its_own_page(database: Database) -> None:
    client = desks.an_app(database, mode="demo").test_client()

    assert "frame-ancestors 'self'" in client.get("/console/login").headers["Content-Security-Policy"]


def test_pages_hold_no_script_and_no_style_of_their_own(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")

    page = desks.enter(app, "Ana").get(f"/console/conversations/{conversation_id}").get_data(as_text=True)

    assert " style=" not in page and "<style" not in page and " onclick=" not in page
    assert page.count("<script") == page.count("<script defer src=") + page.count('<script type="module" src=')


def test_templates_never_say_that_something_is_safe() -> None:
    folder = Path(safety.__file__).parent
    files = [*folder.glob("templates/*.html"), *folder.glob("*.py"), *folder.glob("pages/*.py")]

    assert not [
        path.name
        for path in files
        if "|safe" in (source := path.read_text("utf-8")) or "autoescape false" in source
        # a row and a message that their templates have drawn, kept
        or source.count("Markup(") > 2 * (path.name == "rendering.py")
    ]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/console/x\r\nSet-Cookie: a=b",
        "https://evil.example/console/",
        "",
        "/webhooks/twilio",
        "/console/../webhooks",
        "/console/\\\\evil",
        "/console//\t",
    ],
)
def test_a_login_leads_nowhere_else(target: str) -> None:
    assert safety.local_path(target) == "/console/conversations"


def test_a_login_leads_back_to_the_page_that_was_asked_for() -> None:
    assert safety.local_path("/console/conversations/cnv_1?mode=note") == "/console/conversations/cnv_1?mode=note"


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        ("", 0, "10.0.0.9"),
        ("1.2.3.4", 0, "10.0.0.9"),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.1", 2, "1.2.3.4"),
        ("1.2.3.4", 2, "10.0.0.9"),
    ],
)
def test_only_trusted_proxies_say_where_a_login_comes_from(forwarded: str, proxies: int, found: str) -> None:
    assert safety.source("10.0.0.9", forwarded, proxies) == found


@pytest.mark.parametrize("token", ["", "wrong", "stolen"])
def test_a_post_without_its_own_token_is_refused(
    app: Flask, database: Database, ana: Client, bo: Client, token: str
) -> None:
    with database.work() as work:
        _, ticket_id = desks.a_story(work)
    sent = desks.csrf(bo) if token == "stolen" else token

    assert ana.post(f"/console/tickets/{ticket_id}/claim", data={"csrf_token": sent, "epoch": 1}).status_code == 403


def test_the_token_may_come_in_a_header(app: Flask, database: Database, ana: Client) -> None:
    with database.work() as work:
        _, ticket_id = desks.a_story(work)
    headers = {"X-CSRFToken": desks.csrf(ana), "Accept": "application/json"}

    assert ana.post(f"/console/tickets/{ticket_id}/claim", json={"epoch": 1}, headers=headers).json["ok"] is True


def test_a_post_from_another_page_is_refused_even_with_the_token(ana: Client) -> None:
    answer = desks.post(ana, "/console/me", {"Origin": "https://evil.example"}, theme="dark")

    assert answer.status_code == 403


def test_a_proxy_that_renames_the_host_locks_nobody_out(database: Database) -> None:
    with database.work() as work:
        desks.people(work)
    ana = desks.enter(desks.an_app(database, public_hosts=frozenset({"chat.example"})), "Ana")

    assert desks.post(ana, "/console/me", {"Origin": "https://chat.example"}, theme="dark").status_code < 400


def test_nothing_happens_by_get(app: Flask, database: Database, ana: Client) -> None:
    with database.work() as work:
        _, ticket_id = desks.a_story(work)

    assert ana.get(f"/console/tickets/{ticket_id}/claim").status_code == 405


def test_a_body_beyond_the_limit_is_refused(ana: Client) -> None:
    assert (
        ana.post("/console/me", data=b"a" * 300_000, content_type="application/x-www-form-urlencoded").status_code
        == 413
    )


@pytest.mark.parametrize("path", ["/console/nothing/here", "/console/conversations/cnv_none", "/console/tickets"])
def test_what_is_not_there_is_said_kindly(ana: Client, path: str) -> None:
    answer = ana.get(path)

    assert answer.status_code == 404
    assert "Aquí no hay nada" in answer.get_data(as_text=True)


def test_an_error_of_ours_shows_no_trace(app: Flask, database: Database) -> None:
    def broken(kind: str) -> float:
        raise RuntimeError(f"no window for {kind}")

    with database.work() as work:
        conversation_id, _ = desks.a_story(work)
    answer = desks.enter(desks.an_app(database, window=broken), "Ana").get(f"/console/conversations/{conversation_id}")

    assert (answer.status_code, "RuntimeError" in answer.get_data(as_text=True)) == (500, False)
    assert "Algo ha fallado aquí" in answer.get_data(as_text=True)


@pytest.mark.parametrize("written", ["con\x00nulo", "suelto \ud800 aquí"])
def test_signs_that_a_database_refuses_are_dropped(app: Flask, database: Database, ana: Client, written: str) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
    headers = {"X-CSRFToken": desks.csrf(ana), "Accept": "application/json"}

    assert (
        ana.post(f"/console/conversations/{conversation_id}/notes", json={"text": written}, headers=headers).status_code
        == 200
    )


@pytest.mark.parametrize("path", ["conversations/%00", "conversations?queue=%00", "api/conversations/%00", "login?next=%00"])
def test_an_address_with_a_nul_is_none_of_ours(ana: Client, path: str) -> None:
    assert ana.get(f"/console/{path}").status_code == 404


def test_a_body_nested_without_end_is_an_empty_one(app: Flask, database: Database) -> None:
    with database.work() as work:
        _, ticket_id = desks.a_story(work)
    sue = desks.enter(app, "Sue")
    headers = {"X-CSRFToken": desks.csrf(sue), "Accept": "application/json"}

    answer = sue.post(f"/console/tickets/{ticket_id}/claim", data=b'{"a":' * 20_000, headers=headers,
                      content_type="application/json")
    assert answer.status_code == 409
