"""What comes in: once per provider id, in the conversation it belongs to.

Called by the writer alone, inside its transaction. `Talk` is a conversation held in memory for the length of that
transaction: everything a turn adds to it is written together by `write`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from conversation import ids, media, outbox, people, strangers
from conversation.errors import Overtaken
from conversation.events import Notice, Outgoing, TimelineLine
from conversation.prepared import Prepared
from conversation.strangers import Sender
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
LOOKED_UP_AT_ONCE = 500
CONTENT_KEYS = ("media", "location", "contacts", "form", "order", "product", "referral", "target", "story_id",
                "forwarded", "system", "standby", "error_code")
KEPT = ("owner", "epoch", "language", "state", "state_epoch", "standing", "standing_at", "tags", "last_seq", "heard_seq",
        "unread", "preview", "preview_author", "last_message_at", "last_inbound_at", "waiting_since", "opted_out_at",
        "marketing_stopped_at", "news_stopped_at", "unreachable_at", "unreachable_code", "free_until", "day", "day_count",
        "burst_at", "burst_count", "loop_mark", "loop_count", "address")

# What may be answered opens the window. A tap on a reaction or an m.me link does so at Messenger and Instagram alone
# (Meta, "Messenger Platform and IG Messaging API policy", read 2026-11-22); for WhatsApp only messages are documented.
OPENS_WINDOW = frozenset({"message", "reply", "form", "unsupported"})
OPENS_WINDOW_AT_META = OPENS_WINDOW | {"reaction", "referral"}

_columns = (_conversation, _contact_table.c.name, _contact_table.c.email, _contact_table.c.country,
            _contact_table.c.facts, _contact_table.c.blocked_at, _channel.c.kind)
_find_by_id = (
    select(*_columns)
    .join(_contact_table, _contact_table.c.contact_id == _conversation.c.contact_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_conversation.c.conversation_id == bindparam("id"))
)
_find_by_ids = (
    select(*_columns)
    .join(_contact_table, _contact_table.c.contact_id == _conversation.c.contact_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_conversation.c.conversation_id.in_(bindparam("ids", expanding=True)))
    .order_by(_conversation.c.conversation_id)
)
_find_by_addresses = (
    select(*_columns, _channel.c.account, _address.c.family, _address.c.canonical)
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
_lock_by_ids = _find_by_ids.with_for_update(of=_conversation)
_seen = select(SeenId.__table__.c.digest).where(SeenId.__table__.c.digest.in_(bindparam("digests", expanding=True)))
_see = {
    dialect.__name__.rpartition(".")[2]: Prepared(dialect.insert(SeenId.__table__).on_conflict_do_nothing())
    for dialect in (sqlite, postgresql)
}
_add_messages = Prepared(insert(_message))
_add_parts = Prepared(insert(OutboxPart.__table__))
_add_attachments = Prepared(insert(Attachment.__table__))
_add_steps = Prepared(insert(StepLog.__table__))
_keep = Prepared(
    update(_conversation)
    .where(_conversation.c.conversation_id == bindparam("id"))
    .values({name: bindparam(f"new_{name}") for name in KEPT})
)


@dataclass
class Talk:
    """A conversation during one transaction. `row` is its row with what the turn changed; `facts` its contact.

    `more` holds rows of other tables that a turn adds (a ticket, a timer, slow work), each with its statement.
    `doubtful`: her number came with another id than before, so that somebody else may be writing.
    """

    row: dict[str, Any]
    facts: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    more: list[tuple[Prepared, dict[str, Any]]] = field(default_factory=list)
    changed: bool = False
    doubtful: bool = False

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
        self.attachments.extend(media.waiting_rows(message["message_id"], event.get("media", ())))
        self._last_words(message["text"] or _wordless(message), "contact", work.now)
        opening = OPENS_WINDOW_AT_META if event.get("channel") in ("messenger", "instagram") else OPENS_WINDOW
        if message["kind"] in opening and "group_id" not in event:
            self.row["last_inbound_at"] = work.now
        self.row["unreachable_at"] = self.row["unreachable_code"] = None  # she can be reached: she is there
        return message

    def elsewhere(self, work: Work, event: Mapping[str, Any]) -> dict[str, Any]:
        """Put what a person of ours wrote in the provider's own app at the end; no part of it is ours to send."""
        message = _inbound_row(self, event, work.now) | {"direction": "outbound", "author": "agent", "kind": "message"}
        message["content"] |= {"elsewhere": True}
        self.messages.append(message)
        self.attachments.extend(media.waiting_rows(message["message_id"], event.get("media", ())))
        self._last_words(message["text"] or _wordless(message), "agent", work.now)
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


def unseen(connection: Connection, identities: Sequence[tuple[str, ...]]) -> set[int]:
    """Which of these never came in: their places in the list. Only looks."""
    places = {_digest(identity): place for place, identity in enumerate(identities)}
    digests = list(places)
    for start in range(0, len(digests), LOOKED_UP_AT_ONCE):
        some = digests[start:start + LOOKED_UP_AT_ONCE]
        for known in connection.execute(_seen, {"digests": some}).scalars():
            del places[bytes(known)]
    return set(places.values())


def find_all(work: Work, senders: Sequence[Sender]) -> dict[Sender, Talk]:
    """The one conversation of each of these senders on its channel, locked; made where there is none.

    All ids of a person lead to her contact; ids that turn out to be one person's are joined (see `people`).
    """
    wanted: dict[tuple[str, str, str], Sender] = {}
    for sender in senders:
        known = wanted.get(sender.place)
        wanted[sender.place] = sender if known is None or known == sender else _both(known, sender)
    met = _Met()
    _find(work, list(wanted.values()), met)
    _make_all(work, wanted.values(), met)
    for sender in wanted.values():
        contact_id = met.contact(sender) if not sender.others else _joined(work, sender, met)
        if contact_id is None:
            _make(work, sender, met)
        elif met.talk(sender) is None:
            strangers.open_all(work, [(sender, contact_id)])
            _find(work, [sender], met)
    for sender in wanted.values():
        if sender.wrote:
            met.at(sender).row["address"] = sender.value
    return {sender: met.at(sender) for sender in senders}


def _both(earlier: Sender, later: Sender) -> Sender:
    """One person twice in a group: every id that either names, and where she last wrote from herself."""
    others = {alias.key: alias for alias in (*earlier.others, *later.others)}
    said = later if later.wrote or not earlier.wrote else earlier
    return replace(said, name=said.name or earlier.name or later.name, others=tuple(others.values()))


@dataclass(slots=True)
class _Met:
    """Whom a look-up met: contacts by their ids, and each conversation once, whatever ids lead to it."""

    contacts: dict[tuple[str, str], str] = field(default_factory=dict)
    talks: dict[tuple[str, str, str], Talk] = field(default_factory=dict)
    by_id: dict[str, Talk] = field(default_factory=dict)

    def contact(self, sender: Sender) -> str | None:
        return self.contacts.get((sender.family, sender.canonical))

    def talk(self, sender: Sender) -> Talk | None:
        return self.talks.get((sender.kind, sender.account, self.contact(sender) or ""))

    def at(self, sender: Sender) -> Talk:
        found = self.talk(sender)
        if found is None:
            raise Overtaken("Another process joined or moved a contact a moment ago; take it again.")
        return found

    def add(self, sender: Sender, talk: Talk) -> None:
        """A conversation that was made just now, with a contact of these ids."""
        contact_id = talk.row["contact_id"]
        self.contacts |= {alias.key: contact_id for alias in sender.aliases}
        self.talks[sender.kind, sender.account, contact_id] = self.by_id[talk.conversation_id] = talk


def _find(work: Work, senders: Sequence[Sender], met: _Met) -> None:
    query = _find_by_addresses if work.is_sqlite else _lock_by_addresses
    keys = [alias.key for sender in senders for alias in sender.aliases]
    wanted = {"families": sorted({family for family, _ in keys}), "canonicals": sorted({one for _, one in keys})}
    for row in work.connection.execute(query, wanted).mappings():
        key = (row["family"], row["canonical"])
        met.contacts[key] = row["contact_id"]
        fresh = _talk(row)
        talk = met.by_id.setdefault(fresh.conversation_id, fresh)
        talk.row, talk.facts = fresh.row, fresh.facts  # read again after a joining; nobody has changed it yet
        met.talks[row["kind"], row["account"], row["contact_id"]] = talk


def _joined(work: Work, sender: Sender, met: _Met) -> str | None:
    """The contact of somebody with several ids, all of which lead to her afterwards; None where none was known."""
    known = {met.contacts[alias.key] for alias in sender.aliases if alias.key in met.contacts}
    if not known:
        return None
    if len(known) > 1:
        people.merge(work, known, sender.kind, sender.account)
        _find(work, [sender], met)
    contact_id = next(met.contacts[alias.key] for alias in sender.aliases if alias.key in met.contacts)
    missing = [alias for alias in sender.aliases if alias.key not in met.contacts]
    if missing:
        doubtful = people.link(work, contact_id, missing)
        met.contacts |= {alias.key: contact_id for alias in missing}
        talk = met.talk(sender)
        if talk is not None:
            talk.doubtful = talk.doubtful or doubtful
            work.record(TimelineLine("address_added", talk.conversation_id, "system",
                                     data={"families": sorted({alias.family for alias in missing})}))
    return contact_id


def _digest(identity: tuple[str, ...]) -> bytes:
    return hashlib.blake2b("\x1f".join(identity).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def load(work: Work, conversation_id: str) -> Talk | None:
    """The conversation of this id, locked; None where there is none."""
    query = _find_by_id if work.is_sqlite else _lock_by_id
    found = work.connection.execute(query, {"id": conversation_id}).mappings().first()
    return None if found is None else _talk(found)


def load_all(work: Work, conversation_ids: Iterable[str]) -> dict[str, Talk]:
    """The conversations of these ids, locked in one order."""
    query = _find_by_ids if work.is_sqlite else _lock_by_ids
    found = work.connection.execute(query, {"ids": sorted(set(conversation_ids))}).mappings()
    return {row["conversation_id"]: _talk(row) for row in found}


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
        if talk.attachments:
            work.notify(Notice("bulk"))
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


def _make_all(work: Work, senders: Iterable[Sender], met: _Met) -> None:
    """Those of one id each whom nobody knows, all at once; of two that turn out to be one person, the first."""
    unknown = {(sender.family, sender.canonical): sender for sender in reversed([*senders])
               if not sender.others and met.contact(sender) is None}
    for sender, row in strangers.meet(work, list(unknown.values())).items():
        met.add(sender, _fresh(sender, row))


def _make(work: Work, sender: Sender, met: _Met) -> None:
    """A contact whom nobody knew, and her conversation; both are read where another process was faster."""
    contact_id = strangers.add_contacts(work, [sender])[0]
    if people.claim(work, contact_id, sender.aliases) < len(sender.aliases):
        _someone_was_faster(work, sender, contact_id, met)
        return
    met.add(sender, _fresh(sender, strangers.open_all(work, [(sender, contact_id)])[0]))


def _fresh(sender: Sender, row: dict[str, Any]) -> Talk:
    return Talk(row, {"name": sender.name, "email": "", "country": None, "facts": {}, "blocked_at": None,
                      "kind": sender.kind})


def _someone_was_faster(work: Work, sender: Sender, contact_id: str, met: _Met) -> None:
    """Another process met her a moment ago, or she is known without a conversation: hers is the contact that counts."""
    strangers.forget(work, [contact_id])
    owners = [owner for alias in sender.aliases if (owner := people.owner_of(work, alias))]
    if len(set(owners)) > 1 or not owners:
        raise Overtaken("Another process met this person a moment ago; take her again.")
    strangers.open_all(work, [(sender, owners[0])])
    people.link(work, owners[0], sender.others)
    _find(work, [sender], met)


def _talk(found: Mapping[str, Any]) -> Talk:
    row = dict(found)
    facts = {name: row.pop(name) for name in ("name", "email", "country", "facts", "blocked_at", "kind")}
    for name in ("account", "family", "canonical"):
        row.pop(name, None)
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


def _wordless(message: Mapping[str, Any]) -> str:
    """`[image]`, `[location]`, `[order]`: what a list shows of a message without words, in the agent's language."""
    content = message["content"]
    first = next(iter(content.get("media") or ()), {})
    kinds = (name for name in ("location", "contacts", "order") if content.get(name))
    return f"[{first.get('type') or next(kinds, message['kind'])}]"
