"""The index of search, written beside the path of messages: the timeline tells which conversations said something.

Each tick takes a bounded number of lines and messages, so that what was said is found some seconds later, and a house
that starts with a million messages is indexed little by little. What was edited or taken back leaves at once; what was
erased elsewhere is found by looking at all entries again, some at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from conversation.prepared import Prepared
from conversation.tables import Address, Contact, Conversation, Message, TimelineEntry
from conversation.work import Work
from handoff import search_store, search_words
from handoff.house_tables import SearchEntry, SearchMark
from handoff.tables import Ticket

LINES = 150  # a tick is short: the thread that runs it stores messages, too
MESSAGES = 150
LOOKED_AT_AGAIN = 200
# On PostgreSQL a transaction may commit after one that began later: lines count as read once they are this old.
SETTLED = timedelta(seconds=15)
MARK = "messages"
CHANGED = ("edited", "deleted")
SILENT = ("receipt",)  # nothing was said, and nobody is called otherwise

_entry, _mark, _line = SearchEntry.__table__, SearchMark.__table__, TimelineEntry.__table__
_message, _conversation, _contact = Message.__table__, Conversation.__table__, Contact.__table__
_address, _ticket = Address.__table__, Ticket.__table__
_read_mark = select(_mark).where(_mark.c.name == MARK)
_lock_mark = _read_mark.with_for_update(skip_locked=True)
_lines = (
    select(_line.c.entry_id, _line.c.conversation_id, _line.c.kind, _line.c.data, _line.c.at)
    .where(_line.c.entry_id > bindparam("after")).order_by(_line.c.entry_id).limit(LINES)
)
# Not `IS NULL`: with it SQLite goes through the entries of all conversations, and that for each message.
_IS_OF_PEOPLE = func.coalesce(_entry.c.message_id, "") == ""
_heads = select(_entry).where(_entry.c.conversation_id.in_(bindparam("ids", expanding=True)), _IS_OF_PEOPLE)
_reached = (  # grouped, so that it is read once and not once for each message
    select(_entry.c.conversation_id, func.max(_entry.c.seq).label("seq"))
    .where(_entry.c.conversation_id.in_(bindparam("ids", expanding=True)), _IS_OF_PEOPLE)
    .group_by(_entry.c.conversation_id).subquery()
)
_new_messages = (
    select(_message.c.message_id, _message.c.conversation_id, _message.c.seq, _message.c.text, _message.c.content)
    .outerjoin(_reached, _reached.c.conversation_id == _message.c.conversation_id)
    .where(_message.c.conversation_id.in_(bindparam("ids", expanding=True)),
           _message.c.seq > func.coalesce(_reached.c.seq, 0))
    .order_by(_message.c.conversation_id, _message.c.seq).limit(MESSAGES)
)
_add_head = Prepared(insert(_entry))
_renew = Prepared(update(_entry).where(_entry.c.search_entry_id == bindparam("id")).values(
    digest=bindparam("new_digest"), seq=bindparam("reached")))


def tick(work: Work) -> int:
    """Take some more into the index; returns how many messages. Only one process does it at a time."""
    mark = work.connection.execute(_read_mark if work.is_sqlite else _lock_mark).mappings().first()
    if mark is None:
        _begin(work)
        return 0
    lines = work.connection.execute(_lines, {"after": mark["entry_id"]}).mappings().all()
    if not lines:
        _look_again(work, mark["checked_id"])
        return 0
    forget(work, [line["data"]["message"] for line in lines if line["kind"] in CHANGED and line["data"].get("message")])
    touched = sorted({line["conversation_id"] for line in lines if line["conversation_id"] and line["kind"] not in SILENT})
    taken = _take_in(work, touched)
    if taken < MESSAGES:
        _move_mark(work, mark["entry_id"], lines)
    return taken


def forget(work: Work, message_ids: Collection[str]) -> None:
    """Take messages out of the index; those that were edited come back with their new words."""
    if not message_ids:
        return
    found = work.connection.execute(
        select(_entry.c.search_entry_id, _entry.c.message_id).where(_entry.c.message_id.in_(sorted(message_ids)))).all()
    if not found:
        return
    _drop(work, [row.search_entry_id for row in found])
    again = select(_message.c.message_id, _message.c.conversation_id, _message.c.seq, _message.c.text,
                   _message.c.content).where(_message.c.message_id.in_([row.message_id for row in found]))
    _add_messages(work, work.connection.execute(again).mappings().all())


def _begin(work: Work) -> None:
    row = {"name": MARK, "entry_id": 0, "checked_id": 0}
    if not work.connection.execute(select(_mark.c.name).where(_mark.c.name == MARK)).first():
        work.connection.execute(insert(_mark).values(row))


def _move_mark(work: Work, at: int, lines: Sequence[Mapping[str, Any]]) -> None:
    read = [line["entry_id"] for line in lines if work.is_sqlite or line["at"] <= work.now - SETTLED]
    if read and max(read) > at:
        work.connection.execute(update(_mark).where(_mark.c.name == MARK).values(entry_id=max(read)))


def _take_in(work: Work, conversation_ids: Sequence[str]) -> int:
    if not conversation_ids:
        return 0
    messages = work.connection.execute(_new_messages, {"ids": conversation_ids}).mappings().all()
    _add_messages(work, messages)
    reached = {row["conversation_id"]: row["seq"] for row in messages}
    _renew_heads(work, conversation_ids, reached)
    return len(messages)


def _add_messages(work: Work, messages: Sequence[Mapping[str, Any]]) -> None:
    said = [row for row in messages if row["text"].strip() and not (row["content"] or {}).get("deleted")]
    if not said:
        return
    work.connection.execute(insert(_entry), [
        {"conversation_id": row["conversation_id"], "message_id": row["message_id"], "seq": row["seq"], "digest": ""}
        for row in said])
    numbers = work.connection.execute(
        select(_entry.c.message_id, _entry.c.search_entry_id)
        .where(_entry.c.message_id.in_([row["message_id"] for row in said])))
    number_of = {row.message_id: row.search_entry_id for row in numbers}
    search_store.add(work.connection, {number_of[row["message_id"]]: search_words.of_message(row["text"])
                                       for row in said})


def _renew_heads(work: Work, conversation_ids: Sequence[str], reached: Mapping[str, int]) -> None:
    """Who these conversations are with, where that changed, and how far they are."""
    heads = {row["conversation_id"]: row for row in work.connection.execute(
        _heads, {"ids": list(conversation_ids)}).mappings()}
    who = _who(work, conversation_ids)
    _add_heads(work, {one: words for one, words in who.items() if one not in heads}, reached)
    renewed, words_of = [], {}
    for conversation_id, head in heads.items():
        digest, seq = _digest(who.get(conversation_id, ())), reached.get(conversation_id, head["seq"])
        if conversation_id not in who or (head["digest"], head["seq"]) == (digest, seq):
            continue
        renewed.append({"id": head["search_entry_id"], "new_digest": digest, "reached": seq})
        if head["digest"] != digest:
            words_of[head["search_entry_id"]] = who[conversation_id]
    search_store.drop(work.connection, list(words_of))
    search_store.add(work.connection, words_of)
    if renewed:
        _renew.run(work.connection, renewed)


def _add_heads(work: Work, who: Mapping[str, Sequence[str]], reached: Mapping[str, int]) -> None:
    if not who:
        return
    _add_head.run(work.connection, [
        {"conversation_id": one, "message_id": None, "seq": reached.get(one, 0), "digest": _digest(words)}
        for one, words in who.items()])
    added = work.connection.execute(_heads, {"ids": list(who)}).mappings()
    search_store.add(work.connection, {row["search_entry_id"]: who[row["conversation_id"]] for row in added})


def _digest(words: Sequence[str]) -> str:
    return blake2b(" ".join(words).encode(), digest_size=12).hexdigest()


def _who(work: Work, conversation_ids: Sequence[str]) -> dict[str, list[str]]:
    rows = work.connection.execute(
        select(_conversation.c.conversation_id, _conversation.c.contact_id, _conversation.c.address,
               _conversation.c.tags, _contact.c.name, _contact.c.email)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .where(_conversation.c.conversation_id.in_(conversation_ids))).mappings().all()
    addresses: dict[str, list[str]] = {}
    for one in work.connection.execute(select(_address.c.contact_id, _address.c.value).where(
            _address.c.contact_id.in_({row["contact_id"] for row in rows}))):
        addresses.setdefault(one.contact_id, []).append(one.value)
    references: dict[str, list[str]] = {}
    for ticket in work.connection.execute(select(_ticket.c.conversation_id, _ticket.c.card).where(
            _ticket.c.conversation_id.in_(conversation_ids))):
        references.setdefault(ticket.conversation_id, []).extend(search_words.references(ticket.card))
    return {
        row["conversation_id"]: search_words.of_contact(
            row["name"], (row["email"],), sorted({row["address"], *addresses.get(row["contact_id"], ())}),
            references.get(row["conversation_id"], ()), row["tags"] or ())
        for row in rows
    }


def _look_again(work: Work, after: int) -> None:
    """Entries whose message is gone, or says nothing any more."""
    rows = work.connection.execute(
        select(_entry.c.search_entry_id, _entry.c.message_id, _message.c.text, _message.c.content)
        .outerjoin(_message, _message.c.message_id == _entry.c.message_id)
        .where(_entry.c.search_entry_id > after).order_by(_entry.c.search_entry_id).limit(LOOKED_AT_AGAIN)).all()
    gone = [row.search_entry_id for row in rows
            if row.message_id and (not (row.text or "").strip() or (row.content or {}).get("deleted"))]
    _drop(work, gone)
    checked = rows[-1].search_entry_id if len(rows) == LOOKED_AT_AGAIN else 0
    if checked != after:
        work.connection.execute(update(_mark).where(_mark.c.name == MARK).values(checked_id=checked))


def _drop(work: Work, numbers: Sequence[int]) -> None:
    if numbers:
        search_store.drop(work.connection, numbers)
        work.connection.execute(delete(_entry).where(_entry.c.search_entry_id.in_(numbers)))
