"""`python -m bench.outreach`: many parcels move in one minute, and customers go on writing.

A shop posts signed news of orders of as many buyers, one in ten twice, while customers write at a steady rate. Told are
how many buyers were told once at the provider, how fast that went beside the rate that was set, how long customers'
webhooks waited for their 2xx and customers for the bot's answer, and when the last piece of news was stored and told.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import processes
from bench.figures import percentile
from bench.http_client import Pool, post_bytes
from bench.postgres import database
from bench.product import ACCOUNT_SID, AUTH_TOKEN, ROOT, Product, ProductFailed, Setting
from bench.provider import Provider
from bench.talk import webhook
from demo.twilio_account import TwilioAccount

SECRET = "the-secret-of-the-bench-for-posts-of-the-shop"
POLICY = 'tell: [shipped]\nquiet_hours: ["04:00", "04:01"]\nbudget: {day: 0, customer: 0}\n'
BUYERS, CUSTOMERS = 610_000_000, 690_000_000
PEOPLE = 500  # customers who take turns
TWICE = 10  # one in so many posts comes twice
QUIET_SECONDS = 15.0  # without anything told, it is over
LATEST_TRIES = 20
WARM_UP, WARM_UP_SECONDS = 20, 30.0
JITTER = 1.05  # what left one by one may arrive closer together


@dataclass
class Load:
    """What is asked of the product, and what came of it; times are seconds since the first post."""

    options: argparse.Namespace
    product: Product
    told: Counter[str] = field(default_factory=Counter)
    told_at: list[float] = field(default_factory=list)
    wire_at: list[float] = field(default_factory=list)  # every message on the channel's wire, answers too
    acks: list[float] = field(default_factory=list)
    asked: dict[str, deque[float]] = field(default_factory=dict)  # by customer, when she wrote what nobody answered yet
    answers: list[float] = field(default_factory=list)
    stored_at: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    began: float = 0.0
    is_over: bool = False

    def __post_init__(self) -> None:
        self.pool = Pool("127.0.0.1", self.product.port)

    def arrived(self, message: Any, at: float) -> None:
        self.wire_at.append(at - self.began)
        if message.to.startswith(f"whatsapp:+34{BUYERS // 10_000_000}"):
            self.told[message.to] += 1
            self.told_at.append(at - self.began)
        elif self.asked.get(message.to):
            self.answers.append(at - self.asked[message.to].popleft())

    async def run(self) -> None:
        await self.pool.warm(8)
        await self._warm_up()
        self.began = time.perf_counter()
        customers = asyncio.create_task(self._customers())
        await self._shop()
        while len(self.told) < self.options.events and self._last_sign() < QUIET_SECONDS:
            await asyncio.sleep(0.2)
        self.is_over = True
        await customers
        self.pool.close()

    async def _warm_up(self) -> None:
        """The first answers are slow, as the product still reads its words; what a day is like shows after them."""
        until = time.perf_counter() + WARM_UP_SECONDS
        for n in range(WARM_UP):
            await self._say(f"whatsapp:+34{CUSTOMERS + PEOPLE + n}")
        while len(self.answers) < WARM_UP and time.perf_counter() < until:
            await asyncio.sleep(0.1)
        for found in (self.acks, self.answers, self.wire_at, self.asked, self.refused):
            found.clear()

    def _last_sign(self) -> float:
        return time.perf_counter() - self.began - max([*self.told_at[-1:], *self.stored_at[-1:]], default=0.0)

    async def _shop(self) -> None:
        news = [self._news(n) for n in range(self.options.events)]
        posts = [news[start:start + self.options.per_post] for start in range(0, len(news), self.options.per_post)]
        posts += random.sample(posts, max(1, len(posts) // TWICE))
        async with asyncio.TaskGroup() as group:
            for n, post in enumerate(posts):
                await self._until(n * self.options.seconds / len(posts))
                group.create_task(self._post(post))

    def _news(self, n: int) -> dict[str, str]:
        return {"kind": "shipped", "order": f"LR-{200_000 + n}", "phone": f"+34{BUYERS + n}", "key": f"bench-{n}",
                "carrier": "SEUR"}

    async def _post(self, news: list[dict[str, str]]) -> None:
        body = json.dumps(news).encode()
        headers = {"Content-Type": "application/json", "Relevo-Signature": signed(int(time.time()), body)}
        request = post_bytes("/webhooks/shop", f"127.0.0.1:{self.product.port}", headers, body)
        for _ in range(LATEST_TRIES):  # as shops do, what was not kept comes again
            status = await self._sent(request)
            if status == "204":
                self.stored_at.append(time.perf_counter() - self.began)
                return
            self.refused[f"shop {status}"] += 1
            await asyncio.sleep(0.5)

    async def _customers(self) -> None:
        async with asyncio.TaskGroup() as group:
            n = 0
            while not self.is_over:
                await self._until(n / self.options.customers)
                group.create_task(self._say(f"whatsapp:+34{CUSTOMERS + n % PEOPLE}"))
                n += 1

    async def _say(self, address: str) -> None:
        request = webhook(f"{self.product.url}/webhooks/twilio", ACCOUNT_SID, AUTH_TOKEN, address, "hola")
        due = time.perf_counter()
        self.asked.setdefault(address, deque()).append(due)
        status = await self._sent(request)
        self.acks.append(time.perf_counter() - due)
        if not status.startswith("2"):
            self.refused[f"customer {status}"] += 1
            self._forget(address, due)

    def _forget(self, address: str, due: float) -> None:
        if due in self.asked[address]:
            self.asked[address].remove(due)

    async def _sent(self, request: bytes) -> str:
        try:
            return str((await self.pool.send(request))[0])
        except (OSError, TimeoutError) as error:
            return type(error).__name__

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, self.began + at - time.perf_counter()))


def signed(at: int, body: bytes) -> str:
    """As a shop's program signs a post in our own form (docs/outreach.md)."""
    return f"t={at},v1={hmac.new(SECRET.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


async def measure(options: argparse.Namespace, url: str, folder: Path) -> tuple[Load, dict[str, float]]:
    """Raises ProductFailed."""
    loads: list[Load] = []
    provider = Provider(TwilioAccount(ACCOUNT_SID, AUTH_TOKEN),
                        lambda message, at: loads[0].arrived(message, at) if loads else None)
    await provider.start()
    flows = folder / "flows"
    shutil.copytree(ROOT / "flows", flows)
    (flows / "_outreach.yaml").write_text(POLICY, encoding="utf-8")
    more = {"SEND_RATE": str(options.rate), "SHOP_WEBHOOK_SECRET": SECRET}
    product = Product(Setting(database_url=url, flows=flows, more=more), folder, provider.url)
    try:
        await product.start()
        loads.append(Load(options, product))
        before = processes.tree(product.process.pid)
        await loads[0].run()
        spent = processes.cpu_by_name(before, processes.tree(product.process.pid))
        if not loads[0].told:
            raise ProductFailed(f"Nobody was told anything:\n{product.tail()}")
        return loads[0], spent
    finally:
        if hasattr(product, "process"):
            product.stop()
        provider.close()


def figures(load: Load) -> dict[str, Any]:
    """The run, added up."""
    return {
        "events": load.options.events, "told": len(load.told), "told_twice": sum(count > 1 for count in load.told.values()),
        "stored_seconds": round(max(load.stored_at, default=0.0), 1), "told_seconds": round(max(load.told_at, default=0.0), 1),
        "told_per_second": round(len(load.told_at) / max(1e-9, max(load.told_at, default=0.0) - min(load.told_at, default=0.0)), 1),
        "fastest_second": fastest_second(load.wire_at), "rate": load.options.rate, "customers": len(load.acks),
        "ack_ms": in_ms(load.acks), "answered": len(load.answers), "answer_ms": in_ms(load.answers),
        "refused": dict(load.refused), "load": [round(one, 1) for one in os.getloadavg()],
    }


def in_ms(seconds: list[float]) -> list[float]:
    """Half of them, nearly all, and all but one in a hundred were done so soon."""
    return [round(percentile(seconds, share) * 1000, 1) if seconds else 0.0 for share in (0.5, 0.95, 0.99)]


def fastest_second(times: list[float]) -> int:
    """The most that came within any one second."""
    found, first, ordered = 0, 0, sorted(times)
    for n, at in enumerate(ordered):
        while ordered[first] <= at - 1.0:
            first += 1
        found = max(found, n - first + 1)
    return found


def report(found: dict[str, Any], spent: dict[str, float], say: Callable[[str], None] = print) -> int:
    """Print the figures; 1 where somebody was told twice or never, or the channel's rate was not kept."""
    say(f"news            {found['events']} stored after {found['stored_seconds']} s, told after {found['told_seconds']} s")
    say(f"told            {found['told']} buyers, {found['told_twice']} of them more than once")
    say(f"rate            {found['told_per_second']} a second told; with answers {found['fastest_second']} in the fastest second; "
        f"set: {found['rate']:g}")
    for name, what, times in (("customers", f"{found['customers']} messages; ack", found["ack_ms"]),
                              ("", f"{found['answered']} answered; message→reply", found["answer_ms"])):
        say(f"{name:15} {what} p50 {times[0]}  p95 {times[1]}  p99 {times[2]} ms")
    say("CPU             " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sorted(spent.items()) if seconds > 0.1))
    say(f"refused         {found['refused'] or 'nothing'}; load of the machine {found['load']}")
    is_too_fast = bool(found["rate"]) and found["fastest_second"] > found["rate"] * JITTER + 1
    return 1 if is_too_fast or found["told_twice"] or found["told"] < found["events"] else 0


def main() -> int:
    """0: each was told once, at the rate; 1: somebody twice or never, or faster."""
    parser = argparse.ArgumentParser(prog="python -m bench.outreach", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seconds", "--minute", type=float, default=60.0, help="the events come within so many")
    parser.add_argument("--per-post", type=int, default=1, help="events of one post")
    parser.add_argument("--rate", type=float, default=80.0, help="messages a second of the channel; 0: no limit")
    parser.add_argument("--customers", type=float, default=20.0, help="customers' messages a second")
    parser.add_argument("--database", default="sqlite", help="as for the bench")
    parser.add_argument("--json", type=Path, help="all figures, for a machine")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relevo-bench-")))
        url = "" if options.database == "sqlite" else stack.enter_context(database(options.database, folder)).url
        try:
            load, spent = asyncio.run(measure(options, url, folder))
        except ProductFailed as error:
            print(error, file=sys.stderr)
            return 2
    found = figures(load)
    if options.json:
        options.json.write_text(json.dumps({**found, "cpu": spent}, indent=2), encoding="utf-8")
    return report(found, spent)


if __name__ == "__main__":
    sys.exit(main())
