"""What a hook is told of an event: ids, states and codes. What people wrote is in it only where the hook asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_

from conversation.tables import Channel, Contact, Conversation, Message
from conversation.work import Work
from handoff.tables import Agent, Ticket

# names of staff, and codes, ids and times; whatever else is written in a line of the timeline stays in the house
CODE = re.compile(r"[A-Za-z0-9_:.+-]{1,64}")
STAFF = frozenset({"agent"})
WRITTEN = frozenset({"text", "note", "quote", "summary", "comment", "preview", "answer", "evidence", "signals"})
TICKET_FACTS = ("state", "queue_id", "reason", "priority", "holder_id", "disposition", "opened_at", "waiting_since", "due_at",
                "claimed_at", "first_reply_at", "snoozed_until", "closed_at")

_ticket, _agent, _conversation = Ticket.__table__, Agent.__table__, Conversation.__table__
_contact, _channel, _message = Contact.__table__, Channel.__table__, Message.__table__
_about = (
    select(_conversation.c.conversation_id, _conversation.c.owner, _conversation.c.epoch, _conversation.c.language,
           _channel.c.kind, _contact.c.name, _contact.c.contact_id)
    .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
)
_said = select(_message.c.message_id, _message.c.conversation_id, _message.c.seq, _message.c.author, _message.c.text)


class Teller:
    """Reads what bodies need, for a whole batch at once."""

    def __init__(self, work: Work, include_text: bool) -> None:
        self._work = work
        self._include_text = include_text

    def bodies(self, entries: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
        """A body for each of these lines of the timeline; `names` are the events of their kinds."""
        tickets = self._rows(select(_ticket, _agent.c.name.label("holder")).outerjoin(
            _agent, _agent.c.agent_id == _ticket.c.holder_id), _ticket.c.ticket_id, {one["ticket_id"] for one in entries})
        about = self._rows(_about, _conversation.c.conversation_id, {one["conversation_id"] for one in entries})
        said = self._said(entries)
        return [
            {
                "event": names[entry["kind"]],
                "at": entry["at"].isoformat(),
                "entry": entry["entry_id"],
                "ticket": _told(tickets.get(entry["ticket_id"])),
                "conversation": _conversation_of(about.get(entry["conversation_id"]), entry),
                "data": _data(entry) | said.get(entry["entry_id"], {}),
            }
            for entry in entries
        ]

    def _rows(self, query: Any, key: Any, ids: set[str | None]) -> dict[str, Mapping[str, Any]]:
        wanted = sorted(one for one in ids if one)
        found = self._work.connection.execute(query.where(key.in_(wanted))).mappings() if wanted else ()
        return {row[key.name]: row for row in found}

    def _said(self, entries: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
        """Which message a line is about, and, if the hook may have it, what it says."""
        lines = [one for one in entries if one["kind"] == "message"]
        by_id = {one["data"].get("message"): one["entry_id"] for one in lines if one["data"].get("message")}
        by_seq = {(one["conversation_id"], one["data"].get("seq")): one["entry_id"] for one in lines if one["data"].get("seq")}
        found: dict[int, dict[str, Any]] = {}
        if by_id:
            rows = self._work.connection.execute(_said.where(_message.c.message_id.in_(sorted(by_id)))).mappings()
            found |= {by_id[row["message_id"]]: self._message(row) for row in rows}
        if by_seq:
            place = tuple_(_message.c.conversation_id, _message.c.seq).in_(sorted(by_seq))
            rows = self._work.connection.execute(_said.where(place)).mappings()
            found |= {by_seq[row["conversation_id"], row["seq"]]: self._message(row) for row in rows}
        return found

    def _message(self, row: Mapping[str, Any]) -> dict[str, Any]:
        facts = {"message": row["message_id"], "seq": row["seq"], "author": row["author"]}
        return facts | ({"text": row["text"]} if self._include_text else {})


def _told(ticket: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The ticket as it is when the call is written down; `data` is what was so at the event."""
    if ticket is None:
        return None
    facts = {name: _plain(ticket[name]) for name in TICKET_FACTS}
    return {"id": ticket["ticket_id"], "holder": ticket["holder"] or "", **facts}


def _conversation_of(row: Mapping[str, Any] | None, entry: Mapping[str, Any]) -> dict[str, Any]:
    if row is None:
        return {"id": entry["conversation_id"]}
    return {"id": row["conversation_id"], "owner": row["owner"], "epoch": row["epoch"], "language": row["language"],
            "channel": row["kind"], "contact": {"id": row["contact_id"], "name": row["name"]}}


def _data(entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in (entry["data"] or {}).items() if name not in WRITTEN and _is_fact(name, value)}
    return {"actor": entry["actor"]} | kept


def _is_fact(name: str, value: Any) -> bool:
    if isinstance(value, str):
        return name in STAFF or CODE.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
