"""The list in a browser: it holds still under the pointer, and all of it works without a script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conversation.work import Database
from tests.browser.serving import served
from tests.browser.test_console import browser  # noqa: F401 - a fixture
from tests.builders import Bell, HandClock, a_wiring
from tests.console import desks


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'relevo.db')}", a_wiring(HandClock(), Bell()))
    with made.work() as work:
        desks.people(work)
        desks.a_story(work)
    yield made
    made.close()


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    with served(desks.an_app(database)) as address:
        yield address


def log_in(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    page.get_by_test_id("login-email").fill("ana@example.com")
    page.get_by_test_id("login-password").fill(desks.PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.wait_for_load_state()
    return page


def test_the_list_holds_still_under_the_pointer(browser: Browser, address: str, database: Database) -> None:  # noqa: F811
    with browser.new_context(base_url=address) as context:
        page = log_in(context, "/console/conversations?tab=queued")
        page.get_by_test_id("row").hover()
        with database.work() as work:
            desks.a_story(work, "Rita Carvalho")

        expect(page.get_by_test_id("fresh")).to_contain_text("1 conversación nueva")
        expect(page.get_by_test_id("row")).to_have_count(1)
        page.get_by_test_id("fresh").click()
        expect(page.get_by_test_id("row")).to_have_count(2)


def test_many_are_tagged_and_filtered_without_a_script(browser: Browser, address: str) -> None:  # noqa: F811
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = log_in(context, "/console/conversations?tab=queued")
        page.get_by_test_id("bulk").click()
        page.get_by_test_id("pick").check()
        page.locator("#bulk-do").select_option("tag")
        page.locator("#bulk-form [name=text]").fill("prisa")
        page.get_by_test_id("bulk-run").click()

        expect(page.get_by_test_id("banner")).to_contain_text("1 hecha")
        page.goto("/console/conversations?tab=queued&tag=prisa")
        expect(page.get_by_test_id("tag")).to_have_text("prisa")
