"""An agent's day without a mouse: every step by keys, with the focus where one goes on, and in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

from conversation.work import Database
from tests.browser.test_console import browser  # noqa: F401 - a fixture
from tests.browser.test_every_page import AXE, GRAVE
from tests.browser.test_writing import database, enter, held  # noqa: F401 - fixtures
from tests.console import desks
from tests.console.test_finding import indexed

RING = """one => { const shown = (node) => getComputedStyle(node);
  return [one, one.closest('.composer, .picker__find, .row')].some((node) => node
    && (parseFloat(shown(node).outlineWidth) >= 2 && shown(node).outlineStyle !== 'none'
        || shown(node).boxShadow !== 'none')) }"""


def reached(page: Page, testid: str) -> Locator:
    """What has the focus now; it is this, and one sees that it is."""
    one = page.get_by_test_id(testid).and_(page.locator(":focus"))
    expect(one).to_be_focused()
    assert one.evaluate(RING), f"{testid} has the focus, and nothing shows it"
    return one


def grave(page: Page) -> list[list[str]]:
    """What axe finds with this open."""
    page.evaluate(AXE_SCRIPT)
    return [found for found in page.evaluate(AXE, None) if found[0] in GRAVE]


def tab_to(page: Page, testid: str) -> None:
    """On with the tab key until this has the focus; a page has fewer than sixty stops."""
    for _ in range(60):
        if page.evaluate("document.activeElement.dataset.testid") == testid:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the tab key never comes to {testid}")


@pytest.mark.timeout(120)
def test_an_agent_works_a_whole_conversation_by_keys(enter: Callable[..., Page], database: Database) -> None:  # noqa: F811
    with database.work() as work:
        desks.a_story(work)
    page = enter("Ana")
    press = page.keyboard.press
    page.goto("/console/conversations?tab=all")
    for key in ("g", "q"):
        press(key)
    page.wait_for_url("**tab=queued*")
    press("j")
    reached(page, "row")
    press("Enter")
    page.wait_for_url("**/console/conversations/cnv_*")

    press("c")
    expect(page.get_by_test_id("state")).to_contain_text("La llevas tú")
    reached(page, "reply-text")
    page.keyboard.type("Sale hoy.")
    press("Control+Enter")
    expect(page.locator("[data-testid=message][data-author=agent]")).to_contain_text("Sale hoy.")
    expect(page.get_by_test_id("reply-text")).to_have_value("")
    reached(page, "reply-text")

    press("/")
    reached(page, "saved-query")
    page.keyboard.type("tienda")
    press("Enter")  # at once: what is listed does not answer this yet
    expect(page.get_by_test_id("reply-text")).to_have_value("Puedes recogerlo en la tienda.")
    reached(page, "reply-text").fill("")

    press("Escape")
    press("n")
    reached(page, "note-text")
    page.keyboard.type("Llamé a Veloz24")
    press("Control+Enter")
    expect(page.locator(".bubble--note")).to_contain_text("Llamé a Veloz24")
    reached(page, "note-text")

    press("Escape")
    press("t")
    reached(page, "transfer-to").select_option("queue:returns")
    tab_to(page, "transfer-note")
    page.keyboard.type("no")
    press("Escape")
    reached(page, "transfer")
    press("s")
    reached(page, "snooze-1h")
    press("Enter")
    expect(page.get_by_test_id("state")).to_contain_text("pospuesta hasta")
    press("e")
    expect(page.get_by_test_id("state")).to_contain_text("Resuelta")


@pytest.mark.timeout(120)
def test_the_command_bar_the_search_and_the_keys_open_and_give_the_focus_back(
    enter: Callable[..., Page], held: str, database: Database  # noqa: F811 - the fixtures of these names
) -> None:
    indexed(database)
    page = enter("Ana")
    press = page.keyboard.press
    page.goto(f"/console/conversations/{held}")
    press("n")
    press("Control+k")
    reached(page, "command-query")
    expect(page.get_by_test_id("command-option").first).to_have_attribute("aria-selected", "true")
    assert grave(page) == []
    press("Escape")
    reached(page, "note-text")
    press("Escape")
    press("?")
    expect(page.get_by_test_id("keys")).to_be_visible()
    assert grave(page) == []
    press("Escape")
    expect(page.get_by_test_id("keys")).to_be_hidden()
    press("r")
    reached(page, "reply-text")
    press("/")
    reached(page, "saved-query")
    assert grave(page) == []
    press("Escape")
    reached(page, "reply-text")
    press("Control+k")
    page.keyboard.type("marta")
    expect(page.get_by_test_id("command-option")).to_have_count(2)
    press("ArrowDown")
    press("Enter")
    page.wait_for_url("**/console/search?q=marta*")
    tab_to(page, "found-open")
    press("Enter")
    page.wait_for_url(f"**/{held}*")


def test_single_keys_are_letters_inside_of_fields_and_off_by_her_setting(
    enter: Callable[..., Page], held: str  # noqa: F811 - the fixture of this name
) -> None:
    page = enter("Ana")
    page.goto(f"/console/conversations/{held}")
    page.keyboard.press("r")
    page.keyboard.type("encb?")
    expect(page.get_by_test_id("reply-text")).to_have_value("encb?")
    expect(page.get_by_test_id("state")).to_contain_text("La llevas tú")
    page.goto("/console/me")
    page.get_by_test_id("me-single_keys").uncheck()
    page.get_by_test_id("me-save").click()
    page.wait_for_load_state()
    page.goto(f"/console/conversations/{held}")
    page.locator("#thread h1").click()
    page.keyboard.press("n")

    expect(page.get_by_test_id("note-text")).to_be_hidden()
