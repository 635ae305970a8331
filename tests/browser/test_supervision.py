"""The wall in a real browser: it stays fresh by itself and leaves an open menu alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from conversation.work import Database
from tests.browser.test_console import address, browser, database, enter, story  # noqa: F401 - fixtures
from tests.console import desks

WALL = "/console/supervision"


@pytest.fixture
def wall(enter: Callable[..., Page], story: str) -> Page:  # noqa: F811 - the fixture of this name
    return enter("Sue", WALL)


def test_a_new_wait_shows_without_a_reload_while_an_open_menu_stays(wall: Page, database: Database) -> None:  # noqa: F811
    expect(wall.get_by_test_id("wall-waiting")).to_contain_text("1 persona")
    menu = wall.locator("#tile-returns [data-testid=queue-menu]")
    menu.click()
    with database.work() as work:
        desks.a_story(work, "Rita", "orders")

    expect(wall.get_by_test_id("wall-waiting")).to_contain_text("2 personas")
    expect(wall.locator("#tile-returns [data-testid=pause-queue]")).to_be_visible()
