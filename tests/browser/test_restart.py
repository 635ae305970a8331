"""The server itself goes and comes back under an open console, as at a deploy: nothing is missing afterwards."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection

import pytest
from playwright.sync_api import Browser, Page, expect

from conversation.work import Database
from handoff import desk
from tests.browser.serving import served
from tests.browser.test_console import browser  # noqa: F401 - a fixture
from tests.browser.test_writing import database, held  # noqa: F401 - fixtures
from tests.builders import Bell, HandClock, a_message, a_wiring, the_conversation
from tests.console import desks

PATIENCE_MS = 60_000  # a process begins anew while others use the machine
SHOWN = "#transcript, #list-rows, #nav"

Server = Callable[[int], str]


def serve(url: str, port: int, ready: Connection) -> None:
    """A process of its own: the console on this database and port, until it is killed."""
    with served(desks.an_app(Database(url, a_wiring(HandClock(), Bell()))), port) as address:
        ready.send(address)
        ready.poll(None)  # until the tests are gone


@pytest.fixture
def server(database: Database) -> Iterator[Callable[..., tuple[str, Callable[[], None]]]]:  # noqa: F811
    """Starts one; returns its address and what kills it, streams and all."""
    with ExitStack() as started:
        def start(port: int = 0) -> tuple[str, Callable[[], None]]:
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.get_context("spawn").Process(
                target=serve, args=(str(database.engine.url), port, theirs), daemon=True)
            process.start()
            started.callback(ours.close)
            started.callback(process.join)
            started.callback(process.kill)
            return ours.recv(), lambda: (process.kill(), process.join())[1]

        yield start


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811 - the fixture of this name
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.mark.timeout(240)  # two servers begin anew
def test_what_happened_while_the_server_was_away_is_there_when_it_is_back(
    server: Callable[..., tuple[str, Callable[[], None]]], page: Page, held: str, database: Database  # noqa: F811
) -> None:
    address, kill = server()
    cookie = desks.enter(desks.an_app(database), "Ana").get_cookie("relevo")
    page.context.add_cookies([{"name": "relevo", "value": cookie.value if cookie else "", "url": address}])
    page.clock.install()
    with page.expect_response("**/console/stream*"):
        page.goto(f"{address}/console/conversations/{held}")
    kill()
    page.clock.run_for(40_000)
    expect(page.get_by_test_id("offline")).to_be_visible()

    with database.work() as work:
        desk.heard(work, the_conversation(work, held), a_message(work, held, "¿Hola?", epoch=2))
        work.record(desks.a_line(held))
        desks.a_story(work, "Rita")
    server(int(address.rpartition(":")[2]))
    page.clock.run_for(40_000)

    expect(page.locator("#transcript")).to_contain_text("¿Hola?", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("offline")).to_be_hidden(timeout=PATIENCE_MS)
    expect(page.locator("#list-rows")).to_contain_text("Rita", timeout=PATIENCE_MS)
    mended = page.locator(SHOWN).all_inner_texts()
    page.reload()
    assert page.locator(SHOWN).all_inner_texts() == mended
