"""What is pictured: every page of the console by its route, and the states a page can be in.

A page without a part to fill in is found by itself; one with such a part says where a link to it stands (LINKED). What
is no page says why not (NO_PAGE). tests/demo/test_pictures.py holds that each address that is read is in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.blueprint import ROUTES

if TYPE_CHECKING:
    from playwright.sync_api import Page

FRAGMENT, FILE, TWIN, MOVED = "a piece of a page", "a file", "JSON", "moves on to a page"
NO_PAGE = {
    "front": MOVED, "login_code": MOVED, "login_setup": MOVED, "saved_one": MOVED, "list_fragment": FRAGMENT,
    "thread_fragment": FRAGMENT, "counts_fragment": FRAGMENT, "nav_fragment": FRAGMENT, "viewers": FRAGMENT, "status_line": FRAGMENT,
    "targets": FRAGMENT, "notices": FRAGMENT, "commands": FRAGMENT, "manifest": FILE,
    "export_audit": FILE, "export_replies": FILE, "report_file": FILE, "incident_pdf": FILE, "incident_zip": FILE, "incident_file": FILE, "sprite": FILE, "service_worker": FILE,
    "media_file": FILE, "media_thumb": FILE, "second_factor_square": FILE, "stream": "does not end",
}
# endpoint: (the page a link to it stands on, how the link begins, what its address must not hold, who looks)
LINKED = {
    "conversation": ("/console/conversations?tab=mine", "/console/conversations/cnv_", "", "ana"),
    "contact": ("{conversation}", "/console/contacts/", "", "ana"),
    "admin_agent": ("/console/admin/agents", "/console/admin/agents/", "", "boss"),
    "admin_hook": ("/console/admin/hooks", "/console/admin/hooks/", "", "boss"),
    "admin_queue_hours": ("/console/admin/hours", "/console/admin/hours/", "", "boss"),
    "admin_queue": ("/console/admin/queues", "/console/admin/queues/", "", "boss"),
    "admin_reply": ("/console/admin/replies", "/console/admin/replies/svr_", "", "boss"),
    "admin_text": ("/console/admin/texts", "/console/admin/texts/", "", "boss"),
    "incident": ("/console/incidents", "/console/incidents/inc_", "/pack", "boss"),
    "news_group": ("/console/news", "/console/news/", "/area", "boss"),
    "flow_set": ("/console/flow-changes", "/console/flow-sets/", "", "boss"),
}
# landmark: (who finds it, in which tab, whose conversation it is); the people are those of demo/stories.yaml
TOLD = {
    "failed": ("ana", "mine", "Álvaro Núñez"), "overtaken": ("ana", "mine", "João Gonçalves"),
    "closed": ("ana", "snoozed", "Nuria Vázquez"), "photo": ("ana", "mine", "Oliver O'Neill"),
    "late": ("boss", "queued", "Malena Agüero"),
}
SILENCE_MS = 31_000
# endpoint: the address, where nothing has to be looked for
KNOWN = {
    "news_area": ("/console/news/area?carrier=SEUR&region=Madrid,+Zaragoza", "boss"),
    "conversations": ("/console/conversations?tab=mine", "ana"),
    "flow": ("/console/flows/order_status", "boss"), "panel": ("{conversation}/panel", "ana"),
    "new_incident": ("{conversation}/incidents/new", "ana"), "order_form": ("{conversation}/order-actions/refund", "ana"), "saved_list": ("{conversation}/saved-replies", "ana"), "invitation": ("/console/invitations/gone", "nobody"),
    "password_link": ("/console/passwords/gone", "nobody"),
}


def _picking(page: Page) -> None:
    """Somebody types a stroke into an empty message, and the saved replies come up."""
    page.get_by_test_id("reply-text").press_sequentially("/")
    page.get_by_test_id("saved-option").first.wait_for()


def _chosen(suggestion: str) -> Callable[[Page], None]:
    """Somebody takes this suggestion, and sees what is still to be filled in."""
    def choose(page: Page) -> None:
        page.get_by_test_id("reply-text").fill("")  # what the picture before left there
        page.get_by_test_id("composer").get_by_text(suggestion).first.click()
        page.locator(".composer__blanks .blank, .composer__blanks .chip").first.wait_for()
    return choose


def _pressed(keys: str, then: str) -> Callable[[Page], None]:
    """Somebody presses these keys, and this comes up."""
    def press(page: Page) -> None:
        page.keyboard.press(keys)
        page.locator(then).first.wait_for()
    return press


def _overtaken(page: Page) -> None:
    """Somebody sends from a page that does not show yet what a colleague has answered."""
    page.locator("[name=last_seen_seq]").first.evaluate("field => field.value = 1")
    page.get_by_test_id("reply-text").fill("Oi, João, é a Ana. Vou ver e já escrevo.")
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("guard").wait_for()


def _scrolled(page: Page) -> None:
    """Somebody scrolls up to a photo."""
    page.get_by_test_id("zoom").last.scroll_into_view_if_needed()


def _opened(page: Page) -> None:
    """Somebody looks at a photo whole."""
    page.get_by_test_id("zoom").last.click()
    page.get_by_test_id("zoomed").last.locator("img").evaluate("photo => photo.decode()")


def _cut_off(page: Page) -> None:
    """The line has been silent for half a minute."""
    page.clock.install()
    page.route("**/stream*", lambda route: route.abort())
    page.reload()
    page.clock.fast_forward(SILENCE_MS)
    page.get_by_test_id("offline").wait_for()


@dataclass(frozen=True, slots=True)
class View:
    """One picture's name, its address, who looks (`nobody` before the log-in), and what she does first."""

    name: str
    address: str
    who: str = "boss"
    does: Callable[[Page], None] | None = None


STATES = (
    View("note", "{conversation}?mode=note", "ana"), View("queued", "/console/conversations?tab=queued", "ana"),
    View("waiting", "{queued}", "ana"), View("all", "/console/conversations?tab=all", "boss"),
    View("failed", "{failed}", "ana"), View("picker", "{conversation}", "ana", _picking),
    View("blanks", "{conversation}", "ana", _chosen("Lo miro y te escribo")),
    View("command_bar", "{conversation}", "ana", _pressed("Control+k", "dialog[open]")),
    View("keys", "{conversation}", "ana", _pressed("?", "dialog[open]")),
    View("closed", "{closed}", "ana"), View("offline", "{conversation}", "ana", _cut_off),
    View("photo", "{photo}", "ana", _scrolled),
    View("photo_opened", "{photo}", "ana", _opened), View("late", "{late}", "boss"),
    View("found", "/console/search?q=pedido", "ana"), View("nothing", "/console/search?q=zzzz", "ana"),
    View("flow_texts", "/console/flows/_texts"), View("demo", "/", "nobody"),
    View("guard", "{overtaken}", "ana", _overtaken),  # last: what she did not send is a draft from then on
)


def pages() -> list[str]:
    """The endpoints of all pages that are read, in the order of their names."""
    return sorted(route.endpoint for route in ROUTES if "GET" in route.methods and not route.rule.startswith("/api/")
                  and route.endpoint not in NO_PAGE)


def views(page: Page, base: str, boss: Page) -> Iterator[View]:
    """Every page there is in this demo; a page nothing leads to today is left out."""
    rules = {route.endpoint: route for route in ROUTES}
    found = _landmarks(page, base, boss)
    for endpoint in pages():
        if endpoint in LINKED:
            start, link, without, who = LINKED[endpoint]
            address = found.get(endpoint) or _link(boss if who == "boss" else page, base, start.format(**found), (link, without))
            if address:
                yield View(endpoint, address, who)
        elif endpoint in KNOWN:
            yield View(endpoint, KNOWN[endpoint][0].format(**found), KNOWN[endpoint][1])
        else:
            yield View(endpoint, f"/console{rules[endpoint].rule}", "nobody" if rules[endpoint].public else "boss")
    for state in STATES:
        yield View(state.name, state.address.format(**found), state.who, state.does)


def _landmarks(page: Page, base: str, boss: Page) -> dict[str, str]:
    """The conversations the pictures are of: Ana's first, the first that waits, and those of the people in TOLD."""
    talk = ("/console/conversations/cnv_", "")
    mine = _link(page, base, "/console/conversations?tab=mine", talk)
    found = {"conversation": mine, "queued": _link(page, base, "/console/conversations?tab=queued", talk)}
    for name, (who, tab, contact) in TOLD.items():
        looks = boss if who == "boss" else page
        looks.goto(f"{base}/console/conversations?tab={tab}")
        rows = looks.get_by_test_id("row").filter(has_text=contact)
        found[name] = str(rows.first.get_attribute("href")) if rows.count() else mine
    return {name: href.partition("?")[0] for name, href in found.items()}


def _link(page: Page, base: str, start: str, wanted: tuple[str, str]) -> str:
    """The first address on this page that begins so and does not hold that."""
    page.goto(base + start)
    hrefs = [str(one.get_attribute("href")) for one in page.locator(f'a[href^="{wanted[0]}"]').all()]
    return next((href for href in hrefs if not wanted[1] or wanted[1] not in href), "")
