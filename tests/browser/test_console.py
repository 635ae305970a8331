"""The desk in a real browser: claim, reply, return; live pages; keys. Chromium with everything off that phones home."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conversation.work import Database
from handoff import desk
from tests.browser.serving import served
from tests.builders import Bell, a_message, a_wiring, said, the_conversation
from tests.builders import HandClock as Clock
from tests.console import desks

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MISSING = "There is no Chromium here; `apt-get install chromium` brings one, and this test runs."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'relevo.db')}", a_wiring(Clock(), Bell()))
    with made.work() as work:
        desks.people(work)
    yield made
    made.close()


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """The console, served on loopback."""
    app: Flask = desks.an_app(database)
    with served(app) as address:
        yield address


@pytest.fixture
def story(database: Database) -> str:
    with database.work() as work:
        return desks.a_story(work)[0]


@pytest.fixture
def enter(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A page of this agent, logged in by the form; what its scripts complain of fails the test."""
    troubles: list[str] = []
    pages: list[Page] = []

    def log_in(name: str, path: str = "/console/conversations", width: int = 1440) -> Page:
        page = browser.new_context(viewport={"width": width, "height": 900}, base_url=address).new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda message: troubles.append(message.text) if is_trouble(message.type, message.text) else None
        )
        page.goto(path)
        page.get_by_test_id("login-email").fill(f"{name.lower()}@example.com")
        page.get_by_test_id("login-password").fill(desks.PASSWORD)
        page.get_by_test_id("login-submit").click()
        page.wait_for_load_state()  # keys and links are heard from then on
        pages.append(page)
        return page

    yield log_in
    for page in pages:
        page.context.close()
    assert troubles == []


def is_trouble(kind: str, text: str) -> bool:
    """An error of a script; an answer that says no is none, though the browser tells of it as loudly."""
    return "Content Security" in text or (kind == "error" and not text.startswith("Failed to load resource"))


def test_an_agent_claims_answers_and_returns(enter: Callable[..., Page], database: Database, story: str) -> None:
    page = enter("Ana")
    page.get_by_test_id("claim").click()
    page.get_by_test_id("composer").get_by_role("textbox").fill("Sale hoy a las 13:00.")
    page.get_by_test_id("send").click()
    expect(page.locator("[data-testid=message][data-author=agent]")).to_contain_text("Sale hoy a las 13:00.")
    page.get_by_test_id("return").click()

    expect(page.get_by_test_id("state")).to_contain_text("La lleva el bot")
    assert "Sale hoy a las 13:00." in said(database, story)


def test_the_field_is_empty_once_the_text_has_left(enter: Callable[..., Page], story: str) -> None:
    page = enter("Ana")
    page.get_by_test_id("claim").click()
    page.get_by_test_id("composer").get_by_role("textbox").fill("Sale hoy.")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_test_id("composer").get_by_role("textbox")).to_have_value("")
    expect(page.get_by_test_id("composer").get_by_role("textbox")).to_be_focused()


def test_what_the_contact_writes_shows_without_a_reload(
    enter: Callable[..., Page], database: Database, story: str
) -> None:
    page = enter("Ana", f"/console/conversations/{story}")
    page.evaluate("window.samePage = true")
    expect(page.get_by_test_id("state")).to_contain_text("En cola")
    with database.work() as work:
        message = a_message(work, story, "¿Hay alguien?", epoch=1)
        desk.heard(work, the_conversation(work, story), message)
        work.record(desks.a_line(story))

    expect(page.locator("#transcript")).to_contain_text("¿Hay alguien?")
    assert page.evaluate("window.samePage") is True


def test_a_stream_that_breaks_off_is_no_error_of_a_script(enter: Callable[..., Page], story: str) -> None:
    page = enter("Ana", "/console/me")
    page.route(
        "**/console/stream*", lambda route: route.fulfill(content_type="text/event-stream", body="retry: 60\n\n")
    )
    with page.expect_request("**/console/stream*"):
        page.goto("/console/conversations")

    page.wait_for_event("request", lambda request: "/stream" in request.url)  # `enter` fails what was logged until then


def test_a_stream_that_was_refused_is_opened_again(enter: Callable[..., Page], story: str) -> None:
    page = enter("Ana", "/console/me")
    page.route("**/console/stream*", lambda route: route.fulfill(status=503), times=1)
    page.clock.install()
    with page.expect_response(lambda answer: "/stream" in answer.url and answer.status == 503):
        page.goto("/console/conversations")

    with page.expect_response(lambda answer: "/stream" in answer.url and answer.status == 200):
        page.clock.run_for(30_000)


def test_evidence_and_its_line_in_the_card_lead_to_each_other(enter: Callable[..., Page], story: str) -> None:
    page = enter("Ana", f"/console/conversations/{story}")
    page.evaluate("window.samePage = true")
    page.locator("#mark-1").click()
    expect(page.locator("#reason-1")).to_be_focused()
    page.locator("#reason-1").click()

    expect(page.locator("#mark-1")).to_be_focused()
    assert page.evaluate("window.samePage") is True


def test_on_a_phone_evidence_leads_to_the_page_of_the_card_and_back(enter: Callable[..., Page], story: str) -> None:
    page = enter("Ana", f"/console/conversations/{story}", width=390)
    page.locator("#mark-1").click()
    expect(page.locator("#reason-1")).to_be_visible()
    page.locator("#reason-1").click()

    expect(page.locator("#mark-1")).to_be_in_viewport()


def test_the_hidden_link_to_the_content_casts_no_shadow(enter: Callable[..., Page], story: str) -> None:
    skip = enter("Ana").locator(".skip")

    assert skip.evaluate("link => getComputedStyle(link).boxShadow") == "none"


def test_a_colleague_sees_who_was_faster(enter: Callable[..., Page], story: str) -> None:
    sue = enter("Sue", f"/console/conversations/{story}")
    ana = enter("Ana", f"/console/conversations/{story}")
    ana.locator("#thread-head").get_by_test_id("claim").click()

    expect(sue.get_by_test_id("state")).to_contain_text("La lleva Ana")
    expect(sue.locator("#writing")).to_contain_text("La lleva Ana. Puedes dejarle una nota.")


def test_typed_text_survives_what_happens_meanwhile(enter: Callable[..., Page], database: Database, story: str) -> None:
    page = enter("Ana")
    page.get_by_test_id("claim").click()
    page.get_by_test_id("composer").get_by_role("textbox").fill("Estoy escribiendo")
    with database.work() as work:
        a_message(work, story, "¿Sigues ahí?", epoch=2)
        work.record(desks.a_line(story))
    expect(page.locator("#transcript")).to_contain_text("¿Sigues ahí?")

    expect(page.get_by_test_id("composer").get_by_role("textbox")).to_have_value("Estoy escribiendo")


def test_a_note_is_written_on_its_own_paper(enter: Callable[..., Page], database: Database, story: str) -> None:
    page = enter("Ana", f"/console/conversations/{story}")
    before = said(database, story)
    page.locator("#writing [data-mode-tab=note]:visible").click()
    page.get_by_test_id("note").get_by_role("textbox").fill("Ya llamé al transportista")
    page.get_by_test_id("note").get_by_role("button").click()

    expect(page.locator(".bubble--note")).to_contain_text("Ya llamé al transportista")
    assert said(database, story) == before


def test_single_keys_work_outside_of_fields(enter: Callable[..., Page], story: str) -> None:
    page = enter("Ana", f"/console/conversations/{story}")
    page.locator("#thread h1").click()
    page.keyboard.press("c")

    expect(page.get_by_test_id("composer").get_by_role("textbox")).to_be_focused()


@pytest.mark.parametrize(
    ("path", "shown", "hidden"),
    [("", "#list", "#thread"), ("/{story}", "#thread", "#list"), ("/{story}/panel", "#panel", "#thread")],
)
def test_a_phone_shows_one_screen_at_a_time(
    enter: Callable[..., Page], story: str, path: str, shown: str, hidden: str
) -> None:
    page = enter("Ana", "/console/conversations" + path.format(story=story), width=360)

    expect(page.locator(shown)).to_be_visible()
    expect(page.locator(hidden)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
