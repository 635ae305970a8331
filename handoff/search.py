"""Search: what was said and to whom, under the rule of who may see what. The index is written by `search_index`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from conversation.tables import Channel, Conversation, Message
from handoff import search_store, search_words
from handoff.access import Reader, Viewer, is_newest, within
from handoff.house_tables import SearchEntry
from handoff.search_question import Question
from handoff.tables import Queue, Ticket

FOUND = 40
A_CONVERSATION = 3  # places of one conversation that are shown
READ = 400

_entry, _message, _conversation = SearchEntry.__table__, Message.__table__, Conversation.__table__
_ticket, _queue, _channel = Ticket.__table__, Queue.__table__, Channel.__table__


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that was found: a message, or without one the conversation itself."""

    conversation_id: str
    message_id: str = ""
    seq: int = 0
    text: str = ""
    author: str = ""
    said_at: datetime | None = None


def find(reader: Reader, viewer: Viewer, question: Question, zone: tzinfo) -> list[Hit]:
    """The latest places first, at most FOUND; days begin in `zone`."""
    if question.is_empty:
        return []
    hits: dict[tuple[str, str], Hit] = {}
    many: dict[str, int] = {}
    for row in reader.execute(_query(reader, viewer, question, zone)).mappings():
        key = (row["conversation_id"], row["message_id"] or "")
        if key in hits or many.get(key[0], 0) >= A_CONVERSATION:
            continue
        many[key[0]] = many.get(key[0], 0) + 1
        hits[key] = Hit(*key, row["seq"] or 0, row["text"] or "", row["author"] or "", row["said_at"])
        if len(hits) >= FOUND:
            break
    return _without_bare(list(hits.values()))


def _without_bare(hits: list[Hit]) -> list[Hit]:
    """A conversation that is shown with a message needs no line of its own."""
    said = {hit.conversation_id for hit in hits if hit.message_id}
    return [hit for hit in hits if hit.message_id or hit.conversation_id not in said]


def _query(reader: Reader, viewer: Viewer, question: Question, zone: tzinfo) -> Any:
    at = func.coalesce(_message.c.said_at, _conversation.c.last_message_at)
    numbers, about = _places(reader, question)
    query = (
        select(_entry.c.conversation_id, _entry.c.message_id, _message.c.seq, _message.c.text, _message.c.author,
               _message.c.said_at)
        .select_from(_entry.join(_conversation, _conversation.c.conversation_id == _entry.c.conversation_id)
                     .outerjoin(_ticket, is_newest())
                     .outerjoin(_message, _message.c.message_id == _entry.c.message_id))
        .where(_entry.c.search_entry_id.in_(numbers), within(viewer), *about,
               or_(_entry.c.message_id.is_(None), _message.c.text != ""))
    )
    if question.before:
        query = query.where(at < _begins(question.before, zone))
    if question.after:
        query = query.where(at >= _begins(question.after, zone))
    if question.queue:
        query = query.where(_ticket.c.queue_id.in_(_queues(reader, question.queue)))
    if question.channel:
        query = query.where(_conversation.c.channel_id.in_(
            select(_channel.c.channel_id).where(_channel.c.kind.contains(search_words.compact(question.channel)))))
    return query.order_by(_entry.c.search_entry_id.desc()).limit(READ)


def _places(reader: Reader, question: Question) -> tuple[Any, list[ColumnElement[bool]]]:
    """Under which numbers the words lie, and what else the conversations have to be about, wherever it is said."""
    groups = list(question.known)
    numbers = search_store.matching(reader, question.groups or [groups.pop(0)], "q")
    about = []
    for n, group in enumerate(groups):
        other = _entry.alias(f"about_{n}")
        found = search_store.matching(reader, [group], f"k{n}")
        about.append(_entry.c.conversation_id.in_(
            select(other.c.conversation_id).where(other.c.search_entry_id.in_(found))))
    return numbers, about


def _begins(day: Any, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _queues(reader: Reader, typed: str) -> list[str]:
    """The queues of this name, in any language or as flows write it."""
    word = search_words.compact(typed)
    return [row["queue_id"] for row in reader.execute(select(_queue.c.queue_id, _queue.c.titles)).mappings()
            if any(search_words.compact(name).startswith(word) for name in _names(row))]


def _names(queue: Mapping[str, Any]) -> list[str]:
    return [queue["queue_id"], *queue["titles"].values()]
