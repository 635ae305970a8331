"""Two people at one desk, a line that breaks, and a phone: what the screen says while things change under it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from conversation import outbox
from conversation.events import Outgoing
from conversation.work import Database
from handoff import desk, notices
from tests.browser.test_console import browser  # noqa: F401 - a fixture
from tests.browser.test_writing import database, enter, held  # noqa: F401 - fixtures
from tests.builders import a_message, the_conversation
from tests.console import desks

SMALL = """() => [...document.querySelectorAll('a[href], button, select, input:not([type=hidden]), textarea, summary')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !one.disabled
    && !one.closest('p, .bubble, .sr, .skip, label, .composer__tabs, .row__foot') && one.getBoundingClientRect().height > 1)
  .map((one) => [Math.round(one.getBoundingClientRect().height), one.outerHTML.slice(0, 110)]).filter(([high]) => high < 44)"""
# Chromium's “offline” leaves a stream that is open alone: the page cuts it itself.
KEEPS_STREAMS = """
window.streams = [];
window.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    window.streams.push(this);
    this.addEventListener("open", () => document.documentElement.dataset.stream = "open");
  }
};
"""


def test_who_was_slower_is_told_who_was_faster_and_the_row_changes_where_it_is(
    enter: Callable[..., Page], database: Database  # noqa: F811 - the fixtures of these names
) -> None:
    with database.work() as work:
        desks.a_story(work)
    ana, sue = enter("Ana"), enter("Sue")
    for page in (ana, sue):
        page.goto("/console/conversations?tab=queued")
    sue.route("**/console/list*", lambda route: route.abort())  # she looks at what was there before
    ana.get_by_test_id("claim").click()
    ana.wait_for_url("**/console/conversations/cnv_*")
    sue.evaluate("window.samePage = true")
    sue.get_by_test_id("claim").click()

    expect(sue.get_by_test_id("banner")).to_contain_text("Ana llegó antes")
    expect(sue.get_by_test_id("claim")).to_have_count(0)
    assert sue.evaluate("window.samePage") is True


def test_a_text_waits_where_a_colleague_answered_meanwhile(
    enter: Callable[..., Page], held: str, database: Database  # noqa: F811 - the fixtures of these names
) -> None:
    page = enter("Ana")
    page.goto(f"/console/conversations/{held}")
    page.route("**/fragment*", lambda route: route.abort())
    page.get_by_test_id("reply-text").fill("Sale mañana.")
    with database.work() as work:
        outbox.queue(work, held, Outgoing("Sale hoy.", author="agent"), "agt_sue")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_test_id("guard")).to_contain_text("Sale hoy.")
    expect(page.get_by_test_id("guard-back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("reply-text")).to_be_focused()
    expect(page.get_by_test_id("reply-text")).to_have_value("Sale mañana.")


def test_news_count_in_the_title_until_she_has_looked_and_cover_nothing(
    enter: Callable[..., Page], held: str, database: Database  # noqa: F811 - the fixtures of these names
) -> None:
    page = enter("Ana", viewport={"width": 390, "height": 844})
    page.clock.install()
    page.goto(f"/console/conversations/{held}")
    expect(page.get_by_test_id("composer")).to_be_visible()
    with database.work() as work:
        other = desks.held(work, "agt_ana", name="Rita Carvalho")[0]
        notices.add(work, "mentioned", ["agt_ana"], other, data={"by": "Sue", "text": "mira"})

    expect(page.get_by_test_id("notice").first).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(\d\) "))
    page.get_by_test_id("resolve").click(trial=True)
    page.get_by_test_id("send").click(trial=True)
    page.clock.fast_forward(4_000)  # what rang this moment was not read yet
    page.locator("#thread h1").click()
    expect(page.get_by_test_id("notice")).to_have_count(0)
    expect(page).not_to_have_title(re.compile(r"^\("))


def test_a_line_that_broke_is_said_and_nothing_is_missing_afterwards(
    enter: Callable[..., Page], held: str, database: Database  # noqa: F811 - the fixtures of these names
) -> None:
    page = enter("Ana")
    page.clock.install()
    page.add_init_script(KEEPS_STREAMS)
    page.goto(f"/console/conversations/{held}")
    expect(page.locator("html")).to_have_attribute("data-stream", "open")
    page.context.set_offline(True)
    page.evaluate("window.streams.forEach((one) => { one.close(); one.dispatchEvent(new Event('error')); })")
    page.clock.run_for(60_000)
    expect(page.locator("#offline")).to_be_visible()
    with database.work() as work:
        message = a_message(work, held, "¿Hola?", epoch=2)
        desk.heard(work, the_conversation(work, held), message)
        work.record(desks.a_line(held))
    page.context.set_offline(False)
    page.clock.run_for(30_000)

    expect(page.locator("#transcript")).to_contain_text("¿Hola?")
    expect(page.locator("#offline")).to_be_hidden()
    mended = page.locator("#transcript").inner_text()
    page.reload()
    assert page.locator("#transcript").inner_text() == mended


def test_a_phone_goes_from_list_to_conversation_to_panel_and_back(
    enter: Callable[..., Page], held: str  # noqa: F811 - the fixture of this name
) -> None:
    page = enter("Ana", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto("/console/conversations?tab=mine")
    assert page.evaluate(SMALL) == []
    page.get_by_test_id("row").click()
    expect(page.get_by_test_id("composer")).to_be_in_viewport()
    assert page.evaluate(SMALL) == []
    page.set_viewport_size({"width": 390, "height": 430})  # a keyboard took the rest
    expect(page.get_by_test_id("send")).to_be_in_viewport()
    page.get_by_test_id("to-panel").click()
    expect(page.get_by_test_id("card").first).to_be_visible()
    assert page.evaluate(SMALL) == []
    page.locator("#panel header a").first.click()
    page.get_by_test_id("back").click()

    expect(page).to_have_url(re.compile("/console/conversations(\\?|$)"))
    expect(page.get_by_test_id("row")).to_be_visible()


def test_news_that_come_late_leave_what_she_has_begun_to_write(
    enter: Callable[..., Page], database: Database  # noqa: F811 - the fixtures of these names
) -> None:
    with database.work() as work:
        story = desks.a_story(work)[0]
    page = enter("Ana")
    page.goto(f"/console/conversations/{story}")
    late: list[Route] = []
    page.route("**/fragment*", lambda route: late.append(route))  # what the page asked for before she had it comes after that
    with page.expect_request("**/fragment*"):
        page.evaluate("htmx.trigger(document.body, 'relevo:refresh')")
    page.locator("#thread-head").get_by_test_id("claim").click()
    page.get_by_test_id("reply-text").fill("Sale hoy.")
    with page.expect_response("**/fragment*"):
        late[0].continue_()

    expect(page.locator("#transcript")).to_contain_text("taken")
    expect(page.get_by_test_id("reply-text")).to_have_value("Sale hoy.")
