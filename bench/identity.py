"""`python -m bench.identity`: does the time or the wording of an answer tell which orders exist?

Strangers ask ./run for orders with an e-mail that is nobody's: orders that do not exist, orders that do, and one order
beyond the limit on guessing, for that also with the right e-mail; mixed at random. The stand-in of the shop is slow where
an order exists and quick where not, as shops are. Told are the medians, and how often an answer of one kind came later
than one of another: 0.5 is chance.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contract import ASK, order_json
from bench.http_client import Pool
from bench.identity_shops import ABSENT_SECONDS, CONNECTORS, THERE_SECONDS, AskedFor, Numbers, standing
from bench.postgres import database
from bench.product import ACCOUNT_SID, AUTH_TOKEN, Product, ProductFailed
from bench.provider import Provider
from bench.talk import webhook
from demo.twilio_account import Reply, Request, TwilioAccount

KINDS = ("absent", "wrong proof", "over the limit", "right, too late")
TO_CLOSE = 6
EMAIL = "nadie@mal.example"
PATIENCE_SECONDS = 15.0


@dataclass
class Stranger:
    """One who asks, and what she is told."""

    address: str
    told: asyncio.Queue[tuple[str, float]] = field(default_factory=asyncio.Queue)


class UnevenShop(Provider):
    """The provider, and a shop whose time depends on whether the order is there."""

    def answer(self, request: Request, respond: Callable[[Reply], None]) -> None:
        if request.path.startswith("/orders/"):
            is_there = order_json(request.path.rpartition("/")[2]) is not None
            self.shop_delay_seconds = random.uniform(*(THERE_SECONDS if is_there else ABSENT_SECONDS))
        super().answer(request, respond)


class Strangers:
    """Everybody who asks in this run; `seconds` and `texts` are by kind."""

    def __init__(self, product: Product, numbers: Numbers) -> None:
        self.product, self.numbers = product, numbers
        self.pool = Pool("127.0.0.1", product.port)
        self.by_address: dict[str, Stranger] = {}
        self.seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
        self.texts: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def arrived(self, message: Any, at: float) -> None:
        if stranger := self.by_address.get(message.to):
            stranger.told.put_nowait((message.body, at))

    async def ask(self, kind: str, number: str, at_once: asyncio.Semaphore) -> None:
        """Ask for one order as somebody new, and note what she is told and when. Raises ProductFailed."""
        stranger = Stranger(f"whatsapp:+34{600_000_000 + len(self.by_address)}")
        self.by_address[stranger.address] = stranger
        async with at_once:
            told, _ = await self._say(stranger, f"estado {number}")
            if told != ASK.format(number=number):
                raise ProductFailed(f"Asked for an order, the bot said: {told}")
            told, seconds = await self._say(stranger, self.numbers.right if kind == KINDS[3] else EMAIL)
            self.seconds[kind].append(seconds)
            self.texts[kind].add(told.replace(number, "…"))

    async def _say(self, stranger: Stranger, text: str) -> tuple[str, float]:
        request = webhook(f"{self.product.url}/webhooks/twilio", ACCOUNT_SID, AUTH_TOKEN, stranger.address, text)
        began = time.perf_counter()
        await self.pool.send(request, PATIENCE_SECONDS)
        told, at = await asyncio.wait_for(stranger.told.get(), PATIENCE_SECONDS)
        return told, at - began


def later(some: list[float], others: list[float]) -> float:
    """How often one of `some` is above one of `others`: Mann and Whitney's U, as a share of all pairs."""
    ordered = sorted(others)
    above = sum((bisect.bisect_left(ordered, one) + bisect.bisect_right(ordered, one)) / 2 for one in some)
    return above / (len(some) * len(ordered))


async def measure(asked: AskedFor, folder: Path, each: int, at_once: int) -> Strangers:
    """Raises ProductFailed."""
    strangers: list[Strangers] = []
    shop = UnevenShop(TwilioAccount(ACCOUNT_SID, AUTH_TOKEN), lambda message, at: strangers[0].arrived(message, at))
    await shop.start()
    product, numbers = Product(asked.setting, folder, shop.url), asked.numbers
    try:
        await product.start()
        strangers.append(found := Strangers(product, numbers))
        turn = asyncio.Semaphore(1)
        for _ in range(TO_CLOSE):
            await found.ask("over the limit", numbers.guessed, turn)
        found.seconds["over the limit"].clear()
        wanted = [(kind, number) for n in range(each) for kind, number in zip(KINDS, (
            numbers.absent[n], numbers.there[n % len(numbers.there)], numbers.guessed, numbers.guessed), strict=True)]
        random.shuffle(wanted)
        turn = asyncio.Semaphore(at_once)
        await asyncio.gather(*(found.ask(kind, number, turn) for kind, number in wanted))
        return found
    finally:
        if hasattr(product, "process"):
            product.stop()
        shop.close()


def main() -> int:
    """0: wording is one, and no kind can be told by its time; 1: it can."""
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--connector", choices=CONNECTORS, default="rest")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--each", type=int, default=300, help="look-ups of each kind")
    parser.add_argument("--at-once", type=int, default=6)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relevo-bench-")))
        is_sqlite = options.database == "sqlite"
        url = "" if is_sqlite else stack.enter_context(database(options.database, folder)).url
        asked = stack.enter_context(standing(options.connector, url, folder))
        return report(asyncio.run(measure(asked, folder, options.each, options.at_once)))


def report(found: Strangers) -> int:
    """Print the figures; 1 where a stranger could tell the kinds apart."""
    words = set().union(*found.texts.values())
    print(f"wordings: {len(words)}")
    for kind, seconds in found.seconds.items():
        cuts = statistics.quantiles(seconds, n=20)
        low, middle, high = (1000 * one for one in (cuts[0], statistics.median(seconds), cuts[-1]))
        print(f"{kind:15} n={len(seconds)} median {middle:.1f} ms, p5 {low:.1f}, p95 {high:.1f}")
    tells = False
    for one, other in itertools.combinations(reversed(KINDS), 2):
        share = later(found.seconds[one], found.seconds[other])
        # Three standard deviations of U under chance.
        n, m = len(found.seconds[one]), len(found.seconds[other])
        bound = 3 * ((n + m + 1) / (12 * n * m)) ** 0.5
        tells |= abs(share - 0.5) > bound
        print(f"{one} later than {other}: {share:.3f} (chance 0.5 ± {bound:.3f})")
    return 1 if tells or len(words) > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
