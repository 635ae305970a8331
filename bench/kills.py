"""`python -m bench.kills`: kill -9 under load, again and again, and look what the customers got.

Each round has customers of its own, who write at a steady rate; their posts are repeated until they are acknowledged, with
growing pauses, as a provider does, and three in ten are posted once more although they were. Somewhere in it one process
of ./run is killed; nobody but its supervisor starts it again. Judged from the provider's log and the generator's own
journal, never from the product's tables: what each customer got must be what she must get, once each and in order.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contract import ASK, STATE, order
from bench.http_client import Pool
from bench.postgres import database
from bench.product import ACCOUNT_SID, AUTH_TOKEN, ROOT, Product, ProductFailed, Setting
from bench.provider import Provider
from bench.talk import webhook
from demo.twilio_account import Reply, Request, TwilioAccount

VICTIMS = ("web", "sender", "worker", "valkey")
CUSTOMERS = 12
TURNS = 12
DUPLICATES = 0.3
PROVIDER_SECONDS, SHOP_SECONDS = 0.06, 0.2  # slow enough that a kill finds something on the wire
SETTLE_SECONDS = 60.0
KILL_AFTER_SECONDS = (0.3, 1.3)
RETRY_SECONDS = (0.1, 0.2, 0.4, 0.8, *(1.5 for _ in range(30)))
QUICK = {"LEASE_SECONDS": "1", "PROOF_FIRST_SECONDS": "1", "PROOF_LAST_SECONDS": "2"}
SERVICE_TIMEOUT = "3s"
NEEDED_SHARE = 0.8  # of the rounds in which the killed process had work in flight

now = time.perf_counter


@dataclass
class Customer:
    """What she says, and what she must get for it, in order."""

    address: str
    says: list[str]
    expects: list[str]
    acked: int = 0
    got: list[tuple[str, float]] = field(default_factory=list)

    @property
    def is_served(self) -> bool:
        return self.acked == len(self.says) and len(self.got) >= len(self.expects)

    @property
    def waits_for(self) -> int:
        """How many answers to what was acknowledged have not arrived (each message has one answer)."""
        return max(0, self.acked - len(self.got))


@dataclass(frozen=True, slots=True)
class Round:
    """What one kill did. `unknown`: sends whose answer the killed sender never heard."""

    victim: str
    in_flight: int
    recovery_seconds: float
    unknown: int
    lost: int
    doubled: int
    misordered: int
    told: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.misordered)


class WatchedProvider(Provider):
    """A provider and a shop that know what they are just answering."""

    def __init__(self, account: TwilioAccount, arrived: Any) -> None:
        super().__init__(account, arrived)
        self.sends = self.asks = 0
        self.delay_seconds, self.shop_delay_seconds = PROVIDER_SECONDS, SHOP_SECONDS

    def answer(self, request: Request, respond: Callable[[Reply], None]) -> None:
        is_ask = request.path.startswith("/orders/")
        self._count(is_ask, 1)

        def answered(reply: Reply) -> None:
            self._count(is_ask, -1)
            respond(reply)

        super().answer(request, answered)

    def _count(self, is_ask: bool, change: int) -> None:
        if is_ask:
            self.asks += change
        else:
            self.sends += change


class Load:
    """The customers of one round, and the posts of theirs that wait for an answer."""

    def __init__(self, product: Product, number: int, rate: float, dice: random.Random) -> None:
        self.pool = Pool("127.0.0.1", product.port)
        self.url = f"{product.url}/webhooks/twilio"
        self.dice = dice
        self.pause = CUSTOMERS / rate
        self.customers = [_customer(number * CUSTOMERS + index) for index in range(CUSTOMERS)]
        self.by_address = {customer.address: customer for customer in self.customers}
        self.open_posts = 0
        self.acknowledged_at: list[float] = []
        self.again: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        await asyncio.gather(*(self._write(customer) for customer in self.customers))
        if self.again:
            await asyncio.wait(self.again)

    async def _write(self, customer: Customer) -> None:
        await asyncio.sleep(self.dice.uniform(0, self.pause))
        for text in customer.says:
            began, request = now(), webhook(self.url, ACCOUNT_SID, AUTH_TOKEN, customer.address, text)
            await self._post(request)
            customer.acked += 1
            if self.dice.random() < DUPLICATES:
                task = asyncio.ensure_future(self._post(request))
                self.again.add(task)
                task.add_done_callback(self.again.discard)
            await asyncio.sleep(max(0.0, self.pause * self.dice.uniform(0.5, 1.5) - (now() - began)))

    async def _post(self, request: bytes) -> None:
        """Until it is acknowledged, with growing pauses. Raises ProductFailed when it never is."""
        self.open_posts += 1
        try:
            for pause in RETRY_SECONDS:
                try:
                    status, _ = await self.pool.send(request, 15.0)
                except (OSError, TimeoutError):
                    status = 0
                if status // 100 == 2:
                    self.acknowledged_at.append(now())
                    return
                await asyncio.sleep(pause * self.dice.uniform(0.8, 1.2))
        finally:
            self.open_posts -= 1
        raise ProductFailed("A post was never acknowledged; the provider has given up.")

    def arrived(self, message: Any, at: float) -> None:
        customer = self.by_address.get(message.to)
        if customer is not None:
            customer.got.append((message.body, at))

    @property
    def outstanding(self) -> int:
        """Answers that are owed for what was acknowledged."""
        return sum(customer.waits_for for customer in self.customers)


class Kills:
    """A product that runs, and its provider; `round` breaks it once."""

    def __init__(self, folder: Path, url: str, rate: float, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rate = rate
        self.numbers = iter(range(1_000_000))
        self.load: Load | None = None
        self.provider = WatchedProvider(TwilioAccount(ACCOUNT_SID, AUTH_TOKEN), self._arrived)
        self.folder, self.url = folder, url

    async def start(self) -> None:
        """Raises ProductFailed."""
        await self.provider.start()
        setting = Setting(connector="rest", database_url=self.url, flows=_flows(self.folder), more=QUICK)
        self.product = Product(setting, self.folder, self.provider.url)
        await self.product.start()

    def stop(self) -> None:
        if hasattr(self, "product") and hasattr(self.product, "process"):
            self.product.stop()
        self.provider.close()

    def _arrived(self, message: Any, at: float) -> None:
        if self.load is not None:
            self.load.arrived(message, at)

    async def round(self, victim: str) -> Round:
        """Load, a kill in the middle of it, and what became of it all."""
        load = self.load = Load(self.product, next(self.numbers), self.rate, self.dice)
        writing = asyncio.ensure_future(load.run())
        await asyncio.sleep(self.dice.uniform(*KILL_AFTER_SECONDS))
        in_flight, unknown, owed, killed_at = await self._kill(victim, load)
        await writing
        await self._settle(load)
        recovery = max(_cleared(load, owed, killed_at), default=killed_at) - killed_at
        load.pool.close()
        lost, doubled, misordered, told = _judge(load)
        return Round(victim, in_flight, recovery, unknown, lost, doubled, misordered, told)

    async def _kill(self, victim: str, load: Load) -> tuple[int, int, dict[str, int], float]:
        """Kill it while it has something in hand, if that comes soon; what it had then."""
        for _ in range(200):
            if self._in_flight(victim, load) and self._pid(victim):
                break
            await asyncio.sleep(0.005)
        in_flight, owed = self._in_flight(victim, load), {one.address: one.acked for one in load.customers}
        pid = self._pid(victim)
        if pid is None:
            raise ProductFailed(f"There is no process “{victim}” to kill:\n{self.product.tail()}")
        os.kill(pid, signal.SIGKILL)
        return in_flight, self.provider.sends if victim == "sender" else 0, owed, now()

    def _in_flight(self, victim: str, load: Load) -> int:
        """Web: posts without an answer. Sender: sends the provider is answering. Worker: questions to the shop.
        Valkey holds only rings: answers that are owed and may need one."""
        return {"web": load.open_posts, "sender": self.provider.sends, "worker": self.provider.asks,
                "valkey": load.outstanding}[victim]

    def _pid(self, victim: str) -> int | None:
        try:
            return int((self.folder / "data" / "run" / f"{victim}.pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    async def _settle(self, load: Load) -> None:
        until = now() + SETTLE_SECONDS
        while not all(customer.is_served for customer in load.customers) and now() < until:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)  # a doubled answer would come about now


def _customer(number: int) -> Customer:
    """Questions for orders with their proof, and words to say back with a count of them: nothing is alike."""
    customer = Customer(f"whatsapp:+34{600_000_000 + number}", [], [])
    for turn in range(TURNS // 3):
        asked = order((number * 41 + turn) % 1000)
        state = STATE.format(number=asked.number, state=asked.state, eta=asked.eta)
        customer.says += [f"estado {asked.number}", asked.email, f"eco {number}-{turn}"]
        customer.expects += [ASK.format(number=asked.number), state, f"eco {number}-{turn} n={turn + 1}"]
    return customer


def _cleared(load: Load, owed: dict[str, int], killed_at: float) -> Iterator[float]:
    """When a post was acknowledged again, and when the last answer owed at the kill came to each customer."""
    yield min((at for at in load.acknowledged_at if at > killed_at), default=killed_at)
    for customer in load.customers:
        count = owed[customer.address]
        if 0 < count <= len(customer.got):
            yield max(killed_at, customer.got[count - 1][1])


def _judge(load: Load) -> tuple[int, int, int, str]:
    """How many answers were lost, doubled or in the wrong place, and the first customer who was wronged."""
    lost = doubled = misordered = 0
    told = ""
    for customer in load.customers:
        got, expected = Counter(body for body, _ in customer.got), Counter(customer.expects)
        missing, surplus = sum((expected - got).values()), sum((got - expected).values())
        order_of = [body for body, _ in customer.got if body in expected]
        wrong = not missing and not surplus and order_of != customer.expects
        lost, doubled, misordered = lost + missing, doubled + surplus, misordered + wrong
        if (missing or surplus or wrong) and not told:
            told = f"{customer.address} must get {customer.expects} and got {[body for body, _ in customer.got]}"
    return lost, doubled, misordered, told


def _flows(folder: Path) -> Path:
    """The bot of the bench with a short patience for its shop, so that a dead worker's work is soon taken over."""
    copied = folder / "flows"
    copied.mkdir()
    for path in sorted((ROOT / "bench" / "flows").glob("*.yaml")):
        text = path.read_text(encoding="utf-8").replace("timeout: 8s", f"timeout: {SERVICE_TIMEOUT}")
        (copied / path.name).write_text(text, encoding="utf-8")
    return copied


def told(rounds: list[Round]) -> str:
    """The figures, a line per victim."""
    lines = [f"{'victim':8} rounds  in flight  recovery p50   p95    unknown  lost  doubled  out of order"]
    for victim in dict.fromkeys(one.victim for one in rounds):
        own = [one for one in rounds if one.victim == victim]
        times = sorted(one.recovery_seconds for one in own)
        share = sum(one.in_flight > 0 for one in own)
        lines.append(f"{victim:8} {len(own):6}  {share:3} of {len(own):3} {times[len(times) // 2]:10.2f} s "
                     f"{times[min(len(times) - 1, int(len(times) * 0.95))]:6.2f} s {sum(one.unknown for one in own):6}"
                     f" {sum(one.lost for one in own):6} {sum(one.doubled for one in own):7} {sum(one.misordered for one in own):9}")
    return "\n".join([*lines, *(f"round {n}: {one.told}" for n, one in enumerate(rounds) if one.told)])


async def run(folder: Path, url: str, options: argparse.Namespace) -> list[Round]:
    """Start, kill, stop. Raises ProductFailed."""
    kills = Kills(folder, url, options.rate, options.seed)
    rounds: list[Round] = []
    try:
        await kills.start()
        for number in range(options.rounds):
            victim = options.victims[number % len(options.victims)]
            rounds.append(await kills.round(victim))
            last = rounds[-1]
            print(f"{number + 1:4} {victim:7} in flight {last.in_flight:3}  recovered in {last.recovery_seconds:5.2f} s"
                  + ("" if last.is_clean else f"  {last.told}"), flush=True)
    finally:
        kills.stop()
    return rounds


@contextmanager
def chosen(name: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database; nothing to set up for SQLite."""
    if name == "sqlite":
        yield ""
        return
    with database(name, folder) as fresh:
        yield fresh.url


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description="kill -9 under load, judged by the customers.")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (a server of its own) or a postgresql:// URL")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--victims", type=lambda text: text.split(","), default=list(VICTIMS), help=f"of {','.join(VICTIMS)}")
    parser.add_argument("--rate", type=float, default=75.0, help="messages a second")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def main() -> int:
    """0: nothing was lost, doubled or mixed up, and the kills hit something; 1: not so; 2: it could not be tried."""
    options = arguments().parse_args()
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relevo-kills-")))
            url = stack.enter_context(chosen(options.database, folder))
            rounds = asyncio.run(run(folder, url, options))
    except ProductFailed as error:
        print(error, file=sys.stderr)
        return 2
    print(told(rounds))
    hit = sum(one.in_flight > 0 for one in rounds)
    print(f"{len(rounds)} kills, work in flight in {hit}; seed {options.seed}; {options.database.partition(':')[0]}")
    return 0 if all(one.is_clean for one in rounds) and hit >= NEEDED_SHARE * len(rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
