"""`python -m bench.desk`: how fast the desk is with very many waiting, in very many consoles, with many hands at once.

It starts ./run as a lab, fills it (10,000 live tickets, one conversation of 2,000 messages), and measures from outside:
pages as an agent's browser fetches them, a customer's message in 100 open consoles, and claims by several agents of each
ticket, of which exactly one must win. Times hold everything: sessions, permissions, queries, rendering.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.figures import percentile
from bench.postgres import database
from bench.product import Product, ProductFailed, Setting

PASSWORD = "una frase para la prueba"
OWN_PROVIDER = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_BASE", "TWILIO_WHATSAPP", "ORDERS_CONFIG")
PAGE_TARGET_MS, SHOWN_TARGET_MS, CLAIMS_TARGET = 200.0, 1000.0, 200.0
CONTENDERS, PAGE_ROWS = 3, 50
FILL_SECONDS, WAIT_SECONDS = 120.0, 30.0
BETWEEN_SECONDS = 0.5  # so that a message is measured, and not the rest of the one before
NUMBER = "+34610000000"  # who the longest conversation is with
now = time.perf_counter


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything; `longest` are the messages of the longest conversation, `inside` the consoles in it."""

    tickets: int = 10_000
    longest: int = 2_000
    agents: int = 20
    consoles: int = 100
    inside: int = 10
    visits: int = 40
    messages: int = 10
    claims: int = 400


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure beside its target; `ratio` above 1 is better than it."""

    name: str
    p50: float
    p95: float
    unit: str
    target: float
    ratio: float
    told: str = ""

    def line(self) -> str:
        told = f"  {self.told}" if self.told else ""
        return f"{self.name:44} p50 {self.p50:9,.1f}  p95 {self.p95:9,.1f} {self.unit:3}  target {self.target:7,.0f}  ×{self.ratio:.2f}{told}"


class Console:
    """One browser of an agent with a page open: her cookie, its stream, and the pieces that its script fetches.

    As the page does, it fetches the list on `list`, the conversation on `conversation`, each once at a time: what is said
    meanwhile is fetched once more afterwards.
    """

    def __init__(self, session: aiohttp.ClientSession, base: str, tab: str = "mine", conversation_id: str = "") -> None:
        self.session, self.base = session, base
        self.pieces = {"counts": f"/console/counts?tab={tab}", "list": f"/console/list?tab={tab}"}
        self.query = f"?list={tab}&conversation={conversation_id}&after="
        if conversation_id:
            self.pieces["conversation"] = f"/console/conversations/{conversation_id}/fragment"
        self.looks = tab == "all" or bool(conversation_id)  # the words are on the page; elsewhere nothing changes
        self.sign, self.shown = "", asyncio.Event()
        self._told = {name: asyncio.Event() for name in self.pieces}

    async def log_in(self, email: str) -> None:
        async with self.session.get(f"{self.base}/console/login") as page:
            token = re.search(r'name="csrf_token" value="([^"]+)"', await page.text())
        fields = {"csrf_token": token.group(1) if token else "", "email": email, "password": PASSWORD}
        async with self.session.post(f"{self.base}/console/login", data=fields, allow_redirects=False) as answer:
            if answer.status != 303:
                raise ProductFailed(f"{email} could not log in: {answer.status}")

    async def fetch(self, path: str, headers: dict[str, str] | None = None) -> tuple[float, str]:
        """Milliseconds until the whole answer was there, and the answer."""
        began = now()
        async with self.session.get(self.base + path, headers=headers) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise ProductFailed(f"GET {path} answered {answer.status}")
        return (now() - began) * 1000, text

    async def live(self, ready: asyncio.Event) -> None:
        """Listen and fetch, until cancelled; `ready` is set when the stream is open. Raises ProductFailed."""
        _, text = await self.fetch("/console/api/conversations?tab=mine")
        where = f"{self.base}/console/stream{self.query}{int(json.loads(text)['latest'])}"
        async with self.session.get(where, timeout=aiohttp.ClientTimeout(total=None, sock_read=WAIT_SECONDS)) as stream:
            if stream.status != 200:
                raise ProductFailed(f"The stream {where} answered {stream.status}: more consoles than threads for them?")
            ready.set()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear(stream))
                for name in self.pieces:
                    group.create_task(self._renew(name))

    async def _hear(self, stream: aiohttp.ClientResponse) -> None:
        async for raw in stream.content:
            name = raw.decode().strip().removeprefix("event: ")
            if name in self._told:
                self._told[name].set()
            if name == "message" and self.sign and not self.looks:
                self.shown.set()
        raise ProductFailed(f"The stream {stream.url} ended.")

    async def _renew(self, name: str) -> None:
        while True:
            await self._told[name].wait()
            self._told[name].clear()
            _, text = await self.fetch(self.pieces[name], {"HX-Request": "true"})
            if self.sign and self.sign in text and name == list(self.pieces)[-1]:
                self.shown.set()

    async def shows(self, sign: str) -> float:
        """When the piece that she looks at has these words; where they are on no piece of hers, when she is told of them."""
        self.sign = sign
        self.shown.clear()
        async with asyncio.timeout(WAIT_SECONDS):
            await self.shown.wait()
        return now()


class Bench:
    """The desk under measurement."""

    def __init__(self, base: str, session: aiohttp.ClientSession, size: Size) -> None:
        self.base, self.session, self.size = base, session, size
        self.emails = [f"agent{n:02}@example.com" for n in range(size.agents)]
        self.first = ""

    async def post(self, path: str, body: Any, key: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with self.session.post(self.base + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def fill(self) -> None:
        agents = [{"email": email, "name": f"Agente {n}", "password": PASSWORD, "queues": ["shipping"],
                   "capacity": 200, "api_key": key_of(n), "online": True} for n, email in enumerate(self.emails)]
        queues = [{"id": "shipping", "titles": {"es": "Envíos"}, "is_default": True, "offer_after_seconds": None},
                  {"id": "claims", "titles": {"es": "Reparto"}}]
        crowd = {"queue": "shipping", "tickets": self.size.tickets, "longest": self.size.longest, "holders": self.emails}
        status, told = await self.post("/lab/seed", {"queues": queues, "agents": agents, "crowd": crowd})
        if status != 200:
            raise ProductFailed(f"The desk could not be filled: {told}")
        self.first = told["crowd"]

    async def all(self) -> AsyncIterator[Figure]:
        """Each figure as it is measured."""
        async for figure in self.pages():
            yield figure
        yield await self.live()
        yield await self.claims()

    async def pages(self) -> AsyncIterator[Figure]:
        """The list of each tab, and the longest conversation, as one agent after the other opens them."""
        async with self._consoles(self.size.agents) as consoles:
            for name, path in (("list, waiting", "/console/conversations?tab=queued"),
                               ("list, hers", "/console/conversations?tab=mine"),
                               ("list, unanswered", "/console/conversations?tab=unanswered"),
                               ("list, all", "/console/conversations?tab=all"),
                               ("piece of the list", "/console/list?tab=queued"),
                               (f"conversation of {self.size.longest:,}", f"/console/conversations/{self.first}"),
                               ("piece of the conversation", f"/console/conversations/{self.first}/fragment")):
                await consoles[0].fetch(path)
                took = [(await consoles[n % self.size.agents].fetch(path))[0] for n in range(self.size.visits)]
                yield _figure(name, took, PAGE_TARGET_MS)

    async def live(self) -> Figure:
        """A customer's message in 100 open consoles, 10 of them in her conversation, the others before the list."""
        took: list[float] = []
        async with self._consoles(self.size.consoles, self.size.inside) as consoles:
            readies = [asyncio.Event() for _ in consoles]
            streams = [asyncio.create_task(console.live(ready)) for console, ready in zip(consoles, readies, strict=True)]
            try:
                await _unless_failed(streams, *(ready.wait() for ready in readies))
                for n in range(self.size.messages):
                    took += await self._one_message(consoles, streams, f"Sigo aquí, número {n}")
                    await asyncio.sleep(BETWEEN_SECONDS)
            finally:
                for stream in streams:
                    stream.cancel()
                await asyncio.gather(*streams, return_exceptions=True)
        return _figure(f"message in {self.size.consoles} consoles", took, SHOWN_TARGET_MS)

    async def _one_message(
        self, consoles: Sequence[Console], streams: Sequence[asyncio.Task[None]], sign: str
    ) -> list[float]:
        began = now()
        shown = asyncio.gather(*(console.shows(sign) for console in consoles))
        await self.post("/lab/messages", {"messages": [{"from": NUMBER, "text": sign}], "run": False})
        (ended,) = await _unless_failed(streams, shown)
        return [(at - began) * 1000 for at in ended]

    async def claims(self) -> Figure:
        """Each of some hundred tickets is claimed by three agents at once, as many a second as go."""
        status, rows = await self._waiting()
        if status != 200:
            raise ProductFailed(f"The list of those who wait answered {status}")
        won, took, answers = Counter[str](), list[float](), Counter[int]()
        began = now()
        limit = asyncio.Semaphore(24)

        async def claim(row: dict[str, Any], n: int) -> None:
            async with limit:
                at = now()
                status, _ = await self.post(f"/api/v1/tickets/{row['ticket']['ticket']}/claim", {"epoch": row["epoch"]},
                                            key_of(n % self.size.agents))
                took.append((now() - at) * 1000)
                won[row["conversation"]] += status == 200
                answers[status] += 1

        await asyncio.gather(*(claim(row, place * CONTENDERS + n) for place, row in enumerate(rows) for n in range(CONTENDERS)))
        rate = len(took) / (now() - began)
        winners = Counter(won.values())
        told = f"{rate:,.0f} claims a second; answers {dict(answers)}; winners a ticket: {dict(winners)}"
        return Figure("claims, three agents a ticket", percentile(took, 0.5), percentile(took, 0.95), "ms", CLAIMS_TARGET,
                      rate / CLAIMS_TARGET, told)

    async def _waiting(self) -> tuple[int, list[dict[str, Any]]]:
        rows: list[dict[str, Any]] = []
        for number in range(1, 1 + math.ceil(self.size.claims / PAGE_ROWS)):
            asked = f"{self.base}/api/v1/conversations?tab=queued&page={number}"
            async with self.session.get(asked, headers={"Authorization": f"Bearer {key_of(0)}"}) as answer:
                if answer.status != 200:
                    return answer.status, []
                rows += (await answer.json())["conversations"]
        return 200, rows

    @contextlib.asynccontextmanager
    async def _consoles(self, count: int, inside: int = 0) -> AsyncIterator[list[Console]]:
        """So many consoles in the browsers of all agents; the first ones in the longest conversation, of the others every
        fifth before the list of all, the rest before their own."""
        async with contextlib.AsyncExitStack() as stack:
            browsers = [await stack.enter_async_context(aiohttp.ClientSession(
                cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=WAIT_SECONDS))) for _ in self.emails]
            for email, browser in zip(self.emails, browsers, strict=True):
                await Console(browser, self.base).log_in(email)
            yield [Console(browsers[n % self.size.agents], self.base, "mine", self.first) if n < inside
                   else Console(browsers[n % self.size.agents], self.base, "mine" if n % 5 else "all") for n in range(count)]


async def _unless_failed(streams: Sequence[asyncio.Task[None]], *waited: Awaitable[Any]) -> list[Any]:
    """What is waited for; a stream that ends meanwhile, or too long a wait, is told. Raises ProductFailed."""
    wanted = asyncio.gather(*waited)
    done, _ = await asyncio.wait([wanted, *streams], timeout=WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if wanted in done:
        try:
            return wanted.result()
        except TimeoutError:
            done = set()
    wanted.cancel()
    await asyncio.gather(wanted, return_exceptions=True)
    if not done:
        raise ProductFailed(f"The consoles did not show it within {WAIT_SECONDS:g} s.")
    error = done.pop().exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    raise ProductFailed(f"A console's stream broke: {error}")


def key_of(n: int) -> str:
    """The key of the agent with this number."""
    return f"rlv_of_agent_{n:02}_in_the_bench"


def _figure(name: str, took: Sequence[float], target: float) -> Figure:
    p95 = percentile(took, 0.95)
    return Figure(name, percentile(took, 0.5), p95, "ms", target, target / p95)


async def measure(setting: Setting, folder: Path, size: Size) -> list[Figure]:
    """Start, fill, measure, stop."""
    product = Product(setting, folder, "")
    for name in OWN_PROVIDER:
        product.environment.pop(name)
    await product.start()
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FILL_SECONDS)) as session:
            bench = Bench(product.url, session, size)
            await bench.fill()
            figures = []
            async for figure in bench.all():
                print(figure.line(), flush=True)
                figures.append(figure)
            return figures
    except (ProductFailed, TimeoutError, aiohttp.ClientError) as error:
        raise ProductFailed(f"{error or type(error).__name__}\n{product.tail()}") from None
    finally:
        product.stop()


@contextlib.contextmanager
def _database(asked: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database; an empty one is SQLite in the product's own folder."""
    if asked == "sqlite":
        yield ""
        return
    with database(asked, folder) as found:
        yield found.url


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a figure; with --json also into a file."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the URL of a server")
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--longest", type=int, default=2_000, help="messages in the longest conversation")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, _database(given.database, Path(name)) as url:
        try:
            figures = asyncio.run(measure(Setting(database_url=url), Path(name), Size(given.tickets, given.longest)))
        except ProductFailed as error:
            print(error, file=sys.stderr)
            return 2
    if given.json:
        given.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
