"""The page of the readings in a real browser: marks appear while she types, a policy is tried and then applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from console import policy_form
from conversation.work import Database
from tests.browser.serving import served
from tests.browser.test_console import browser, database, enter  # noqa: F401  (fixtures)
from tests.builders import a_conversation, a_message
from tests.console import desks, flow_shops

PAGE = "/console/understanding"
POLICY = 'frustration: {high: "1", low: "0.95", severe: "1"}\n'
ANGRY = "esto es una vergüenza"
Enter = Callable[..., Page]


@pytest.fixture
def address(database: Database) -> Iterator[str]:  # noqa: F811
    """The console with a policy that hardly ever hands over, served on loopback."""
    flow_shops.published(database, {**flow_shops.FILES, policy_form.FILE: POLICY})
    with database.work() as work:
        a_message(work, a_conversation(work, "Rita Lopes"), ANGRY)
    app: Flask = desks.an_app(database, flows=flow_shops.a_shop(database))
    with served(app) as address:
        yield address


@pytest.fixture
def sue(enter: Enter) -> Page:  # noqa: F811
    return enter("Sue", PAGE)


def lower(page: Page, high: str, low: str) -> None:
    page.locator("[id='f-frustration.high']").fill(high)
    page.locator("[id='f-frustration.low']").fill(low)


def test_what_is_seen_appears_while_she_types(sue: Page) -> None:
    sue.get_by_test_id("see-text").press_sequentially("quiero hablar con una persona")

    expect(sue.get_by_test_id("marked").locator("mark")).to_have_text("quiero hablar con una persona")
    expect(sue.get_by_test_id("verdict")).to_contain_text("Pasaría a una persona")
    expect(sue.get_by_test_id("see-text")).to_be_focused()


def test_a_talk_grows_line_by_line(sue: Page) -> None:
    sue.get_by_test_id("see-text").fill("hola\nbot: ?\n¿hola?")

    expect(sue.get_by_test_id("turn")).to_have_count(2)
    expect(sue.locator(".growth__bar")).to_have_count(2)


def test_the_page_is_walked_with_the_keyboard(sue: Page) -> None:
    sue.get_by_test_id("see-text").focus()
    for _ in range(4):
        sue.keyboard.press("Tab")

    expect(sue.get_by_test_id("see")).to_be_focused()


def test_thresholds_are_tried_and_then_applied(sue: Page, database: Database) -> None:  # noqa: F811
    lower(sue, "0.3", "0.2")
    sue.get_by_test_id("try-policy").click()
    expect(sue.get_by_test_id("list-new")).to_contain_text("Rita Lopes")
    assert flow_shops.live_text(database, policy_form.FILE) == POLICY

    sue.get_by_test_id("comment").fill("más atentos")
    sue.get_by_test_id("apply").click()
    expect(sue.get_by_test_id("banner")).to_contain_text("Aplicado")
    assert flow_shops.live_text(database, policy_form.FILE) == 'frustration: {high: "0.3", low: "0.2", severe: "1"}\n'


def test_numbers_that_contradict_each_other_say_so(sue: Page) -> None:
    lower(sue, "0.2", "0.3")
    sue.get_by_test_id("try-policy").click()

    expect(sue.get_by_test_id("trouble")).to_contain_text("no puede ser mayor que")


def test_without_a_script_everything_works_as_well(browser: Browser, address: str) -> None:  # noqa: F811
    page = browser.new_context(java_script_enabled=False, base_url=address).new_page()
    page.goto(PAGE)
    page.get_by_test_id("login-email").fill("sue@example.com")
    page.get_by_test_id("login-password").fill(desks.PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("see-text").fill(ANGRY)
    page.get_by_test_id("see").click()
    expect(page.get_by_test_id("marked")).to_contain_text(ANGRY)

    lower(page, "0.3", "0.2")
    page.get_by_test_id("try-policy").click()
    expect(page.get_by_test_id("list-new")).to_contain_text("Rita Lopes")
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_page(enter: Enter, width: int) -> None:  # noqa: F811
    page = enter("Sue", PAGE, width=width)
    page.get_by_test_id("see-text").fill(f"{ANGRY}\n" + "a" * 200)
    expect(page.get_by_test_id("turn")).to_have_count(2)

    assert page.evaluate("document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth")
