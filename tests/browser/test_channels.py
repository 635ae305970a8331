"""The page of channels in a real browser: it shows what a check finds without being reloaded, and reads well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert

from conversation import channel_health
from conversation.channel_health import Ours
from conversation.tables import ChannelHealth
from conversation.work import Database
from tests.browser.serving import served
from tests.browser.test_console import browser, database  # noqa: F401  (fixtures)
from tests.console import desks

KIND, NUMBER = "twilio-whatsapp", "+34600000002"
WRONG = {"theirs": "https://old.example/" + "very-long-path/" * 6, "ours": "https://chat.example.com/webhooks/twilio"}


@pytest.fixture
def address(database: Database) -> Iterator[str]:  # noqa: F811
    """The console with one channel, served on loopback."""
    app: Flask = desks.an_app(database, channels=(Ours(KIND, NUMBER, NUMBER),))
    with served(app) as address:
        yield address


@pytest.fixture
def sue(browser: Browser, address: str, database: Database) -> Iterator[Page]:  # noqa: F811
    now = database.wiring.now()
    with database.work() as work:
        work.connection.execute(insert(ChannelHealth.__table__).values(
            kind=KIND, account=NUMBER, failures=0, findings=[], check_due_at=now.replace(year=now.year + 1)))
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/console/login")
    page.fill("[name=email]", "sue@example.com")
    page.fill("[name=password]", desks.PASSWORD)
    page.click("form button")
    page.goto(f"{address}/console/channels")
    yield page
    context.close()


def test_a_check_shows_by_itself_what_it_found(sue: Page, database: Database) -> None:  # noqa: F811
    sue.get_by_text("Revisar ahora").click()
    expect(sue.get_by_text("Preguntando al proveedor…")).to_be_visible()
    now = database.wiring.now()
    with database.work() as work:
        found = {"check": "callback", "state": "bad", "text": "callback_wrong", "values": WRONG}
        channel_health.write_findings(work, KIND, NUMBER, [found])
        assert channel_health.claim_check(work, KIND, NUMBER, now.replace(year=now.year + 1))

    expect(sue.get_by_text("mal", exact=True)).to_be_visible()
    expect(sue.get_by_text("Preguntando al proveedor…")).to_have_count(0)


def test_long_addresses_do_not_widen_a_phone(sue: Page, database: Database) -> None:  # noqa: F811
    with database.work() as work:
        found = {"check": "callback", "state": "bad", "text": "callback_wrong", "values": WRONG}
        channel_health.write_findings(work, KIND, NUMBER, [found])
    sue.reload()

    assert sue.evaluate("document.querySelector('.page').scrollWidth <= document.querySelector('.page').clientWidth")
