"""The phone with its script, in a real browser: sends without loading, shows answers by itself, ticks its tries."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from demo.phone import Phone, blueprint
from demo.progress import Desk
from demo.provider_client import ProviderClient
from tests.demo.conftest import OURS, post_message
from tests.demo.receiver import Receiver
from tests.providers.twilio import TwilioStandIn

MISSING = "There is no Chromium on this machine: apt-get install chromium"
STYLES = str(Path(__file__).parents[2] / "console" / "static")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with Receiver() as receiver, TwilioStandIn(webhook_url=receiver.url) as standin:
        yield standin


@pytest.fixture
def desk() -> dict[str, Desk]:
    """What the desk has now, to be changed by a test."""
    return {"now": Desk()}


@pytest.fixture
def address(twilio: TwilioStandIn, desk: dict[str, Desk]) -> Iterator[str]:
    app = Flask("demo in a browser", static_folder=STYLES, static_url_path="/console/static")
    phone = Phone(ProviderClient(twilio.url, OURS), lambda number: desk["now"], lambda *who: None)
    app.register_blueprint(blueprint(phone))
    app.add_url_rule("/console/conversations", "list", lambda: "<p>the list</p>")
    app.add_url_rule("/console/conversations/<name>", "one", lambda name: f"<p>the talk {name}</p>")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def test_what_is_typed_appears_without_loading_the_page(page: Page) -> None:
    page.evaluate("window.kept = true")
    page.get_by_test_id("phone-text").fill("hola")
    page.get_by_test_id("phone-send").click()

    expect(page.get_by_test_id("phone-message")).to_contain_text("hola")
    assert page.evaluate("window.kept") is True


def test_an_answer_appears_by_itself(page: Page, twilio: TwilioStandIn) -> None:
    post_message(twilio, "¿Qué tal?")

    expect(page.get_by_test_id("phone-message")).to_contain_text("¿Qué tal?")


def test_a_tap_on_an_option_sends_its_number(page: Page, twilio: TwilioStandIn) -> None:
    post_message(twilio, "¿Qué?\n1. Esperar\n2. Una persona")
    page.get_by_test_id("phone-key").nth(1).click()

    assert twilio.wait_for_reports(1)[-1].fields["Body"] == "2"


def test_a_try_says_its_words_and_is_ticked_when_they_were_answered(page: Page, twilio: TwilioStandIn) -> None:
    page.get_by_test_id("try-order").click()
    expect(page.get_by_test_id("phone-message")).to_contain_text("AB-54321")
    post_message(twilio, "En Zaragoza")

    expect(page.get_by_test_id("try-order")).to_contain_text("Hecho")


def test_the_desk_shows_her_conversation_once_she_is_with_people(page: Page, desk: dict[str, Desk]) -> None:
    expect(page.frame_locator("iframe").get_by_text("the list")).to_be_visible()
    desk["now"] = Desk("cnv_1", "queued", was_angry=True)

    expect(page.frame_locator("iframe").get_by_text("the talk cnv_1")).to_be_visible()


def test_nothing_is_wider_than_a_small_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})

    assert page.evaluate("document.documentElement.scrollWidth") == 360
