"""“No era motivo” in a real browser: one press and a second one, live for others, by key, on a telephone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from conversation.work import Database
from handoff import claims, desk
from handoff.tables import Ticket
from tests.browser.test_console import address, browser, database, enter  # noqa: F401  (fixtures)
from tests.builders import a_message, the_conversation
from tests.console import desks

PHONE = 390


@pytest.fixture
def angry(database: Database) -> str:  # noqa: F811
    """A conversation of four pieces of evidence, in Ana's hands."""
    with database.work() as work:
        conversation_id = desks.an_angry_story(work)
        query = select(Ticket.__table__.c.ticket_id).where(Ticket.__table__.c.conversation_id == conversation_id)
        claims.claim(work, work.connection.execute(query).scalar_one(), "agt_ana", 1)
    return conversation_id



def test_a_press_says_it_and_a_second_one_takes_it_back(
    enter: Callable[..., Page], angry: str  # noqa: F811
) -> None:
    page = enter("Ana", f"/console/conversations/{angry}")
    page.evaluate("window.samePage = true")
    page.get_by_test_id("verdict-not_a_reason").click()
    expect(page.get_by_test_id("verdict-not_a_reason")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("verdict-not_a_reason")).to_be_focused()

    page.get_by_test_id("verdict-not_a_reason").click()
    expect(page.get_by_test_id("verdict-not_a_reason")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.samePage") is True


def test_what_settles_meanwhile_does_not_take_the_focus(enter: Callable[..., Page], angry: str) -> None:  # noqa: F811
    page = enter("Ana", f"/console/conversations/{angry}")
    held: list[Route] = []
    page.route(lambda url: url.endswith("/verdict"), lambda route: held.append(route))
    page.get_by_test_id("verdict-not_a_reason").click()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:afterSettle', { bubbles: true }))")
    held[0].continue_()

    expect(page.get_by_test_id("verdict-not_a_reason")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("verdict-not_a_reason")).to_be_focused()


def test_a_colleague_sees_it_without_a_reload(enter: Callable[..., Page], angry: str) -> None:  # noqa: F811
    ana, sue = (enter(name, f"/console/conversations/{angry}") for name in ("Ana", "Sue"))
    expect(sue.get_by_test_id("verdict-not_a_reason")).to_have_attribute("aria-pressed", "false")
    ana.get_by_test_id("verdict-not_a_reason").click()

    expect(sue.get_by_test_id("verdict")).to_contain_text("Ana: no era motivo")
    expect(sue.locator("#transcript")).to_contain_text("Ana: no era motivo para pasar a una persona")


def test_a_key_presses_it_and_what_is_typed_stays_when_something_happens(
    enter: Callable[..., Page], database: Database, angry: str  # noqa: F811
) -> None:
    page = enter("Ana", f"/console/conversations/{angry}")
    page.keyboard.press("x")
    page.get_by_test_id("verdict-more").locator("summary").click()
    page.get_by_label("En pocas palabras").fill("era una broma")
    with database.work() as work:
        desk.heard(work, the_conversation(work, angry), a_message(work, angry, "¿Sigues ahí?", epoch=2))
        work.record(desks.a_line(angry))
    expect(page.locator("#transcript")).to_contain_text("¿Sigues ahí?")

    expect(page.get_by_label("En pocas palabras")).to_have_value("era una broma")
    page.get_by_test_id("verdict-save").click()
    expect(page.get_by_test_id("verdict")).to_contain_text("era una broma")


def test_pieces_are_chosen_on_a_telephone(enter: Callable[..., Page], angry: str) -> None:  # noqa: F811
    page = enter("Ana", f"/console/conversations/{angry}/panel", width=PHONE)
    page.goto(f"/console/conversations/{angry}/panel")
    page.get_by_test_id("verdict-not_a_reason").click()
    page.get_by_test_id("verdict-more").locator("summary").click()
    page.get_by_label("Usa palabras fuertes").check()
    page.get_by_test_id("verdict-save").click()
    expect(page.locator("#banner")).to_contain_text("Anotado")
    page.get_by_test_id("verdict-more").locator("summary").click()

    expect(page.get_by_label("Usa palabras fuertes")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_the_marked_letters_are_the_quotes(enter: Callable[..., Page], angry: str) -> None:  # noqa: F811
    page = enter("Ana", f"/console/conversations/{angry}")

    assert page.get_by_test_id("evidence").all_inner_texts() == ["Es una vergüenza", "sigo esperando"]
    assert page.locator("[data-cites~='2']").all_inner_texts() == ["vergüenza"]
