"""A working day without a script: an agent, a supervisor and an admin, by plain forms alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from conversation.work import Database
from tests.browser.test_console import browser  # noqa: F401 - a fixture
from tests.browser.test_writing import database, enter, held  # noqa: F401 - fixtures
from tests.builders import an_agent
from tests.console import desks
from tests.console.test_finding import indexed


@pytest.fixture
def plain(enter: Callable[..., Page]) -> Callable[[str], Page]:  # noqa: F811 - the fixture of this name
    return partial(enter, java_script_enabled=False)


def opened(page: Page | Locator, menu: str, testid: str) -> None:
    """A menu is a <details>: its summary opens it without a script."""
    page.get_by_test_id(menu).click()
    page.get_by_test_id(testid).click()


def test_the_day_of_an_agent(plain: Callable[[str], Page], database: Database) -> None:  # noqa: F811
    with database.work() as work:
        desks.a_story(work)
    page = plain("Ana")
    page.goto("/console/conversations?tab=queued")
    page.get_by_test_id("row").click()
    page.locator("#thread-head").get_by_test_id("claim").click()
    expect(page.get_by_test_id("state")).to_contain_text("La llevas tú")

    page.get_by_test_id("reply-text").fill("Lo miro")
    page.get_by_test_id("save-draft").click()
    expect(page.get_by_test_id("reply-text")).to_have_value("Lo miro")
    page.get_by_test_id("saved-replies").click()
    page.get_by_test_id("saved-query").fill("tienda")
    page.keyboard.press("Enter")
    page.get_by_test_id("saved-option").click()
    expect(page.get_by_test_id("reply-text")).to_have_value("Puedes recogerlo en la tienda.")
    page.get_by_test_id("send").click()
    expect(page.locator("[data-testid=message][data-author=agent]").last).to_contain_text("en la tienda")

    page.locator("[data-mode-tab=note]:visible").click()
    page.get_by_test_id("note-text").fill("Viene el martes")
    page.get_by_test_id("save-note").click()
    expect(page.locator(".bubble--note")).to_contain_text("Viene el martes")
    expect(page.get_by_test_id("note-text")).to_be_visible()

    page.get_by_test_id("verdict-not_a_reason").click()
    page.get_by_test_id("transfer").click()
    page.get_by_test_id("transfer-to").select_option("queue:returns")
    page.get_by_test_id("transfer-note").fill("Es una devolución")
    page.get_by_test_id("transfer-send").click()
    expect(page.get_by_test_id("banner")).to_contain_text("Devoluciones")


def test_laying_aside_resolving_and_finding_again(plain: Callable[[str], Page], held: str, database: Database) -> None:  # noqa: F811
    page = plain("Ana")
    page.goto(f"/console/conversations/{held}")
    opened(page, "snooze", "snooze-1h")
    expect(page.get_by_test_id("state")).to_contain_text("pospuesta hasta")
    page.get_by_test_id("resolve").click()
    expect(page.get_by_test_id("state")).to_contain_text("Resuelta")
    indexed(database)
    page.goto("/console/search")
    page.locator("main [name=q]").fill("AB-54321")
    page.keyboard.press("Enter")
    page.get_by_test_id("found-open").first.click()

    expect(page.locator("#thread h1")).to_contain_text("Marta")


def test_the_day_of_a_supervisor(plain: Callable[[str], Page], database: Database) -> None:  # noqa: F811
    with database.work() as work:
        desks.a_story(work)
    page = plain("Sue")
    page.goto("/console/supervision")
    opened(page.locator("#tile-orders"), "queue-menu", "pause-queue")
    expect(page.locator("#tile-orders")).to_contain_text("pausa")
    page.goto("/console/conversations?tab=all")
    page.get_by_test_id("row").click()
    page.locator("#menu-more > summary").click()
    page.get_by_test_id("assign-to").select_option("agent:agt_ana")
    page.get_by_test_id("assign").click()
    expect(page.get_by_test_id("state")).to_contain_text("La lleva Ana")
    page.locator("#menu-more > summary").click()
    page.get_by_test_id("whisper-text").fill("Ofrécele el portes gratis")
    page.get_by_test_id("whisper").click()

    expect(page.locator(".bubble--note")).to_contain_text("portes gratis")


def test_the_day_of_an_admin(plain: Callable[[str], Page], database: Database) -> None:  # noqa: F811
    with database.work() as work:
        an_agent(work, "Ada", (), role="admin", password_hash=desks.PASSWORD_HASH)
    page = plain("Ada")
    page.goto("/console/admin/queues/orders")
    page.locator("main [name=promise_minutes]").fill("25")
    page.get_by_test_id("queue-form").get_by_role("button").last.click()
    expect(page.get_by_test_id("banner")).to_be_visible()
    page.goto("/console/admin/skills")
    page.locator("main [name=skill_id]").last.fill("roturas")
    page.locator("main [name=title_es]").last.fill("Roturas")
    page.locator("main [name=title_en]").last.fill("Breakages")
    page.locator("main [name=title_pt]").last.fill("Avarias")
    page.locator("main form:has([name=skill_id]) button").last.click()
    expect(page.get_by_test_id("skill-roturas")).to_be_visible()
    page.goto("/console/admin/queues/orders")

    expect(page.locator("main [name=promise_minutes]")).to_have_value("25")
