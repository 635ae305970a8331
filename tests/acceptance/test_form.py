"""The same by the forms of the pages, with a cookie and no script: a claim, its race, and a reply."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar

import pytest

from tests.acceptance.playing import ASKS, MARTA, House, Person, Talk, email

PASSWORD = "una frase larga y mía"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """One who fills in forms."""

    house: House
    jar: CookieJar = field(default_factory=CookieJar)

    def go(self, path: str, **fields: str) -> tuple[int, str]:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        data = urllib.parse.urlencode(fields | {"csrf_token": self.token}).encode() if fields else None
        try:
            with opener.open(self.house.base + path, data, timeout=30) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                status, text = refused.code, refused.read().decode()
        self.token = (TOKEN.findall(text) or [self.token])[0]
        return status, text

    token: str = ""


@pytest.fixture
def browser(house: House) -> Browser:
    house.add(agents=[{"email": email("Ana"), "name": "Ana", "queues": ["shipping"], "password": PASSWORD}])
    browser = Browser(house)
    browser.go("/console/login")
    assert browser.go("/console/login", email=email("Ana"), password=PASSWORD)[0] == 200
    return browser


def test_a_claim_and_a_reply_by_forms(house: House, browser: Browser, waiting: Talk) -> None:
    ticket, seen = waiting.ticket["ticket"], waiting.look()
    assert 'data-testid="claim"' in browser.go(f"/console/conversations/{waiting.conversation}")[1]
    status, page = browser.go(f"/console/tickets/{ticket}/claim", epoch=str(seen["epoch"]))
    assert (status, 'data-testid="composer"' in page, 'data-testid="card"' in page) == (200, True, True)

    assert browser.go(f"/console/tickets/{ticket}/replies", text="Hola, Marta", epoch=str(seen["epoch"] + 1),
                      last_seen_seq=str(waiting.look()["last_seq"]))[0] == 200
    house.run()
    assert house.heard()[-1] == "*Ana:* Hola, Marta"


def test_who_loses_the_race_reads_who_won(browser: Browser, waiting: Talk, bo: Person) -> None:
    ticket, epoch = waiting.ticket["ticket"], waiting.look()["epoch"]
    browser.go(f"/console/conversations/{waiting.conversation}")
    waiting.by(bo).claim()
    status, page = browser.go(f"/console/tickets/{ticket}/claim", epoch=str(epoch))

    assert (status, "Bo" in page, 'data-testid="banner"' in page) == (409, True, True)


def test_a_form_without_its_token_changes_nothing(browser: Browser, waiting: Talk) -> None:
    browser.token = "none"
    status, _ = browser.go(f"/console/tickets/{waiting.ticket['ticket']}/claim", epoch=str(waiting.look()["epoch"]))

    assert (status, waiting.ticket["state"]) in ((400, "queued"), (403, "queued"))


def test_nothing_is_done_by_asking(browser: Browser, waiting: Talk) -> None:
    status, _ = browser.go(f"/console/tickets/{waiting.ticket['ticket']}/claim")

    assert (status, waiting.ticket["state"]) == (405, "queued")


def test_what_she_writes_cannot_become_part_of_the_page(house: House, browser: Browser, waiting: Talk) -> None:
    house.say(MARTA, f"<script>alert(1)</script> {ASKS}")

    assert "<script>alert(1)" not in browser.go(f"/console/conversations/{waiting.conversation}")[1]
