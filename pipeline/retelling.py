"""A conversation that took place, told to the flows of today: what would they say, and is it what was said?

Nothing is stored, sent or written to the shop: services that read are asked, those that write are answered by the
fakes of `_services.yaml`. What people held is left out, as it was not the bot's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.flow.effects import Call
from bot.flow.events import CallResult
from bot.flow.library import Library
from bot.flow.masking import Mask
from bot.flow.recording import Recording, as_test
from bot.flow.world import NoFake, World
from conversation.tables import Channel, Contact, Conversation, Message
from handoff.tables import Ticket
from pipeline.answer import WAKES_BOT
from pipeline.errors import UnknownConversation
from pipeline.services import Asked, Services

_message, _conversation, _contact = Message.__table__, Conversation.__table__, Contact.__table__
_channel, _ticket = Channel.__table__, Ticket.__table__
BOT = "bot"


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation as it stands in the tables: who, where, what was said, when people had it (from, until)."""

    facts: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]
    held: Sequence[tuple[datetime, datetime | None, str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message of the contact, what the bot said to it then, and what it would say now."""

    said: str
    then: tuple[str, ...]
    now: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class Retold:
    """What came of it, exchange by exchange, and the same as a recording."""

    exchanges: tuple[Exchange, ...]
    recording: Recording


def load(connection: Connection, conversation_id: str) -> Stored:
    """Raises UnknownConversation."""
    facts = connection.execute(
        select(_conversation.c.address, _conversation.c.language, _channel.c.kind, _contact.c.name, _contact.c.email,
               _contact.c.country, _contact.c.facts)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .where(_conversation.c.conversation_id == conversation_id)
    ).mappings().first()
    if facts is None:
        raise UnknownConversation(f"There is no conversation “{conversation_id}”; its id stands in its address, cnv_….")
    messages = connection.execute(
        select(_message).where(_message.c.conversation_id == conversation_id).order_by(_message.c.seq)
    ).mappings().all()
    held = connection.execute(
        select(_ticket.c.opened_at, _ticket.c.closed_at, _ticket.c.state)
        .where(_ticket.c.conversation_id == conversation_id).order_by(_ticket.c.opened_at)
    ).all()
    return Stored(facts, messages, [tuple(one) for one in held])


def retell(stored: Stored, library: Library, services: Services) -> Retold:
    """Tell the flows of `library` what the contact said, at the times she said it."""
    recording = Recording(given={"language": stored.facts["language"], "contact": _contact_of(stored.facts),
                                 "channel": stored.facts["kind"], "notice": "yes"})
    world = World(library, language=stored.facts["language"], contact=_contact_of(stored.facts),
                  channel=stored.facts["kind"], open_queues=frozenset(library.project.queues),
                  ask=_asks(library, services, stored.facts["address"], recording))
    if stored.messages:
        world.now = stored.messages[0]["said_at"].replace(tzinfo=UTC)
        recording.given["now"] = world.now.strftime("%Y-%m-%dT%H:%M")
    return Retold(tuple(_exchanges(stored, world, recording)), recording)


def as_case(retold: Retold, name: str, mask: Mask) -> str:
    """The talk as a case of a test file, without who it was."""
    return "\n".join(as_test(retold.recording, name, mask)) + "\n"


def _contact_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = {**facts["facts"], "name": facts["name"], "email": facts["email"], "country": facts["country"]}
    if facts["address"].startswith("+"):
        known["phone"] = facts["address"]
    return {name: value for name, value in known.items() if value}


def _asks(
    library: Library, services: Services, sender: str, recording: Recording
) -> Callable[[Call], CallResult | None]:
    def ask(call: Call) -> CallResult | None:
        if call.write:
            return None
        said = str(recording.given["language"])
        terms = services.terms(call.service, str(recording.given["channel"]))
        answered = services.ask(Asked(call.service, call.arguments, sender, call.others, language=said, terms=terms))
        recording.answered(call.service, {**call.arguments, **answered.used}, answered.value or answered.status)
        return CallResult(call.seq, answered.status, answered.value, answered.used)

    return ask


def _exchanges(stored: Stored, world: World, recording: Recording) -> Iterator[Exchange]:
    closed = [(until, state) for _, until, state in stored.held if until is not None]
    inbound = [one for one in stored.messages if one["direction"] == "inbound" and one["kind"] in WAKES_BOT]
    for number, message in enumerate(inbound):
        at = message["created_at"]  # the message that called people is stored in the very moment their ticket opens
        if any(since < at and (until is None or at <= until) for since, until, _ in stored.held):
            continue
        while closed and closed[0][0] < at:
            _, state = closed.pop(0)
            world.close_ticket(state)
            recording.add("agent", state)
            world.handoff = None
        following = inbound[number + 1]["seq"] if number + 1 < len(inbound) else None
        yield Exchange(message["text"] or f"({message['kind']})", _then(stored, message["seq"], following),
                       _now(world, recording, message))


def _then(stored: Stored, seq: int, following: int | None) -> tuple[str, ...]:
    return tuple(one["text"] for one in stored.messages
                 if one["seq"] > seq and (following is None or one["seq"] < following) and one["author"] == BOT)


def _now(world: World, recording: Recording, message: Mapping[str, Any]) -> tuple[str, ...]:
    gap = (message["said_at"].replace(tzinfo=UTC) - world.now).total_seconds()
    if gap >= 1:
        world.wait(gap)
        recording.add("wait", f"{int(gap)}s")
        _heard(world, recording)
    try:
        _say(world, recording, message)
    except NoFake as missing:
        return (f"! {missing}",)
    said = _heard(world, recording)
    if world.handoff is not None:
        recording.handoff = {"queue": world.handoff.queue, "reason": world.handoff.reason}
    return said


def _say(world: World, recording: Recording, message: Mapping[str, Any]) -> None:
    if message["payload"] is not None and world.press(message["payload"]):
        recording.add("press", message["payload"].rpartition(":")[2])
        return
    media = tuple(item.get("type", "document") for item in message["content"].get("media", ()))
    world.say(message["text"], media, message["content"].get("location"))
    if media:
        recording.add("send", {"media": list(media), "text": message["text"]})
    else:
        recording.add("user", message["text"])


def _heard(world: World, recording: Recording) -> tuple[str, ...]:
    said = tuple(one.text for one in world.said)
    world.said.clear()
    for text in said:
        recording.add("bot", text)
    return said
