"""What comes in: once per provider id, in the conversation it belongs to.

Called by the writer alone, inside its transaction. `Talk` is a conversation held in memory for the length of that
transaction: everything a turn adds to it is written together by `write`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from conversation import ids, outbox
from conversation.errors import Overtaken
from conversation.events import Notice, Outgoing, TimelineLine
from conversation.prepared import Prepared
from conversation.tables import (
    Address,
    Attachment,
    Channel,
    Contact,
    Conversation,
    Message,
    OutboxPart,
    SeenId,
    StepLog,
)
from conversation.work import Work

_address, _contact_table, _conversation = Address.__table__, Contact.__table__, Conversation.__table__
_channel, _message = Channel.__table__, Message.__table__
PREVIEW_CHARACTERS = 120
CONTENT_KEYS = ("media", "location", "contacts", "form", "order", "product", "referral", "target", "story_id")
KEPT = ("owner", "epoch", "language", "state", "state_epoch", "tags", "last_seq", "heard_seq", "unread", "preview", "preview_author",
        "last_message_at", "last_inbound_at", "waiting_since", "opted_out_at", "marketing_stopped_at", "unreachable_at",
        "unreachable_code", "free_until", "day", "day_count", "burst_at", "burst_count", "loop_mark", "loop_count", "address")

_columns = (_conversation, _contact_table.c.name, _contact_table.c.email, _contact_table.c.country,
            _contact_table.c.facts, _contact_table.c.blocked_at, _channel.c.kind)
_find_by_id = (
    select(*_columns)
    .join(_contact_table, _contact_table.c.contact_id == _conversation.c.contact_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_conversation.c.conversation_id == bindparam("id"))
)
_find_by_addresses = (
    select(*_columns, _channel.c.account, _address.c.canonical)
    .select_from(_address)
    .join(_contact_table, _contact_table.c.contact_id == _address.c.contact_id)
    .join(_conversation, _conversation.c.contact_id == _contact_table.c.contact_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_address.c.family.in_(bindparam("families", expanding=True)),
           _address.c.canonical.in_(bindparam("canonicals", expanding=True)))
    .order_by(_conversation.c.conversation_id)
)
_lock_by_addresses = _find_by_addresses.with_for_update(of=_conversation)
_lock_by_id = _find_by_id.with_for_update(of=_conversation)
_contact_of = select(_address.c.contact_id).where(
    _address.c.family == bindparam("family"), _address.c.canonical == bindparam("canonical")
)
_add_contact = Prepared(insert(_contact_table))
_seen = select(SeenId.__table__.c.digest).where(SeenId.__table__.c.digest.in_(bindparam("digests", expanding=True)))
_see, _claim_address, _open_conversation, _add_channel = (
    {
        dialect.__name__.rpartition(".")[2]: Prepared(dialect.insert(table).on_conflict_do_nothing())
        for dialect in (sqlite, postgresql)
    }
    for table in (SeenId.__table__, _address, _conversation, _channel)
)
_channel_of = select(_channel.c.channel_id).where(
    _channel.c.kind == bindparam("kind"), _channel.c.account == bindparam("account"))
_add_messages = Prepared(insert(_message))
_add_parts = Prepared(insert(OutboxPart.__table__))
_add_attachments = Prepared(insert(Attachment.__table__))
_add_steps = Prepared(insert(StepLog.__table__))
_keep = Prepared(
    update(_conversation)
    .where(_conversation.c.conversation_id == bindparam("id"))
    .values({name: bindparam(f"new_{name}") for name in KEPT})
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the inbox finds her, and to which of our channels (`kind`, `account`).

    `canonical` is what identifies her in `family`, `value` what we write to.
    """

    kind: str
    account: str
    family: str
    canonical: str
    value: str
    name: str = ""
    language: str = "es"

    @property
    def place(self) -> tuple[str, str, str]:
        return (self.kind, self.account, self.canonical)


@dataclass
class Talk:
    """A conversation during one transaction. `row` is its row with what the turn changed; `facts` its contact.

    `more` holds rows of other tables that a turn adds (a ticket, a timer, slow work), each with its statement.
    """

    row: dict[str, Any]
    facts: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    more: list[tuple[Prepared, dict[str, Any]]] = field(default_factory=list)
    changed: bool = False

    @property
    def conversation_id(self) -> str:
        return self.row["conversation_id"]

    def next_seq(self) -> int:
        self.row["last_seq"] += 1
        return self.row["last_seq"]

    def also(self, statement: Prepared, row: dict[str, Any]) -> None:
        """Something more to write with this turn, after its messages and before what is to be sent."""
        self.more.append((statement, row))

    def say(self, work: Work, outgoing: Outgoing, ticket_id: str | None = None) -> str:
        """Put a message of ours at the end of the conversation; returns its id."""
        line = outbox.Line(self.conversation_id, self.facts["kind"], self.next_seq(), self.row["epoch"], work.now,
                           ticket_id=ticket_id)
        message, parts = outbox.rows(line, outgoing, work.wiring.render(self.facts["kind"], outgoing))
        self.messages.append(message)
        self.parts.extend(parts)
        self._last_words(message["text"], outgoing.author, work.now)
        return str(message["message_id"])

    def heard(self, work: Work, event: Mapping[str, Any]) -> dict[str, Any]:
        """Put what the contact sent at the end of the conversation; returns the message's row."""
        message = _inbound_row(self, event, work.now)
        self.messages.append(message)
        self.attachments.extend(_attachment_rows(message["message_id"], event.get("media", ())))
        self._last_words(message["text"] or message["kind"], "contact", work.now)
        self.row["last_inbound_at"] = work.now
        return message

    def _last_words(self, words: str, author: str, now: datetime) -> None:
        self.row |= {"preview": words[:PREVIEW_CHARACTERS], "preview_author": author, "last_message_at": now}
        self.changed = True


def first_times(work: Work, identities: Sequence[tuple[str, ...]]) -> set[int]:
    """Which of these come in for the first time, ever: their places in the list. A repeat in the list itself is none."""
    places: dict[bytes, int] = {}
    for place, identity in enumerate(identities):
        places.setdefault(_digest(identity), place)
    if not places:
        return set()
    if len(places) > 1:
        for known in work.connection.execute(_seen, {"digests": list(places)}).scalars():
            del places[bytes(known)]
    if not places:
        return set()
    see = _see[work.connection.dialect.name]
    kept = see.run(work.connection, [{"digest": digest} for digest in places])
    if kept == len(places):
        return set(places.values())
    if len(places) == 1:
        return set()
    raise Overtaken("Another process stored one of these a moment ago; take them one by one.")


def first_time(work: Work, identity: tuple[str, ...]) -> bool:
    """True the first time something of this identity comes in, ever; False for a repeat."""
    return bool(first_times(work, [identity]))


def find_all(work: Work, senders: Sequence[Sender]) -> dict[Sender, Talk]:
    """The one conversation of each of these senders on its channel, locked; made where there is none."""
    wanted = {sender.place: sender for sender in senders}
    talks = _find(work, list(wanted.values()))
    if missing := [sender for place, sender in wanted.items() if place not in talks]:
        made = {sender.place: _make(work, sender) for sender in missing}
        talks |= {place: talk for place, talk in made.items() if talk}
        if overtaken := [sender for sender in missing if made[sender.place] is None]:
            talks |= _find(work, overtaken)
    for place, talk in talks.items():
        talk.row["address"] = wanted[place].value
    return {sender: talks[sender.place] for sender in senders}


def _find(work: Work, senders: Sequence[Sender]) -> dict[tuple[str, str, str], Talk]:
    query = _find_by_addresses if work.is_sqlite else _lock_by_addresses
    places = {sender.place for sender in senders}
    found: dict[tuple[str, str, str], Talk] = {}
    wanted = {"families": sorted({sender.family for sender in senders}),
              "canonicals": sorted({sender.canonical for sender in senders})}
    for row in work.connection.execute(query, wanted).mappings():
        place = (row["kind"], row["account"], row["canonical"])
        if place in places:
            found[place] = _talk(row)
    return found


def _digest(identity: tuple[str, ...]) -> bytes:
    return hashlib.blake2b("\x1f".join(identity).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def load(work: Work, conversation_id: str) -> Talk | None:
    """The conversation of this id, locked; None where there is none."""
    query = _find_by_id if work.is_sqlite else _lock_by_id
    found = work.connection.execute(query, {"id": conversation_id}).mappings().first()
    return None if found is None else _talk(found)


def refresh(work: Work, talk: Talk) -> None:
    """Read the row again after somebody else in this transaction (the desk) changed it."""
    fresh = load(work, talk.conversation_id)
    assert fresh is not None
    talk.row = fresh.row


def write(work: Work, talks: Sequence[Talk]) -> None:
    """Write what the turns of these conversations added, each kind of row in one statement."""
    _add(work, _add_messages, talks, "messages")
    _add(work, _add_attachments, talks, "attachments")
    _write_more(work, talks)
    _add(work, _add_parts, talks, "parts")
    _add(work, _add_steps, talks, "steps")
    if kept := [_kept(talk) for talk in talks if talk.changed]:
        _keep.run(work.connection, kept)
    for talk in talks:
        if talk.messages:
            work.record(TimelineLine("message", talk.conversation_id, talk.messages[-1]["author"], None,
                                     talk.row["epoch"], {"seq": talk.row["last_seq"]}))
        if talk.parts:
            work.notify(Notice("deliver", talk.conversation_id))
        talk.messages, talk.parts, talk.attachments, talk.steps, talk.more = [], [], [], [], []
        talk.changed = False


def _add(work: Work, statement: Prepared, talks: Sequence[Talk], name: str) -> None:
    if new := [row for talk in talks for row in getattr(talk, name)]:
        statement.run(work.connection, new)


def _write_more(work: Work, talks: Sequence[Talk]) -> None:
    grouped: dict[Prepared, list[dict[str, Any]]] = {}
    for talk in talks:
        for statement, row in talk.more:
            grouped.setdefault(statement, []).append(row)
    for statement, rows in grouped.items():
        statement.run(work.connection, rows)


def _make(work: Work, sender: Sender) -> Talk | None:
    """A conversation with somebody who never wrote to this channel; None where it must be read: she is known
    from another channel, or another process was faster.
    """
    contact_id, is_new = _contact(work, sender)
    row = {
        "conversation_id": ids.new("cnv"), "channel_id": _channel_id(work, sender), "contact_id": contact_id,
        "address": sender.value, "owner": "bot", "epoch": 0, "language": sender.language, "state": {}, "state_epoch": 0,
        "tags": [], "last_seq": 0, "heard_seq": 0, "unread": 0, "preview": "", "preview_author": "contact",
        "created_at": work.now, "last_message_at": work.now, "last_inbound_at": None, "waiting_since": None,
        "opted_out_at": None, "marketing_stopped_at": None, "unreachable_at": None, "unreachable_code": None,
        "free_until": None, "day": "", "day_count": 0, "burst_at": None, "burst_count": 0, "loop_mark": "",
        "loop_count": 0,
    }
    opened = _open_conversation[work.connection.dialect.name].run(work.connection, [row]) == 1
    if not (opened and is_new):
        return None
    return Talk(row, {"name": sender.name, "email": "", "country": None, "facts": {}, "blocked_at": None,
                      "kind": sender.kind})


def _contact(work: Work, sender: Sender) -> tuple[str, bool]:
    """The id of the contact behind an address, and whether she was made just now."""
    key = {"family": sender.family, "canonical": sender.canonical}
    contact_id = ids.new("cnt")
    _add_contact.run(work.connection, [{
        "contact_id": contact_id, "name": sender.name, "email": "", "facts": {}, "created_at": work.now}])
    claimed = _claim_address[work.connection.dialect.name].run(work.connection, [{
        "address_id": ids.new("adr"), **key, "value": sender.value, "contact_id": contact_id}])
    if claimed == 1:
        return contact_id, True
    # known from another channel, or another process met her a moment ago
    work.connection.execute(delete(_contact_table).where(_contact_table.c.contact_id == contact_id))
    return work.connection.execute(_contact_of, key).scalar_one(), False


def _channel_id(work: Work, sender: Sender) -> str:
    """The row of one of our channels, made when it is first written to."""
    key = {"kind": sender.kind, "account": sender.account}
    known = work.connection.execute(_channel_of, key).scalar_one_or_none()
    if known is None:
        _add_channel[work.connection.dialect.name].run(work.connection, [{
            "channel_id": ids.new("chn"), **key, "name": sender.account, "created_at": work.now}])
        known = work.connection.execute(_channel_of, key).scalar_one()
    return str(known)


def _talk(found: Mapping[str, Any]) -> Talk:
    row = dict(found)
    facts = {name: row.pop(name) for name in ("name", "email", "country", "facts", "blocked_at", "kind")}
    row.pop("account", None), row.pop("canonical", None)
    return Talk(row, facts)


def _kept(talk: Talk) -> dict[str, Any]:
    return {"id": talk.conversation_id} | {f"new_{name}": talk.row[name] for name in KEPT}


def _inbound_row(talk: Talk, event: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    said_at = datetime.fromtimestamp(event["at_ms"] / 1000, UTC) if event.get("at_ms") else now
    return {
        "message_id": ids.new("msg"), "conversation_id": talk.conversation_id, "seq": talk.next_seq(),
        "direction": "inbound", "author": "contact", "kind": event["kind"], "text": event.get("text", ""),
        "payload": event.get("payload"), "content": {key: event[key] for key in CONTENT_KEYS if key in event},
        "provider_id": event.get("provider_id"), "reply_to": event.get("reply_to"), "agent_id": None,
        "ticket_id": None, "epoch": talk.row["epoch"], "said_at": said_at, "created_at": now,
    }


def _attachment_rows(message_id: str, media: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"attachment_id": ids.new("att"), "message_id": message_id, "n": n, "kind": item.get("type", "file"),
         "mime": item.get("mime"), "filename": item.get("filename"), "remote": dict(item), "state": "remote",
         "attempt": 0}
        for n, item in enumerate(media)
    ]
