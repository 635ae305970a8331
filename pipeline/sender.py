"""The process that sends: `python -m pipeline.sender`.

Woken by conversation ids on a Redis list, by nothing at all once a second. Each round is one transaction that writes down
how the last sends went and claims the next part of every conversation that has one; then they go out side by side.
Imports neither Flask nor a provider's library.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

import aiohttp
import redis.asyncio
import structlog
from sqlalchemy.exc import SQLAlchemyError

import channels
import clock
import config
import faults
import logs
from channels import accounts
from channels.base import Answer, Endpoint, HttpRequest
from channels.twilio_rest import page as twilio_page
from conversation import holders
from conversation.events import Rendered
from conversation.work import Database, Wiring, Work
from pipeline import claims, lanes, polling, reconcile, schema, standing
from pipeline.budget import Budget
from pipeline.claims import Claimed, Outcome, Patience
from pipeline.gates import TOGETHER_SECONDS, Gates, is_news
from pipeline.rates import NO_RATES, Rates
from pipeline.reconcile import Doubt

ROUND_SECONDS = 0.010  # rounds are at least this far apart: what came in meanwhile shares a transaction
SEND_TIMEOUT_SECONDS = 15.0
CONNECT_TIMEOUT_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 20.0
LIST_PAGES = 20
TOKENS_AT_ONCE = 256
TOKEN_WAIT_SECONDS = 5
RECONNECT_SECONDS = 0.5
TELL_SECONDS = 1.0
AUTHOR_ORDER = {"agent": 0, "system": 1, "bot": 2}
Result = TypeVar("Result")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the sender needs to know of its surroundings.

    `concurrency` is how many parts may be on the wire of one channel at once: one that hangs fills its own only. `rates`
    hold for channels whose endpoint (facts `rate`, `pair_rate`) says nothing else.
    """

    endpoints: dict[tuple[str, str], Endpoint]
    redis_url: str
    patience: Patience
    sweep_seconds: float = 1.0
    concurrency: int = 64
    rates: Rates = NO_RATES
    poll_seconds: float = 0.0


@dataclass
class Sender:
    """One sender. Everything it knows and has not written yet fits in memory and may be lost."""

    database: Database
    settings: Settings
    tokens: set[str] = field(default_factory=set)
    outcomes: list[Outcome] = field(default_factory=list)
    stopping: bool = False

    def __post_init__(self) -> None:
        self.owner = holders.name_of_this_process()
        self._wake = asyncio.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sender-db")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._tell_at = 0.0
        self._settling: set[str] = set()
        self._doors: dict[tuple[str, str], asyncio.Lock] = {}
        self.gates = Gates(_rates_of(self.settings), self.settings.rates, self.settings.concurrency)

    async def run(self) -> None:
        """Until told to stop; then what is on the wire is waited for and written down."""
        # a request must be over before its absence from the provider's list may prove anything
        longest = min(SEND_TIMEOUT_SECONDS, self.settings.patience.proof_first)
        timeout = aiohttp.ClientTimeout(total=longest, sock_connect=min(CONNECT_TIMEOUT_SECONDS, longest))
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector, trust_env=False) as self._http:
            background = [asyncio.create_task(self._listen()), asyncio.create_task(self._sweep())]
            polled = polling.run(self.database, self.settings.endpoints, self.settings.poll_seconds)
            background.append(asyncio.create_task(polled))
            while not self.stopping:
                await self._wake.wait()
                self._wake.clear()
                began = time.monotonic()
                await self._round()
                await asyncio.sleep(max(0.0, ROUND_SECONDS - (time.monotonic() - began)))
            for task in background:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=SEND_TIMEOUT_SECONDS)
            await self._round()
        self._pool.shutdown()

    def stop(self) -> None:
        self.stopping = True
        self._wake.set()

    async def _round(self) -> None:
        asked = [] if self.stopping else list(islice(self.tokens, TOKENS_AT_ONCE))
        outcomes, self.outcomes = self.outcomes, []
        if not asked and not outcomes:
            return
        self.gates.begin(clock.world())
        try:
            claimed = await self._in_database(lambda work: self._write_and_claim(work, outcomes, asked))
            faults.point("round committed")
        except (SQLAlchemyError, faults.Fault) as error:
            logger.warning("a round of the sender failed", error=type(error).__name__)
            self.outcomes = outcomes + self.outcomes
            await asyncio.sleep(0.2)
            self._wake.set()
            return
        self.tokens.difference_update(asked)
        for one in sorted(claimed, key=lambda one: AUTHOR_ORDER.get(one.author, 3)):
            self._start(self._send(one, self.gates.started(one.key, self.database.wiring.now().timestamp())))
        for conversation_id, seconds in self.gates.soon:
            asyncio.get_running_loop().call_later(seconds, self._look_at, conversation_id)
        if self.tokens:
            self._wake.set()

    def _write_and_claim(self, work: Work, outcomes: list[Outcome], asked: list[str]) -> list[Claimed]:
        claims.record(work, outcomes, self.settings.patience)
        faults.point("outcomes recorded")
        wanted = {*asked, *(outcome.claimed.conversation_id for outcome in outcomes)}
        if self.stopping:
            return []
        return claims.take(work, sorted(wanted), self.owner, self.settings.patience, self.gates)

    def _look_at(self, conversation_id: str) -> None:
        self.tokens.add(conversation_id)
        self._wake.set()

    async def _send(self, claimed: Claimed, wait: float) -> None:
        try:
            if wait > 0:
                await asyncio.sleep(wait)
            await self._keep_distance(claimed.key)
            answer = await self._exchange(claimed)
        finally:
            freed = self.gates.ended(claimed.key)
            self.tokens.update(freed)
        self.gates.heard(claimed.key, answer, self.database.wiring.now().timestamp())
        self.outcomes.append(Outcome(claimed, answer))
        if freed or not is_news(claimed.author, claimed.request):
            self._wake.set()
        else:  # nobody waits for what comes after it: the next ones share its round
            asyncio.get_running_loop().call_later(TOGETHER_SECONDS, self._wake.set)
        logger.debug("sent", conversation=claimed.conversation_id, part=claimed.part_id, outcome=answer.outcome)

    async def _keep_distance(self, key: tuple[str, str]) -> None:
        """Those whose moments came together, because this process was held up, leave one by one."""
        async with self._doors.setdefault(key, asyncio.Lock()):
            gap = self.gates.gap(key, self.database.wiring.now().timestamp())
            if gap > 0:
                await asyncio.sleep(gap)
            self.gates.left(key, self.database.wiring.now().timestamp())

    async def _exchange(self, claimed: Claimed) -> Answer:
        """One call of the provider. Only what cannot have reached it is called a failure to send."""
        endpoint = self.settings.endpoints.get((claimed.kind, claimed.account))
        if endpoint is None:
            return Answer("refused", code="not_ours", text=f"{claimed.kind} {claimed.account} is no longer configured.")
        adapter = channels.adapter(claimed.kind)
        try:
            request = adapter.request(claimed.request, claimed.address, claimed.attempt_id, endpoint)
        except Exception as error:  # nothing has left: it failed for certain, and a person sees it
            logger.error("a request could not be written", part=claimed.part_id, error=type(error).__name__)
            return Answer("refused", code="unwritable", text=f"It cannot be written for {claimed.kind}.")
        try:
            faults.point("before provider")
            if self._is_too_late(claimed):
                return Answer("retry", code="late", text="The sender was held up before it could send.")
            status, headers, body = await self._fetch(request)
            faults.point("after provider")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Answer("retry", code="connect", text="The provider could not be reached.", error_class="RETRY")
        except (aiohttp.ClientError, TimeoutError, OSError, faults.Fault) as error:
            return Answer("unknown", code="lost", text=type(error).__name__, error_class="RETRY")
        return adapter.answer(status, headers, body)

    def _is_too_late(self, claimed: Claimed) -> bool:
        """Frozen between claim and first byte: the lease is over, others may hold it for lost. Let it go."""
        return self.database.wiring.now() >= claimed.sending_at + timedelta(seconds=self.settings.patience.lease)

    async def _fetch(self, request: HttpRequest) -> tuple[int, dict[str, str], bytes]:
        async with self._http.request(request.method, request.url, headers=request.headers, data=request.body or None,
                                      allow_redirects=False) as response:
            return response.status, dict(response.headers), await response.read()

    async def _listen(self) -> None:
        """Conversation ids from Redis; without Redis the sweep finds the same a second later."""
        while self.settings.redis_url:
            try:
                async with redis.asyncio.Redis.from_url(self.settings.redis_url, socket_timeout=None) as client:
                    await self._take_tokens(client)
            except Exception as error:  # nobody would notice that it had ended, only that everything is a second late
                logger.debug("redis does not answer", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _take_tokens(self, client: redis.asyncio.Redis) -> None:
        while True:
            got = await client.blmpop(TOKEN_WAIT_SECONDS, 1, lanes.DELIVER, direction="LEFT", count=TOKENS_AT_ONCE)
            if got:
                faults.point("tokens taken")
                self.tokens.update(token.decode() for token in got[1])
                self._wake.set()

    async def _sweep(self) -> None:
        """What nobody rang for: parts left behind, leases of the dead, outcomes to find out."""
        while True:
            try:
                is_due = time.monotonic() >= self._tell_at
                orphaned, waiting, doubtful = await (self._tell_and_look() if is_due else
                                                     self._in_database(self._left_behind))
                if orphaned:
                    logger.warning("parts of a dead sender", parts=orphaned)
                self.tokens.update(waiting)
                self._wake.set()
                for doubt in [one for one in doubtful if one.part_id not in self._settling]:
                    self._start(self._settle_alone(doubt))
            except Exception as error:  # without it what a dead sender left would wait for ever; it comes again soon
                logger.warning("a sweep failed", error=type(error).__name__)
            await asyncio.sleep(self.settings.sweep_seconds)

    async def _tell_and_look(self) -> tuple[int, list[str], list[Doubt]]:
        """The same, and write down how the channels are, and hear what others wrote of them: once a second at most."""
        self._tell_at = time.monotonic() + TELL_SECONDS
        changes = self.gates.changes()

        def step(work: Work) -> tuple[Sequence[Mapping[str, Any]], tuple[int, list[str], list[Doubt]]]:
            return standing.exchange(work, changes), self._left_behind(work)

        try:
            rows, found = await self._in_database(step)
        except Exception:
            self.gates.not_written(changes)
            raise
        opened = self.gates.learn(rows, self.database.wiring.now().timestamp())
        if opened:
            await self._in_database(lambda work: claims.release(work, opened))
            logger.info("channels opened again", channels=[f"{kind} {account}" for kind, account in opened])
        return found

    def _left_behind(self, work: Work) -> tuple[int, list[str], list[Doubt]]:
        orphaned = reconcile.orphans(work, self.settings.patience)
        return orphaned, claims.ready(work), reconcile.doubts(work)

    async def _settle_alone(self, doubt: Doubt) -> None:
        """One doubt by itself: a provider that does not answer holds up neither other doubts nor what may go."""
        self._settling.add(doubt.part_id)
        try:
            await self._settle(doubt)
        except Exception as error:  # it stays in doubt and is looked into at the next sweep
            logger.warning("a doubt could not be settled", part=doubt.part_id, error=type(error).__name__)
        finally:
            self._settling.discard(doubt.part_id)
        self._wake.set()

    async def _settle(self, doubt: Doubt) -> None:
        endpoint = self.settings.endpoints.get((doubt.kind, doubt.account))
        since = (doubt.sending_at - timedelta(seconds=60)).isoformat()
        adapter = channels.adapter(doubt.kind)
        request = adapter.listing(doubt.address, since, endpoint) if endpoint else None
        if request is None or endpoint is None:
            await self._in_database(lambda work: reconcile.without_list(work, doubt))
            return
        accepted = await self._list(adapter, request, endpoint)
        if accepted is not None:
            await self._in_database(lambda work: reconcile.with_list(work, doubt, accepted, self.settings.patience))
        self.tokens.add(doubt.conversation_id)

    async def _list(self, adapter: Any, request: HttpRequest, endpoint: Endpoint) -> list[Any] | None:
        """The whole list, or None where it could not be read to its end: then nothing is proven."""
        found: list[Any] = []
        following: HttpRequest | None = request
        for _ in range(LIST_PAGES):
            faults.point("before list")
            status, _headers, body = await self._fetch(following)
            faults.point("after list")
            if status != 200 or not _is_list(body):
                return None
            messages, next_url = adapter.listed(body)
            found.extend(messages)
            if next_url is None:
                return found
            following = twilio_page(endpoint.api_base + next_url if next_url.startswith("/") else next_url, endpoint)
            if following is None:
                return None
        return None

    async def _in_database(self, step: Callable[[Work], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._transact, step)

    def _transact(self, step: Callable[[Work], Result]) -> Result:
        with self.database.work() as work:
            return step(work)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_list(body: bytes) -> bool:
    """A page of a list, and not what a proxy in between says with the same status: absence there proves nothing."""
    try:
        return isinstance(json.loads(body)["messages"], list)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _rates_of(settings: Settings) -> dict[tuple[str, str], Rates]:
    """The rates of the channels that have some of their own."""
    usual, found = settings.rates, dict[tuple[str, str], Rates]()
    for key, endpoint in settings.endpoints.items():
        rate, pair = endpoint.facts.get("rate"), endpoint.facts.get("pair_rate")
        if rate is not None or pair is not None:
            found[key] = Rates(usual.channel if rate is None else float(rate), usual.pair if pair is None else float(pair))
    return found


def settings_of(given: config.Settings) -> Settings:
    """The sender's part of the settings."""
    ours = accounts.read(given.accounts())
    base = given.public_bases[0] if given.public_bases else ""
    return Settings(
        endpoints=ours.endpoints(given.twilio_api_base, given.meta_graph_base, base), redis_url=given.redis_url,
        patience=Patience(given.lease_seconds, given.proof_first_seconds, given.proof_last_seconds,
                          given.give_up_seconds, Budget(given.sms_daily_budget, given.sms_daily_budget_total)),
        sweep_seconds=given.sweep_seconds, concurrency=given.send_concurrency, rates=Rates(given.send_rate),
        poll_seconds=given.poll_seconds)


async def _run(given: config.Settings) -> None:
    logs.configure(given.log_level, given.secret_values, given.secret_key)
    doorbell = lanes.Doorbell(given.redis_url)
    wiring = Wiring(ring=doorbell.ring, render=lambda kind, outgoing: Rendered(()), text=lambda key, language, **values: "")
    database = Database(given.database_url, wiring)
    schema.guard(database.engine)
    sender = Sender(database, settings_of(given))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, sender.stop)
    await sender.run()


def main() -> None:
    """The process `sender`."""
    os.environ.setdefault("RELEVO_PROCESS", "sender")
    given = config.load()
    if given.mode == "lab":
        clock.follow(given.lab_clock)
    try:
        import uvloop
    except ImportError:  # it has no wheel for every machine; asyncio does the same with more of the processor
        asyncio.run(_run(given))
    else:
        uvloop.run(_run(given))


if __name__ == "__main__":
    main()
