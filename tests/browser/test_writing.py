"""Writing in a real browser: drafts, saved replies with gaps, undo, two agents on one screen, keys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conversation.work import Database
from handoff import access, saved_replies
from handoff.saved_replies import Wording
from tests.browser.serving import served
from tests.browser.test_console import CHROMIUM, FLAGS, MISSING
from tests.builders import Bell, a_wiring
from tests.builders import HandClock as Clock
from tests.console import desks


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
        sue = access.viewer(work.connection, "agt_sue")
        texts = {"es": "{name}, sale hoy y llega entre las [[hora desde]] y las [[hora hasta]].",
                 "pt": "{name}, sai hoje e chega entre [[das]] e [[até]]."}
        saved_replies.add(work, sue, Wording("Nueva hora de entrega", texts, "entrega"))
        saved_replies.add(work, sue, Wording("Recogida en tienda", {"es": "Puedes recogerlo en la tienda."}, "tienda"))
    yield made
    made.close()


@pytest.fixture
def enter(browser: Browser, database: Database) -> Iterator[Callable[..., Page]]:
    """A page of this agent on the conversation."""
    app = desks.an_app(database, undo_seconds=5.0)
    contexts = []
    with served(app) as address:
        def open_page(name: str, **options: object) -> Page:
            context = browser.new_context(base_url=address, **options)
            contexts.append(context)
            client = desks.enter(app, name)
            cookie = client.get_cookie("relevo")
            context.add_cookies([{"name": "relevo", "value": cookie.value, "url": address}])
            return context.new_page()

        yield open_page
        for context in contexts:
            context.close()


@pytest.fixture
def held(database: Database) -> str:
    with database.work() as work:
        return desks.held(work, "agt_ana")[0]


def test_a_saved_reply_is_filled_in_sent_and_called_back(enter: Callable[..., Page], held: str) -> None:
    page = enter("Ana")
    page.goto(f"/console/conversations/{held}")
    field = page.get_by_test_id("reply-text")
    field.press("/")
    page.get_by_test_id("saved-query").press_sequentially("entrega")
    expect(page.get_by_test_id("saved-option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(field).to_have_value("Marta, sale hoy y llega entre las [[hora desde]] y las [[hora hasta]].")
    expect(page.get_by_test_id("send")).to_have_attribute("aria-disabled", "true")
    field.fill("Marta, llega entre las 3 y las 5.")
    expect(page.get_by_test_id("send")).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("undo").click()

    expect(field).to_have_value("Marta, llega entre las 3 y las 5.")


def test_two_agents_on_one_screen_see_each_other_type(enter: Callable[..., Page], held: str) -> None:
    ana, sue = enter("Ana"), enter("Sue")
    ana.clock.install()
    for page in (ana, sue):
        page.goto(f"/console/conversations/{held}")
    expect(ana.get_by_test_id("status")).to_contain_text("Sue está mirando")
    ana.clock.fast_forward(3_100)  # a page tells at most every three seconds that somebody types
    ana.get_by_test_id("reply-text").press_sequentially("Hola")

    expect(sue.get_by_test_id("status")).to_contain_text("Ana está escribiendo")


def test_what_a_menu_did_is_seen_without_news(enter: Callable[..., Page], held: str) -> None:
    page = enter("Ana")
    page.route("**/stream*", lambda route: route.abort())
    page.goto(f"/console/conversations/{held}")
    page.get_by_test_id("snooze").click()
    page.get_by_test_id("snooze-1h").click()

    expect(page.get_by_test_id("state")).to_contain_text("pospuesta hasta")


def test_keys_reach_everything_and_can_be_switched_off(enter: Callable[..., Page], held: str) -> None:
    page = enter("Ana")
    page.goto(f"/console/conversations/{held}")
    page.keyboard.press("s")
    expect(page.get_by_test_id("snooze-1h")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("command-query")).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur(), document.body.dataset.singleKeys = '0'")
    page.keyboard.press("?")

    expect(page.get_by_test_id("keys")).to_be_hidden()
