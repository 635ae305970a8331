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
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.figures import percentile
from bench.postgres import database
from bench.product import Product, ProductFailed, Setting

AGENTS, CONSOLES, INSIDE = 20, 100, 10
PASSWORD = "una frase para la prueba"
OWN_PROVIDER = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_BASE", "TWILIO_WHATSAPP", "ORDERS_CONFIG")
PAGE_TARGET_MS, SHOWN_TARGET_MS, CLAIMS_TARGET = 200.0, 1000.0, 200.0
VISITS, MESSAGES, CLAIMS, CONTENDERS = 60, 10, 400, 3
WAIT_SECONDS = 30.0
now = time.perf_counter


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
    """One browser of an agent: her cookie, and what its live page would fetch."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base = session, base
        self.heard: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

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

    async def listen(self, conversation_id: str, ready: asyncio.Event) -> None:
        """Its stream: what the server says goes into `heard`."""
        where = f"/console/stream?conversation={conversation_id}&after={await self._latest()}"
        async with self.session.get(self.base + where, timeout=aiohttp.ClientTimeout(total=None)) as stream:
            ready.set()
            async for raw in stream.content:
                line = raw.decode().strip()
                if line.startswith("event:"):
                    self.heard.put_nowait((line.removeprefix("event:").strip(), now()))

    async def _latest(self) -> int:
        _, text = await self.fetch("/console/api/conversations?tab=mine")
        return int(json.loads(text)["latest"])

    async def shows(self, event: str, path: str, sign: str) -> float:
        """When the page shows it: the server said so, the piece was fetched, and the words are in it."""
        while True:
            async with asyncio.timeout(WAIT_SECONDS):
                name, _ = await self.heard.get()
            if name != event:
                continue
            _, text = await self.fetch(path, {"HX-Request": "true"})
            if sign in text:
                return now()


class Bench:
    """The desk under measurement."""

    def __init__(self, base: str, session: aiohttp.ClientSession, tickets: int, longest: int) -> None:
        self.base, self.session, self.tickets, self.longest = base, session, tickets, longest
        self.emails = [f"agent{n:02}@example.com" for n in range(AGENTS)]
        self.first = ""

    async def post(self, path: str, body: Any, key: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with self.session.post(self.base + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def fill(self) -> None:
        agents = [{"email": email, "name": f"Agente {n}", "password": PASSWORD, "queues": ["shipping"],
                   "capacity": 200, "api_key": key_of(n)} for n, email in enumerate(self.emails)]
        queues = [{"id": "shipping", "titles": {"es": "Envíos"}, "is_default": True},
                  {"id": "claims", "titles": {"es": "Reparto"}}]
        crowd = {"queue": "shipping", "tickets": self.tickets, "longest": self.longest, "holders": self.emails}
        status, told = await self.post("/lab/seed", {"queues": queues, "agents": agents, "crowd": crowd})
        if status != 200:
            raise ProductFailed(f"The desk could not be filled: {told}")
        self.first = told["crowd"]

    async def pages(self) -> list[Figure]:
        """The list of each tab, and the longest conversation, as one agent after the other opens them."""
        found = []
        async with self._consoles(1) as (console,):
            for name, path in (("list, waiting", "/console/conversations?tab=queued"),
                               ("list, hers", "/console/conversations?tab=mine"),
                               ("list, all", "/console/conversations?tab=all"),
                               ("piece of the list", "/console/list?tab=queued"),
                               (f"conversation of {self.longest:,}", f"/console/conversations/{self.first}"),
                               ("piece of the conversation", f"/console/conversations/{self.first}/fragment")):
                await console.fetch(path)
                took = [(await console.fetch(path))[0] for _ in range(VISITS)]
                found.append(_figure(name, took, PAGE_TARGET_MS))
        return found

    async def live(self) -> Figure:
        """A customer's message in 100 open consoles, 10 of them in her conversation."""
        took: list[float] = []
        async with self._consoles(CONSOLES) as consoles:
            readies = [asyncio.Event() for _ in consoles]
            inside = {id(console) for console in consoles[:INSIDE]}
            streams = [asyncio.create_task(console.listen(self.first if id(console) in inside else "", ready))
                       for console, ready in zip(consoles, readies, strict=True)]
            await asyncio.gather(*(ready.wait() for ready in readies))
            for n in range(MESSAGES):
                sign = f"Sigo aquí, número {n}"
                took += await self._one_message(consoles, inside, sign)
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
        return _figure(f"message in {CONSOLES} consoles", took, SHOWN_TARGET_MS)

    async def _one_message(self, consoles: Sequence[Console], inside: set[int], sign: str) -> list[float]:
        for console in consoles:
            while not console.heard.empty():
                console.heard.get_nowait()
        waiting = [console.shows("conversation", f"/console/conversations/{self.first}/fragment", sign)
                   if id(console) in inside else console.shows("list", "/console/list?tab=mine", "")
                   for console in consoles]
        tasks = [asyncio.create_task(one) for one in waiting]
        began = now()
        await self.post("/lab/messages", {"messages": [{"from": "+34610000000", "text": sign}], "run": False})
        return [(ended - began) * 1000 for ended in await asyncio.gather(*tasks)]

    async def claims(self) -> Figure:
        """Each of some hundred tickets is claimed by three agents at once, as many a second as go."""
        status, rows = await self._waiting()
        if status != 200:
            raise ProductFailed(f"The list of those who wait answered {status}")
        won, took = Counter[str](), list[float]()
        began = now()
        limit = asyncio.Semaphore(24)

        async def claim(row: dict[str, Any], n: int) -> None:
            async with limit:
                at = now()
                status, _ = await self.post(f"/api/v1/tickets/{row['ticket']['ticket']}/claim", {"epoch": row["epoch"]},
                                            key_of(n % AGENTS))
                took.append((now() - at) * 1000)
                won[row["conversation"]] += status == 200

        await asyncio.gather(*(claim(row, place * CONTENDERS + n) for place, row in enumerate(rows) for n in range(CONTENDERS)))
        rate = len(took) / (now() - began)
        winners = Counter(won.values())
        told = f"{rate:,.0f} claims a second; winners a ticket: {dict(winners)}"
        return Figure("claims, three agents a ticket", percentile(took, 0.5), percentile(took, 0.95), "ms", CLAIMS_TARGET,
                      rate / CLAIMS_TARGET, told)

    async def _waiting(self) -> tuple[int, list[dict[str, Any]]]:
        rows: list[dict[str, Any]] = []
        for number in range(1, 1 + CLAIMS // 50):
            asked = f"{self.base}/api/v1/conversations?tab=queued&page={number}"
            async with self.session.get(asked, headers={"Authorization": f"Bearer {key_of(0)}"}) as answer:
                if answer.status != 200:
                    return answer.status, []
                rows += (await answer.json())["conversations"]
        return 200, rows

    @contextlib.asynccontextmanager
    async def _consoles(self, count: int) -> AsyncIterator[list[Console]]:
        async with contextlib.AsyncExitStack() as stack:
            made = []
            for n in range(count):
                jar = aiohttp.CookieJar(unsafe=True)
                session = await stack.enter_async_context(aiohttp.ClientSession(
                    cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0)))
                made.append(Console(session, self.base))
            for n, console in enumerate(made):
                await console.log_in(self.emails[n % AGENTS])
            yield made


def key_of(n: int) -> str:
    """The key of the agent with this number."""
    return f"rlv_of_agent_{n:02}_in_the_bench"


def _figure(name: str, took: Sequence[float], target: float) -> Figure:
    p95 = percentile(took, 0.95)
    return Figure(name, percentile(took, 0.5), p95, "ms", target, target / p95)


async def measure(setting: Setting, folder: Path, tickets: int, longest: int) -> list[Figure]:
    """Start, fill, measure, stop."""
    product = Product(setting, folder, "")
    for name in OWN_PROVIDER:
        product.environment.pop(name)
    await product.start()
    try:
        async with aiohttp.ClientSession() as session:
            bench = Bench(product.url, session, tickets, longest)
            await bench.fill()
            return [*await bench.pages(), await bench.live(), await bench.claims()]
    except ProductFailed as error:
        raise ProductFailed(f"{error}\n{product.tail()}") from None
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
            figures = asyncio.run(measure(Setting(database_url=url), Path(name), given.tickets, given.longest))
        except ProductFailed as error:
            print(error, file=sys.stderr)
            return 2
    print("\n".join(figure.line() for figure in figures))
    if given.json:
        given.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
