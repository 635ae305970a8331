"""Is every part switched on? A figure with a part left out is worth nothing, so the bench refuses to give one.

Asked from outside: /healthz and the process table for what runs, the wire for what it does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from bench.contract import dialogue, misunderstandings
from bench.load import Target, closed_loop
from bench.processes import Process, tree
from bench.talk import Conversation, Journal, signed_post
from demo.twilio_callbacks import inbound_fields
from demo.twilio_messages import Message

NEEDED = ("web", "sender", "worker")
SYNCHRONOUS = frozenset({"full", "2", "extra", "3", "on"})  # SQLite's words and numbers; PostgreSQL's synchronous_commit
FORGERY_SECONDS = 0.5


def health_faults(health: dict[str, Any]) -> list[str]:
    """What /healthz says is off."""
    faults = []
    if str(health.get("synchronous", "")).lower() not in SYNCHRONOUS:
        faults.append(f"Commits are not durable: /healthz says synchronous is {health.get('synchronous')!r}; it must be FULL (SQLite) or on (PostgreSQL).")
    if health.get("understanding") in (None, False, "", "off"):
        faults.append(f"Understanding is off: /healthz says {health.get('understanding')!r}.")
    return faults


def process_faults(processes: Iterable[Process]) -> list[str]:
    """Which processes of `./run` are missing."""
    names = {process.name for process in processes}
    return [f"There is no process “{needed}”: only {', '.join(sorted(names))} run." for needed in NEEDED
            if not any(name == needed or name.startswith((f"{needed}-", f"{needed}:")) for name in names)]


async def settled(root: int, patience_seconds: float) -> list[Process]:
    """The processes below `root` once all that are needed run, or when patience is at its end: a worker starts last."""
    end = asyncio.get_running_loop().time() + patience_seconds
    while True:
        running = tree(root)
        if not process_faults(running) or asyncio.get_running_loop().time() > end:
            return running
        await asyncio.sleep(0.1)


async def wire_faults(target: Target, journal: Journal) -> list[str]:
    """Does it refuse a forgery, and say what the contract says?"""
    forged = await _forgery(target, journal)
    talks = [journal.open(900_000, dialogue(900_000)), journal.open(900_001, misunderstandings())]
    await asyncio.gather(*(_talk(target, journal, talk) for talk in talks))
    return forged + [fault for talk in talks for fault in _talk_faults(talk)]


async def _forgery(target: Target, journal: Journal) -> list[str]:
    address = "whatsapp:+34699999999"
    message = Message("SM" + "f" * 32, "whatsapp:+14155238886", address, "hola", "inbound", 0.0, "received", 0.0)
    request = signed_post(target.url, target.auth_token, inbound_fields(message, target.account_sid), lambda right: "AAAA" + right[4:])
    status, _ = await target.pool.send(request)
    strangers = journal.strangers
    await asyncio.sleep(FORGERY_SECONDS)
    if status != 403:
        return [f"A forged webhook was answered with {status}: the signature check is off."]
    return ["A forged webhook was answered to the customer."] if journal.strangers > strangers else []


async def _talk(target: Target, journal: Journal, conversation: Conversation) -> None:
    for turn, words in enumerate(conversation.turns):
        conversation.waker = asyncio.Event()
        conversation.sent[turn] = asyncio.get_running_loop().time()
        await target.pool.send(target.request(conversation.address, words.says))
        try:
            await asyncio.wait_for(conversation.waker.wait(), 5.0)
        except TimeoutError:
            return


def _talk_faults(conversation: Conversation) -> list[str]:
    faults = []
    for turn, words in enumerate(conversation.turns):
        if words.answer is not None and conversation.replied[turn] is None:
            said = conversation.samples[0] if conversation.samples else "nothing"
            faults.append(f"“{words.says}” must be answered “{words.answer}”; it was answered {said!r}.")
            break
    return faults


async def warm_up(target: Target, journal: Journal) -> None:
    """Some conversations that do not count: caches fill, connections open."""
    await closed_loop(target, journal, conversations=60, in_flight=8, first=800_000)
