"""The load: an open loop at a fixed rate, or a closed loop with so many conversations in flight.

In the open loop every message has a time at which it is due; latency counts from there and not from when the
generator got round to it, so that a product that stalls cannot slow down its own examination.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from bench.contract import dialogue
from bench.http_client import Pool
from bench.talk import Conversation, Journal, webhook

now = time.perf_counter
TURN_GAP_SECONDS = 2.5  # between two messages of one customer in the open loop
START_SECONDS = 0.1
REPLY_SECONDS = 15.0
PATIENCE_SECONDS = 5.0  # without any reply, until what is missing counts as lost
TURNS = 4


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go, and with which account they are signed."""

    pool: Pool
    url: str
    account_sid: str
    auth_token: str
    patience_seconds: float = PATIENCE_SECONDS

    def request(self, address: str, text: str) -> bytes:
        return webhook(self.url, self.account_sid, self.auth_token, address, text)


@dataclass(slots=True)
class Run:
    """What one load did; `late` is the generator's own lateness at each message."""

    journal: Journal
    began_at: float = 0.0
    ended_at: float = 0.0
    late: list[float] = field(default_factory=list)


async def open_loop(target: Target, journal: Journal, rate: float, seconds: float, first: int = 0) -> Run:
    """`rate` messages a second for `seconds`, then wait for what is missing."""
    run = Run(journal)
    plan = _plan(journal, rate, seconds, first)
    await target.pool.warm(min(64, max(4, int(rate / 4))))
    tasks: set[asyncio.Task[None]] = set()
    run.began_at = now() + START_SECONDS
    for offset, conversation, turn in plan:
        due_at = run.began_at + offset
        post = _Post(conversation, turn, target.request(conversation.address, conversation.turns[turn].says), due_at)
        wait = due_at - now()
        if wait > 0:
            await asyncio.sleep(wait)
        run.late.append(now() - due_at)
        task = asyncio.ensure_future(_send(target, journal, post))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await _settle(target, tasks, journal)
    run.ended_at = now()
    return run


def _plan(journal: Journal, rate: float, seconds: float, first: int) -> list[tuple[float, Conversation, int]]:
    """(when, who, which turn): groups of customers take their turns together, TURN_GAP_SECONDS apart."""
    group = max(1, int(rate * TURN_GAP_SECONDS))
    plan: list[tuple[float, Conversation, int]] = []
    known: dict[int, Conversation] = {}
    for index in range(int(rate * seconds)):
        generation, rest = divmod(index, group * TURNS)
        turn, member = divmod(rest, group)
        number = first + generation * group + member
        if number not in known:
            known[number] = journal.open(number, dialogue(number))
        plan.append((index / rate, known[number], turn))
    return plan


@dataclass(frozen=True, slots=True)
class _Post:
    """One message on its way: whose which turn, the bytes, and when it was due."""

    conversation: Conversation
    turn: int
    request: bytes
    due_at: float


async def _send(target: Target, journal: Journal, post: _Post) -> None:
    post.conversation.sent[post.turn] = post.due_at
    try:
        status, _ = await target.pool.send(post.request)
    except (OSError, TimeoutError) as error:
        journal.errors[type(error).__name__] += 1
        return
    if status // 100 == 2:
        post.conversation.acked[post.turn] = now()
    else:
        journal.errors[f"http {status}"] += 1


async def _settle(target: Target, tasks: set[asyncio.Task[None]], journal: Journal) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=REPLY_SECONDS)
    mark = now()
    while not journal.is_answered and now() - max(mark, journal.last_reply_at) < target.patience_seconds:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)  # a doubled reply would come about now


async def closed_loop(target: Target, journal: Journal, conversations: int, in_flight: int, first: int = 0) -> Run:
    """Each customer says her next turn 10-30 ms after the answer; `in_flight` of them at once."""
    run = Run(journal)
    dice = random.Random(7)
    waiting = iter([journal.open(first + number, dialogue(first + number)) for number in range(conversations)])
    run.began_at = now()

    async def customer() -> None:
        for conversation in waiting:
            await _converse(target, journal, conversation, dice)

    await asyncio.gather(*(customer() for _ in range(in_flight)))
    run.ended_at = max(run.began_at, journal.last_reply_at)
    await _settle(target, set(), journal)
    return run


async def _converse(target: Target, journal: Journal, conversation: Conversation, dice: random.Random) -> None:
    for turn, words in enumerate(conversation.turns):
        conversation.waker = asyncio.Event()
        request = target.request(conversation.address, words.says)
        await _send(target, journal, _Post(conversation, turn, request, now()))
        if words.answer is None:
            continue
        try:
            await asyncio.wait_for(conversation.waker.wait(), REPLY_SECONDS)
        except TimeoutError:
            return
        await asyncio.sleep(dice.uniform(0.010, 0.030))
