"""The demo as a newcomer meets it: ./run on an empty folder, then both sides of it in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright

from tests.browser.test_console import CHROMIUM, FLAGS, MISSING
from tests.end_to_end.relevo import Relevo, run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def relevo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relevo]:
    with Relevo(tmp_path_factory.mktemp("demo")) as relevo:
        yield relevo


@pytest.fixture
def page(browser: Browser, relevo: Relevo) -> Iterator[Page]:
    """The demo's page of a visitor in Bogotá, far from the shop's clocks."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/Bogota")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{relevo.port}/")
    yield page
    context.close()


def newest(page: Page) -> Locator:
    """The last bubble on the phone that did not come from it."""
    return page.locator("[data-testid=phone-message].said-to-me").last


def say(page: Page, words: str) -> None:
    page.get_by_test_id("phone-text").fill(words)
    page.get_by_test_id("phone-send").click()


def minutes_between(*bubbles: Locator) -> int:
    """By the clocks that stand in them, also around midnight."""
    first, second = (int(hour) * 60 + int(minute) for hour, minute in
                     (bubble.locator("time").inner_text().split(":") for bubble in bubbles))
    return min((first - second) % 1440, (second - first) % 1440)


def desk(page: Page) -> FrameLocator:
    return page.frame_locator("[data-testid=desk]")


@pytest.mark.timeout(240)  # six processes, one after the other, on a machine that may be busy
def test_marta_asks_gets_angry_meets_ana_and_is_back_with_the_bot(page: Page) -> None:
    side = desk(page)
    say(page, "Hola, ¿dónde está mi pedido AB-54321?")
    expect(page.get_by_test_id("phone")).to_contain_text("AB-54321 va con retraso desde el")

    say(page, "esto es una vergüenza, llevo una semana esperando")
    expect(side.get_by_test_id("state")).to_contain_text("En cola Envíos")
    expect(side.get_by_test_id("evidence")).to_have_text(["esto es una vergüenza", "llevo una semana esperando"])
    expect(newest(page)).to_contain_text("Te paso con una persona de Envíos")

    side.locator("#thread-head").get_by_test_id("claim").click()
    expect(newest(page)).to_contain_text("Hola, soy Ana, de Envíos")

    side.get_by_test_id("composer").get_by_role("textbox").fill("Lo reclamo hoy mismo, Marta.")
    side.get_by_test_id("send").click()
    expect(newest(page)).to_contain_text("Lo reclamo hoy mismo, Marta.")
    spoken = side.locator("[data-testid=message][data-author=agent]").last
    assert minutes_between(newest(page), spoken) <= 1  # it left some seconds after it was written

    side.get_by_test_id("return").click()
    expect(newest(page)).to_contain_text("Ana ha terminado. Sigo yo, el asistente")
    say(page, "¿y el AB-12345?")
    expect(page.get_by_test_id("phone")).to_contain_text("AB-12345 va en camino con Correos")


@pytest.mark.parametrize(
    ("language", "answer"), [("en", "CD-11111 was delivered on"), ("pt", "EF-11111 está a caminho com Correios")]
)
def test_the_suggested_question_is_answered_in_its_language(page: Page, language: str, answer: str) -> None:
    page.goto(f"{page.url}?lang={language}")
    page.get_by_test_id("try-order").click()

    expect(page.get_by_test_id("phone")).to_contain_text(answer)


def test_the_phone_works_without_javascript(browser: Browser, relevo: Relevo) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{relevo.port}/?lang=en")
    say(page, "hello")

    expect(newest(page)).to_contain_text("How can I help?")
    context.close()


def test_a_fresh_demo_has_forgotten_what_was_said(page: Page, relevo: Relevo) -> None:
    say(page, "hola")
    expect(newest(page)).to_be_visible()
    done = run(relevo.data_dir, "flask", "demo", "--fresh", PORT=str(relevo.port))

    expect(page.get_by_test_id("phone-message")).to_have_count(0)
    assert (done.returncode, done.stderr) == (0, "") and "ana@demo.example" in done.stdout
