"""The flow editor in a real browser: completion, an underlined error and its mend, the simulator, publishing that a
customer hears, the way back, and two people at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from conversation.work import Database
from orders import connector
from pipeline.answer import Bot
from pipeline.duty import Duty
from pipeline.intake import Intake
from pipeline.live_flows import open_flows
from pipeline.services import Services
from pipeline.turns import Writer
from tests.browser.serving import served
from tests.browser.test_console import browser, database, enter  # noqa: F401  (fixtures)
from tests.builders import HandClock
from tests.console import desks, flow_shops
from tests.pipeline.house import FLOWS, House

EDITOR = "/console/flows/parcel"
Enter = Callable[..., Page]


@pytest.fixture
def address(database: Database) -> Iterator[str]:  # noqa: F811
    """The console with a small shop's flows, served on loopback."""
    flow_shops.published(database)
    app: Flask = desks.an_app(database, flows=flow_shops.a_shop(database))
    with served(app) as address:
        yield address


@pytest.fixture
def sue(enter: Enter) -> Page:  # noqa: F811
    return at_editor(enter("Sue", EDITOR))


def at_editor(page: Page) -> Page:
    expect(page.locator(".cm-content")).to_be_visible()
    return page


def line(page: Page, text: str) -> None:
    """Put the cursor at the end of the line that has this text."""
    page.locator(".cm-line", has_text=text).first.click()
    page.keyboard.press("End")


def rewrite(page: Page, text: str) -> None:
    """Put another text in place of the whole one."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    expect(page.locator("#saved")).to_have_text("Guardado, sin publicar")


def rename(page: Page, title: str) -> None:
    line(page, "title:")
    page.keyboard.press("Shift+Home")
    page.keyboard.type(f"title: {title}")
    expect(page.locator("#saved")).to_have_text("Guardado, sin publicar")


def publish(page: Page, comment: str) -> None:
    page.get_by_test_id("to-publish").click()
    page.get_by_test_id("comment").fill(comment)
    page.get_by_test_id("publish").click()


def test_completion_offers_the_verb_with_what_it_does(sue: Page) -> None:
    sue.locator(".cm-content").click()
    sue.keyboard.press("Control+End")
    sue.keyboard.press("Shift+Home")
    sue.keyboard.type("  - han", delay=20)

    offered = sue.locator(".cm-tooltip-autocomplete li")
    expect(offered.first).to_have_text("handoff")
    expect(sue.locator(".cm-completionInfo")).to_have_text("Pasa la conversación a las personas de una cola")
    sue.keyboard.press("Tab")
    expect(sue.locator(".cm-line").last).to_have_text("  - handoff: ")


def test_names_of_the_shop_are_completed(sue: Page) -> None:
    line(sue, "handoff: orders")
    sue.keyboard.press("Control+Backspace")
    sue.keyboard.type("ret", delay=20)

    expect(sue.locator(".cm-tooltip-autocomplete li").first).to_have_text("returns")


def test_a_word_is_explained_under_the_pointer(sue: Page) -> None:
    sue.locator(".cm-line", has_text="lookup: orders.find").get_by_text("lookup").hover()

    expect(sue.locator(".cm-about")).to_have_text("Consulta un servicio, por ejemplo un pedido")


def test_an_error_is_underlined_at_its_line_until_it_is_mended(sue: Page) -> None:
    line(sue, "save: order_ref")
    sue.keyboard.type("f")
    expect(sue.locator(".cm-lintRange-error")).to_have_text("order_reff")
    expect(sue.get_by_test_id("findings")).to_contain_text("13:11")
    expect(sue.get_by_test_id("findings")).to_contain_text("¿quisiste decir “order_ref”?")
    sue.get_by_test_id("mend").click()

    expect(sue.locator(".cm-lintRange-error")).to_have_count(0)
    expect(sue.get_by_test_id("findings")).to_contain_text("Nada que corregir")


def test_the_simulator_answers_from_the_draft_and_shows_where_it_stands(sue: Page) -> None:
    rewrite(sue, flow_shops.PARCEL.replace("¿Me dices tu número de pedido?", "¿Qué número tiene?"))
    sue.locator("#sim-say").fill("mi paquete")
    sue.keyboard.press("Enter")
    expect(sue.get_by_test_id("sim")).to_contain_text("¿Qué número tiene?")

    expect(sue.locator(".cm-here").first).to_contain_text("ask")
    expect(sue.locator("#diagram .node--now")).to_contain_text("¿Qué número tiene?")
    sue.locator("#sim-say").fill("AB-12345")
    sue.keyboard.press("Enter")
    sue.get_by_test_id("sim").get_by_role("button", name="Una persona").click()
    expect(sue.get_by_test_id("sim")).to_contain_text("pasa a una persona de orders (asked)")


def test_what_is_typed_survives_a_reload(sue: Page) -> None:
    rename(sue, "Tu paquete")
    at_editor(sue).reload()

    expect(sue.locator(".cm-line", has_text="title: Tu paquete")).to_be_visible()


@pytest.fixture
def house(database: Database, address: str) -> Iterator[House]:  # noqa: F811
    """The pipeline behind the same database, with the flows that are live there."""
    made = House(database, HandClock(), connector("demo", {}), FLOWS)
    made.writer.stop()
    flows = open_flows(database, FLOWS.parent / "nothing")
    made.flows = flows  # type: ignore[attr-defined]
    services = Services(made.connector, "a secret of tests", lambda: made.clock.now().date())
    made.intake = Intake(Bot(flows, services, Duty().open_queues, library_for=flows.for_state))
    made.writer = Writer(database, made.intake, sweep_seconds=3600.0)
    yield made
    made.writer.stop()


def test_a_publication_is_what_the_next_customer_hears_and_can_be_taken_back(sue: Page, house: House) -> None:
    house.hear("mi paquete")
    assert "¿Me dices tu número de pedido?" in house.last()
    rewrite(sue, flow_shops.PARCEL.replace("¿Me dices tu número de pedido?", "¿Qué número tiene tu pedido?"))
    sue.get_by_test_id("to-publish").click()
    expect(sue.locator(".diff__added")).to_contain_text("¿Qué número tiene tu pedido?")
    expect(sue.locator(".diff__gone")).to_contain_text("¿Me dices tu número de pedido?")
    sue.get_by_test_id("comment").fill("Más corto")
    sue.get_by_test_id("publish").click()
    expect(sue.get_by_test_id("banner")).to_contain_text("La versión 2 está en vivo")

    assert hears(house, "+34600111333") == "¿Qué número tiene tu pedido?"
    sue.get_by_role("link", name="Volver a esta").click()
    sue.get_by_test_id("roll-back").click()
    expect(sue.get_by_test_id("banner")).to_contain_text("La versión 3 está en vivo")
    assert hears(house, "+34600111444") == "¿Me dices tu número de pedido?"


def hears(house: House, sender: str) -> str:
    """What a customer who asks now is asked, once the process has seen what is live."""
    house.flows.look(house.database)  # type: ignore[attr-defined]
    before = Counter(house.said())
    house.hear("mi paquete", sender)
    new = " ".join((Counter(house.said()) - before).elements())
    return next(said for said in ("¿Qué número tiene tu pedido?", "¿Me dices tu número de pedido?") if said in new)


def test_the_second_of_two_editors_is_told_and_keeps_her_text(sue: Page, enter: Enter, database: Database) -> None:  # noqa: F811
    with database.work() as work:
        desks.an_agent(work, "Tom", role="admin", password_hash=desks.PASSWORD_HASH)
    tom = at_editor(enter("Tom", EDITOR))
    line(tom, "retries: 1")
    tom.keyboard.press("Backspace")
    tom.keyboard.type("3")
    expect(tom.locator("#saved")).to_have_text("Guardado, sin publicar")
    tom.get_by_test_id("to-publish").click()
    tom.get_by_test_id("comment").fill("Más paciencia")
    rename(sue, "Tu paquete")
    publish(sue, "Otro título")
    expect(sue.get_by_test_id("banner")).to_contain_text("en vivo")
    tom.get_by_test_id("publish").click()

    expect(tom.get_by_test_id("trouble")).to_contain_text("Otra persona ha publicado mientras tanto")
    expect(tom.get_by_test_id("news")).to_contain_text("Sue")
    expect(tom.get_by_test_id("news")).to_contain_text("title: Tu paquete")
    tom.get_by_test_id("merge").click()
    tom.get_by_test_id("comment").fill("Más paciencia")
    tom.get_by_test_id("publish").click()
    expect(tom.get_by_test_id("banner")).to_contain_text("La versión 3 está en vivo")
    live = flow_shops.live_text(database, "parcel.yaml")
    assert "title: Tu paquete" in live and "retries: 3" in live


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:  # noqa: F811
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=address, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(EDITOR)
    page.get_by_test_id("login-email").fill("sue@example.com")
    page.get_by_test_id("login-password").fill(desks.PASSWORD)
    page.get_by_test_id("login-submit").click()
    yield page
    context.close()


def test_on_a_phone_the_text_is_a_plain_field_and_one_part_shows_at_a_time(phone: Page) -> None:
    expect(phone.locator("#flow-text")).to_be_visible()
    expect(phone.locator("#sim")).to_be_hidden()
    phone.get_by_role("link", name="Simulador").click()

    expect(phone.locator("#sim")).to_be_visible()
    expect(phone.locator("#flow-text")).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_a_script_the_text_is_checked_mended_and_published(browser: Browser, address: str) -> None:  # noqa: F811
    page = browser.new_context(base_url=address, java_script_enabled=False).new_page()
    page.goto(EDITOR)
    page.get_by_test_id("login-email").fill("sue@example.com")
    page.get_by_test_id("login-password").fill(desks.PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.locator("#flow-text").fill(flow_shops.PARCEL.replace("save: order_ref", "save: order_reff", 1))
    page.get_by_test_id("check").click()
    page.get_by_test_id("mend").click()
    page.locator("#flow-text").fill(page.locator("#flow-text").input_value().replace("Mi paquete", "Tu paquete"))
    page.get_by_test_id("check").click()
    page.locator("#sim-say").fill("mi paquete")
    page.get_by_role("button", name="Enviar", exact=True).click()
    expect(page.get_by_test_id("sim")).to_contain_text("¿Me dices tu número")
    publish(page, "Otro título")

    expect(page.get_by_test_id("banner")).to_contain_text("La versión 2 está en vivo")
    page.context.close()
