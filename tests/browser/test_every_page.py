"""Every page of the console as everybody can use it: axe finds nothing grave, nothing runs out of the side, one heading,
by day and by night, wide and on a phone; and in its own language. Pages are found by their routes, examples by links.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, ViewportSize

from console.blueprint import ROUTES
from console.route import Route
from console.words import LANGUAGES, load
from demo.seed import LOGINS
from tests.browser.test_console import browser  # noqa: F401 - a fixture
from tests.end_to_end.relevo import ROOT, Relevo

PIECES = ("/api/", ".svg", ".js", ".csv", ".pdf", ".zip", "/export", "/stream", "/media/", "/passwords/", "/invitations/")
GRAVE = ("serious", "critical")
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
NARROWEST = ViewportSize(width=360, height=780)
# Everything is looked at once; again what night and a narrow page may change.
NARROW = ["aria-hidden-focus", "button-name", "color-contrast", "label", "link-name", "scrollable-region-focusable", "target-size"]
LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"], list[str] | None], ...] = (
    (WIDE, "light", None), (WIDE, "dark", ["color-contrast"]), (PHONE, "dark", NARROW),
)
SHAPE = """() => ({
  headings: [...document.querySelectorAll('h1')].filter((one) => one.checkVisibility()).length,
  title: document.title, language: document.documentElement.lang,
  beyond: document.scrollingElement.scrollWidth - innerWidth,
})"""
AXE = """async (rules) => (await axe.run(document, {
  resultTypes: ['violations'], preload: false, ...(rules && { runOnly: { type: 'rule', values: rules } }),
})).violations.map((one) => [one.impact, one.id, one.nodes[0].html.slice(0, 160)])"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Relevo(tmp_path_factory.mktemp("pages")) as relevo:
        yield f"http://127.0.0.1:{relevo.port}"


@pytest.fixture(scope="module")
def ada(browser: Browser, base: str) -> Iterator[BrowserContext]:  # noqa: F811 - the fixture of this name
    """A browser of whoever may see every page."""
    context = browser.new_context(base_url=base, locale="es-ES", reduced_motion="reduce")
    login = next(login for login in LOGINS if login.person.role == "admin")
    page = context.new_page()
    page.goto("/console/login")
    page.get_by_test_id("login-email").fill(login.person.email)
    page.get_by_test_id("login-password").fill(login.password)
    page.get_by_test_id("login-submit").click()
    page.wait_for_url("**/console/conversations*")
    page.close()
    yield context
    context.close()


@pytest.fixture(scope="module")
def pages(ada: BrowserContext) -> dict[str, str]:
    """The address of every whole page, by the name of its route; parts to fill in come from links of other pages."""
    wanted = [route for route in ROUTES if "GET" in route.methods and not any(piece in route.rule for piece in PIECES)]
    found: dict[str, str] = {}
    links: set[str] = set()
    for route in sorted(wanted, key=lambda one: one.rule.count("<")):
        address = f"/console{route.rule}" if "<" not in route.rule else _example(route, links)
        text = _whole(ada.request, address)
        links |= {html.unescape(link).partition("?")[0] for link in re.findall(r'href="(/console/[^"#]*)', text)}
        found |= {route.endpoint: address} if text else {}
    return found


def _example(route: Route, links: set[str]) -> str:
    pattern = re.compile(r"/console" + re.sub(r"<[a-z_:]+>", "[^/]+", route.rule))
    plain = {f"/console{one.rule}" for one in ROUTES}
    guessed = (link + route.rule.rpartition(">")[2] for link in sorted(links))
    return next((link for link in (*sorted(links), *guessed) if pattern.fullmatch(link) and link not in plain), "")


def _whole(request: APIRequestContext, address: str) -> str:
    """The page, empty where this is a piece of one."""
    text = request.get(address).text() if address else ""
    return text if text.lstrip().lower().startswith("<!doctype html") else ""


def _faults(page: Page) -> Iterator[str]:
    shape = page.evaluate(SHAPE)
    if shape["headings"] != 1 or not shape["title"] or shape["language"] not in LANGUAGES:
        yield str(shape)
    page.evaluate(AXE_SCRIPT)
    for size, scheme, rules in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        grave = [found for found in page.evaluate(AXE, rules) if found[0] in GRAVE]
        yield from (f"{scheme} {size['width']}: {found}" for found in grave)
    for size in (PHONE, NARROWEST):
        page.set_viewport_size(size)
        if (beyond := page.evaluate(SHAPE)["beyond"]) > 0:
            yield f"{size['width']}: {beyond} pixels run out of the side"


@pytest.mark.timeout(300)
def test_every_page_can_be_used_by_everybody_by_day_and_by_night(ada: BrowserContext, pages: dict[str, str]) -> None:
    page, faults = ada.new_page(), {}
    for address in pages.values():
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        page.goto(address)
        faults[address] = list(_faults(page))

    assert {address: found for address, found in faults.items() if found} == {}
    assert len(pages) > 40


@pytest.mark.timeout(120)
@pytest.mark.parametrize("language", ["en", "pt"])
def test_no_page_says_a_word_in_another_language_than_hers(
    ada: BrowserContext, pages: dict[str, str], language: str
) -> None:
    own = load(language)
    theirs = {text for key, text in load("es").items() if isinstance(text, str) and _tells(text) and text != own[key]}
    said = (path.read_text(encoding="utf-8") for folder in ("flows", "demo") for path in (ROOT / folder).glob("*.yaml"))
    spoken = "\n".join((*said, *map(str, own.values())))
    foreign = sorted(text for text in theirs if text not in spoken)
    page = ada.new_page()
    page.goto("/console/me")
    page.get_by_test_id("me-language").select_option(language)
    page.get_by_test_id("me-save").click()
    page.wait_for_load_state()
    page.close()
    texts = {address: html.unescape(ada.request.get(address).text()) for address in pages.values()}

    assert {text.partition('lang="')[2][:2] for text in texts.values()} == {language}
    assert "\n".join(f"{address}: {left}" for address, text in texts.items() for left in foreign if left in text) == ""


def _tells(text: str) -> bool:
    """Whether it is long enough to be nothing else than itself, and has no blanks; times may stand in what people say."""
    return len(text) >= 12 and " " in text and not re.search(r"[{\d]", text)
