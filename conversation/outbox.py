"""Everything we send: written with what caused it, in one transaction, and sent afterwards by the sender.

The order of a conversation is the order of `position`. A part that may have left is never sent again on a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, insert, literal_column, or_, select, update

import metrics
from conversation import ids
from conversation.errors import UnknownConversation
from conversation.events import Notice, Outgoing, Receipt, Rendered, TimelineLine, Watermark
from conversation.prepared import Prepared
from conversation.tables import OPEN_PART_STATES, Address, Channel, Conversation, Message, OutboxPart
from conversation.work import Work

PARTS_PER_MESSAGE = 1_000
REFUSED = "refused"  # the code of what a channel cannot carry at all
SETTLED_CHECKS = 9  # an unknown outcome that nobody will ever settle: it stays, the conversation goes on
RANK = {"queued": 0, "sending": 1, "unknown": 2, "sent": 3, "failed": 4, "expired": 4, "delivered": 5, "read": 6}
PROOF_OF_ACCEPTANCE = ("queued", "sent", "delivered", "read", "failed")

_conversation, _channel, _address = Conversation.__table__, Channel.__table__, Address.__table__
_part = OutboxPart.__table__
# Written out, not bound: a database finds a partial index only by the very words of its condition.
_OPEN = [literal_column(f"'{state}'") for state in OPEN_PART_STATES]
IS_OPEN = _part.c.state.in_(_OPEN)
_before = _part.alias("before")
IS_BLOCKED = exists().where(  # an earlier part of the conversation has no outcome yet, and somebody may still find it
    _before.c.conversation_id == _part.c.conversation_id, _before.c.position < _part.c.position,
    _before.c.state.in_(_OPEN), or_(_before.c.state != "unknown", _before.c.checked < SETTLED_CHECKS))
_add_message = Prepared(insert(Message.__table__))
_add_part = Prepared(insert(_part))
_speak = (
    update(_conversation)
    .where(_conversation.c.conversation_id == bindparam("id"))
    .values(last_seq=_conversation.c.last_seq + 1, last_message_at=bindparam("at"), preview=bindparam("words"),
            preview_author=bindparam("by"))
    .returning(_conversation.c.last_seq, _conversation.c.epoch, _conversation.c.channel_id)
)
_kinds: dict[str, str] = {}
_kind_of = select(_channel.c.kind).where(_channel.c.channel_id == bindparam("id"))
SUPPRESS_BOT = Prepared(
    update(_part)
    .where(_part.c.conversation_id == bindparam("id"), _part.c.author == "bot", _part.c.state == "queued")
    .values(state="suppressed", error_code="taken_over")
)
_MOVED_BY = {"delivered": ("sent",), "read": ("sent", "delivered")}  # by a report of everything up to a moment
_until = (  # by her id, which is indexed: a page has as many conversations as people ever wrote to it
    select(_part.c.part_id)
    .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .join(_address, _address.c.contact_id == _conversation.c.contact_id)
    .where(_address.c.family == bindparam("family"), _address.c.canonical == bindparam("canonical"),
           _channel.c.kind == bindparam("kind"), _channel.c.account == bindparam("account"),
           _part.c.state.in_(bindparam("states", expanding=True)), _part.c.sent_at <= bindparam("until"))
    .order_by(_part.c.part_id)  # as all who lock parts do
)
# Locked: of two reports taken in at once by two processes the second must see what the first made of the part.
_by_part = select(_part).where(_part.c.part_id == bindparam("id")).with_for_update()
_by_provider = select(_part).where(_part.c.provider_id == bindparam("id")).with_for_update()


@dataclass(frozen=True, slots=True)
class Line:
    """Where one outbound message stands: everything about it that is not its words."""

    conversation_id: str
    kind: str
    seq: int
    epoch: int
    now: datetime
    agent_id: str | None = None
    ticket_id: str | None = None


def rows(line: Line, outgoing: Outgoing, rendered: Rendered) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The message and its parts as rows to insert; pure but for their fresh ids."""
    message_id = ids.new("msg")
    message = {
        "message_id": message_id, "conversation_id": line.conversation_id, "seq": line.seq, "direction": "outbound",
        "author": outgoing.author, "kind": "template" if outgoing.template else "message", "text": words_of(outgoing),
        "payload": None, "content": _content(outgoing, rendered), "provider_id": None,
        "reply_to": outgoing.reply_to or None, "agent_id": line.agent_id, "ticket_id": line.ticket_id,
        "epoch": line.epoch, "said_at": line.now, "created_at": line.now,
    }
    part = {
        "message_id": message_id, "conversation_id": line.conversation_id, "author": outgoing.author,
        "epoch": line.epoch, "state": "queued", "attempt": 0, "checked": 0, "error_code": None, "error_text": None,
        "not_before": line.now + timedelta(seconds=outgoing.hold_seconds), "created_at": line.now,
    }
    requests = rendered.parts
    if rendered.refused:  # nothing can leave; the message stays, and says why
        part |= {"state": "failed", "error_code": REFUSED, "error_text": rendered.refused}
        requests = ({"text": message["text"]},)
    if outgoing.purpose != "service":
        requests = tuple({**request, "purpose": outgoing.purpose} for request in requests)
    return message, [
        {**part, "part_id": ids.new("prt"), "position": line.seq * PARTS_PER_MESSAGE + n, "request": request}
        for n, request in enumerate(requests)
    ]


def words_of(outgoing: Outgoing) -> str:
    """What a person reads who looks at this message: its text, or its template filled in."""
    return outgoing.text or (outgoing.template.text or outgoing.template.name if outgoing.template else "")


def _preview(outgoing: Outgoing) -> str:
    """The line of a list: its words, or, where it has none, what its file is called."""
    return (words_of(outgoing) or next((one.filename for one in outgoing.media), ""))[:120]


def _content(outgoing: Outgoing, rendered: Rendered) -> dict[str, Any]:
    """What is not text, as plain data; `degraded` names what the channel could not show as it was meant."""
    content: dict[str, Any] = {}
    if outgoing.choices:
        content["choices"] = [{"id": choice.id, "label": choice.label} for choice in outgoing.choices]
    if rendered.more or outgoing.shown:  # one page of several: the next ones are made of what is kept here
        content |= {"choices": [_filled(asdict(choice)) for choice in outgoing.choices], "more": rendered.more}
    if outgoing.media:
        content["media"] = [_filled(asdict(one)) for one in outgoing.media]
    if outgoing.location:
        content["location"] = _filled(asdict(outgoing.location))
    if outgoing.template:
        content["template"] = {"name": outgoing.template.name, "language": outgoing.template.language}
    if rendered.degraded:
        content["degraded"] = list(rendered.degraded)
    return content


def _filled(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value != ""}


def queue(
    work: Work, conversation_id: str, outgoing: Outgoing, agent_id: str | None = None, ticket_id: str | None = None
) -> str:
    """Say something in a conversation; returns the message's id. Raises UnknownConversation."""
    spoken = work.connection.execute(
        _speak, {"id": conversation_id, "at": work.now, "words": _preview(outgoing), "by": outgoing.author}
    ).one_or_none()
    if spoken is None:
        raise UnknownConversation(f"There is no conversation {conversation_id}.")
    kind = _kind(work, spoken.channel_id)
    line = Line(conversation_id, kind, spoken.last_seq, spoken.epoch, work.now, agent_id, ticket_id)
    message, parts = rows(line, outgoing, work.wiring.render(kind, _spoken(outgoing)))
    _add_message.run(work.connection, [message])
    _add_part.run(work.connection, parts)
    work.record(TimelineLine("message", conversation_id, agent_id or outgoing.author, ticket_id, line.epoch,
                             {"message": message["message_id"]}))
    work.notify(Notice("deliver", conversation_id))
    return message["message_id"]


def _spoken(outgoing: Outgoing) -> Outgoing:
    """As the contact hears it: her words have a name before them."""
    if not outgoing.speaker or not outgoing.text or outgoing.template is not None:
        return outgoing
    return replace(outgoing, text=f"*{outgoing.speaker}:* {outgoing.text}")


def _kind(work: Work, channel_id: str) -> str:
    # a channel never changes its kind, and ids are never used again: what was once read stays true
    if channel_id not in _kinds:
        _kinds[channel_id] = work.connection.execute(_kind_of, {"id": channel_id}).scalar_one()
    return _kinds[channel_id]


def suppress_bot(work: Work, conversation_id: str) -> int:
    """Whoever takes a conversation over: what the bot has not sent yet is never sent; returns how many parts."""
    return SUPPRESS_BOT.run(work.connection, [{"id": conversation_id}])


def attempt_id(part_id: str, attempt: int) -> str:
    """What the provider is told a part is called: its id, and from the second attempt on which one it is."""
    return part_id if attempt <= 1 else f"{part_id}.{attempt}"


def part_of(work: Work, receipt: Receipt) -> Mapping[str, Any] | None:
    """The part a report is about, locked, as it is now."""
    part_id = receipt.part_id.partition(".")[0]
    query, key = (_by_part, part_id) if part_id else (_by_provider, receipt.provider_id)
    part = work.connection.execute(query, {"id": key}).mappings().first() if key else None
    if part is None or receipt.status not in PROOF_OF_ACCEPTANCE:
        metrics.ignored.labels("receipt", "unknown part").inc()
        return None
    return part


def is_news(part: Mapping[str, Any], receipt: Receipt) -> bool:
    """Does a report say more than we know? Reports come late, twice and in any order.

    `failed` after `delivered` changes nothing; `delivered` after `failed` wins (another device had it). Of an attempt
    that was given up for the next one, only that it arrived after all is news.
    """
    state = "sent" if receipt.status == "queued" else receipt.status
    if part["state"] == "suppressed" or RANK[state] <= RANK[part["state"]]:
        return False
    if state in ("delivered", "read"):
        return True
    attempt = receipt.part_id.partition(".")[2] or "1"
    is_earlier = bool(receipt.part_id) and attempt.isdigit() and int(attempt) < part["attempt"]
    if is_earlier or (receipt.provider_id and receipt.provider_id == part["earlier_id"]):
        return False
    # the answer to the send had said the same, and what it asks for is under way
    return not (state == "failed" and part["state"] == "queued" and part["error_code"] == (receipt.error_code or "unknown"))


def record(work: Work, receipt: Receipt) -> bool:
    """Take in what a provider reports of a part: forward only, found by our id or by the provider's.

    Returns False where no part fits or the report is older than what we know. What a failure asks for beyond the state
    of the part is pipeline/receipts.py's affair.
    """
    part = part_of(work, receipt)
    return part is not None and advance(work, part, receipt)


def advance(work: Work, part: Mapping[str, Any], receipt: Receipt) -> bool:
    """Move a part to what a report says, where that is news; returns whether it was."""
    if not is_news(part, receipt):
        return False
    state = "sent" if receipt.status == "queued" else receipt.status
    work.connection.execute(update(_part).where(_part.c.part_id == part["part_id"]).values(
        **_after_receipt(part, state, receipt, work.now)))
    work.record(TimelineLine("receipt", part["conversation_id"], "system", None, part["epoch"],
                             {"message": part["message_id"], "state": state}))
    if part["state"] in OPEN_PART_STATES:
        work.notify(Notice("deliver", part["conversation_id"]))
    return True


def record_until(work: Work, watermark: Watermark) -> int:
    """Take in a report about everything up to a moment; returns how many parts it moved forward."""
    found = work.connection.execute(_until, {
        "family": watermark.family, "canonical": watermark.canonical, "kind": watermark.kind,
        "account": watermark.account, "states": _MOVED_BY.get(watermark.status, ()), "until": watermark.until})
    return sum(record(work, Receipt(watermark.status, part_id)) for part_id in found.scalars().all())


def _after_receipt(part: Any, state: str, receipt: Receipt, now: datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {"state": state, "owner": None, "lease_until": None}
    if receipt.provider_id and not part["provider_id"]:
        changes["provider_id"] = receipt.provider_id
    if state == "failed":
        changes |= {"error_code": receipt.error_code or "unknown", "error_text": receipt.error_text}
    else:
        changes |= {"error_code": None, "error_text": None, "sent_at": part["sent_at"] or now}
    if state in ("delivered", "read"):
        changes["delivered_at"] = part["delivered_at"] or now
    if state == "read":
        changes["read_at"] = now
    return changes


def weakest(states: list[str]) -> str:
    """How far a message is: as far as its weakest part."""
    order = ("failed", "expired", "unknown", "suppressed", "queued", "sending", "sent", "delivered", "read")
    return min(states, key=order.index) if states else "queued"
