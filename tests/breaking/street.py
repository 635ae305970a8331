"""A whole Relevo whose processes can be broken one point at a time while customers write and Ana answers.

`./run` with real processes, a stand-in for Twilio and one for the shop. Faults are asked for in a file that the
processes look at (`faults.py`); what was reached and what was broken stands in a log. Customers' posts are repeated as a
provider repeats them; Ana repeats what was not confirmed, after a look at the page, as people do.
"""

from __future__ import annotations

import html
import http.client
import http.cookiejar
import itertools
import json
import re
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from conversation.work import Database, Wiring
from demo.twilio_signature import sign
from tests.breaking.doors import OURS, said
from tests.builders import a_queue, an_agent, one_part, plain_text
from tests.console.desks import PASSWORD, PASSWORD_HASH
from tests.end_to_end.relevo import Relevo
from tests.orders import samples
from tests.providers.shop import TOKEN, ShopStandIn
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

FLOWS = Path(__file__).with_name("street_flows")
QUICK = {"LEASE_SECONDS": "1", "PROOF_FIRST_SECONDS": "1", "PROOF_LAST_SECONDS": "2", "SWEEP_SECONDS": "0.25"}
PATIENCE_SECONDS = 30.0
RETRY_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 3.2, 3.2, 3.2, 3.2)
TROUBLE = (OSError, http.client.HTTPException, TimeoutError)


class Stuck(AssertionError):
    """Something did not happen in time; the message says what was waited for and what was seen."""


@dataclass
class Street:
    """`with Street(url, folder) as street: street.converse()` gives what the customer received."""

    database_url: str
    folder: Path
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.control, self.log = self.folder / "fault", self.folder / "faults.log"
        self.twilio = self.stack.enter_context(TwilioStandIn(delays={}))
        self.shop = self.stack.enter_context(ShopStandIn(samples.rest_orders()))
        orders = self.folder / "_orders.yaml"
        # Every customer asks for the same order: what was kept of it would leave the shop unasked.
        settings = samples.rest_settings(self.shop.url, "${SHOP_TOKEN}") | {"keep": {"fresh": "0", "stale": "0"}}
        orders.write_text(json.dumps({"connector": "rest", "settings": settings}))
        self.relevo = Relevo(self.folder / "data", QUICK | {
            "MODE": "lab", "DATABASE_URL": self.database_url, "SECRET_KEY": "k" * 40, "FLOWS_DIR": str(FLOWS),
            "ORDERS_CONFIG": str(orders), "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_BASE": self.twilio.url, "TWILIO_WHATSAPP": OURS, "LOG_LEVEL": "warning",
            "SHOP_TOKEN": TOKEN, "FAULT_FILE": str(self.control), "FAULT_LOG": str(self.log)})
        self.relevo.settings["PUBLIC_BASE_URL"] = self.base
        self.stack.enter_context(self.relevo)
        self._employ_ana()
        self.ana = Ana(self.base)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.control.unlink(missing_ok=True)
        self.stack.close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.relevo.port}"

    def _employ_ana(self) -> None:
        url = self.database_url or f"sqlite:///{self.folder / 'data' / 'relevo.db'}"
        database = Database(url, Wiring(lambda notices: None, one_part, plain_text))
        with database.work() as work:
            a_queue(work, "general", is_default=True)
            an_agent(work, "Ana", ["general"], password_hash=PASSWORD_HASH, capacity=999)
        database.close()

    def break_at(self, *words: str) -> None:
        """From now on each process breaks where its line says; `reached` starts anew."""
        self.log.unlink(missing_ok=True)
        written = self.control.with_suffix(".new")
        written.write_text("\n".join([*words, f"-- {next(self.numbers)}"]), encoding="utf-8")
        written.replace(self.control)

    def reached(self) -> list[tuple[str, str, str]]:
        """(process, point, what was done there) of everything reached since `break_at`."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [tuple(line.split("\t")[1:]) for line in lines if line.count("\t") == 3]  # type: ignore[misc]

    def converse(self) -> list[str]:
        """One scripted conversation with a new customer, from a question to a person and back; what she received."""
        customer = f"+346{next(self.numbers):08d}"
        self.write(customer, "hola", 1)
        self.write(customer, "pedido AB-12345", 2)
        self.write(customer, "esto es una vergüenza, llevo una semana esperando", 3)
        self.ana.take(customer)
        self.received(customer, 4)
        self.ana.reply(customer, "Ya lo miro.")
        self.received(customer, 5)
        self.ana.give_back(customer)
        self.received(customer, 6)
        self.write(customer, "gracias por todo", 7)
        return self.received(customer, 7)

    def write(self, customer: str, text: str, received: int) -> None:
        """She writes, and waits until she has received so many messages in all."""
        form = said(text, customer)
        for pause in RETRY_SECONDS:
            if self._post(form) // 100 == 2:
                break
            time.sleep(pause)  # as a provider does before it tries again
        self.received(customer, received)

    def _post(self, form: dict[str, str]) -> int:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                   "X-Twilio-Signature": sign(AUTH_TOKEN, f"{self.base}/webhooks/twilio", form.items())}
        connection = http.client.HTTPConnection("127.0.0.1", self.relevo.port, timeout=15)
        try:
            connection.request("POST", "/webhooks/twilio", urlencode(form), headers)
            return connection.getresponse().status
        except TROUBLE:
            return 0
        finally:
            connection.close()

    def received(self, customer: str, count: int) -> list[str]:
        """What she has received once it is `count` messages. Raises Stuck."""
        texts: list[str] = []

        def enough() -> bool:
            texts[:] = [sent.body for sent in self.twilio.accepted(f"whatsapp:{customer}")]
            return len(texts) >= count

        until(enough, lambda: f"{customer} should have {count} messages and has {texts}")
        return texts


@dataclass
class Ana:
    """An agent at her browser: she presses again when nothing happened, and looks before she does."""

    base: str

    def __post_init__(self) -> None:
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        page = self._ask("/console/login")
        self._ask("/console/login", {"email": "ana@example.com", "password": PASSWORD, "csrf_token": _token(page)})
        self._csrf = _token(self._ask("/console/me"))

    def take(self, customer: str) -> None:
        self._press(customer, "claim", lambda row: bool(row["ticket"]) and row["ticket"]["holder_id"] == "agt_ana")

    def reply(self, customer: str, text: str) -> None:
        self._press(customer, "replies", lambda row: row["preview"] == text, text=text, last_seen_seq="999")

    def give_back(self, customer: str) -> None:
        self._press(customer, "return", lambda row: row["owner"] == "bot")

    def _press(self, customer: str, button: str, is_done: Callable[[dict[str, Any]], bool], **fields: str) -> None:
        def pressed() -> bool:
            try:
                row = self._row(customer)
                if row is None or is_done(row):
                    return row is not None
                ticket = row["ticket"]
                form = fields | {"epoch": str(ticket["epoch"]), "csrf_token": self._csrf}
                self._ask(f"/console/tickets/{ticket['ticket']}/{button}", form)
            except TROUBLE:
                time.sleep(0.2)  # she sees that it failed, and looks again
            return False

        until(pressed, lambda: f"Ana's “{button}” for {customer} did not work")

    def _row(self, customer: str) -> dict[str, Any] | None:
        rows = json.loads(self._ask("/console/api/conversations?tab=all"))["conversations"]
        return next((row for row in rows if row["address"] == customer), None)

    def _ask(self, path: str, form: dict[str, str] | None = None) -> str:
        body = urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.base + path, body, {"Referer": self.base + path})
        with self._browser.open(request, timeout=15) as answer:
            return str(answer.read().decode("utf-8"))


def until(holds: Callable[[], bool], what: Callable[[], str]) -> None:
    """Come back until it holds. Raises Stuck."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise Stuck(what())
        time.sleep(0.01)


def points(reached: list[tuple[str, str, str]], process: str) -> Counter[str]:
    """How often each point of one process was reached."""
    return Counter(name for where, name, _ in reached if where == process)


def _token(page: str) -> str:
    found = re.search(r'csrf[_-]token"[^>]*(?:value|content)="([^"]+)"', page)
    assert found, f"no CSRF token in {page[:500]}"
    return html.unescape(found[1])
