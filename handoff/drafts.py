"""Drafts: what an agent has typed and not sent, kept on the server, so that it is there wherever she goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from conversation import ids
from conversation.tables import Message
from conversation.work import Work
from handoff import access
from handoff.access import Reader
from handoff.tables import Draft

MODES = ("reply", "note")
LONGEST = 4096

_draft, _message = Draft.__table__, Message.__table__
_of_hers = select(_draft).where(_draft.c.conversation_id == bindparam("conversation"), _draft.c.agent_id == bindparam("agent"))
_one = _of_hers.where(_draft.c.mode == bindparam("mode"))
_of_many = select(_draft.c.conversation_id, _draft.c.text).where(
    _draft.c.agent_id == bindparam("agent"), _draft.c.conversation_id.in_(bindparam("ids", expanding=True))
).order_by(_draft.c.updated_at)
_overtaken_by = (
    select(_message)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.seq > bindparam("seq"),
           _message.c.author == "agent", _message.c.agent_id != bindparam("agent"))
    .order_by(_message.c.seq.desc()).limit(1)
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a composer: its mode, the text, the last number its page showed, the saved reply it was made of."""

    mode: str
    text: str
    seq: int = 0
    saved_reply_id: str = ""


def save(work: Work, conversation_id: str, agent_id: str, typed: Typed) -> datetime | None:
    """Keep it, or forget it where it is empty; returns when it was kept. Raises UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    key = {"conversation": conversation_id, "agent": agent_id, "mode": typed.mode}
    if not typed.text.strip():
        drop(work, conversation_id, agent_id, typed.mode)
        return None
    values = {"text": typed.text[:LONGEST], "seq": typed.seq or sight.conversation["last_seq"], "updated_at": work.now,
              "saved_reply_id": typed.saved_reply_id or None}
    row = work.connection.execute(_one if work.is_sqlite else _one.with_for_update(), key).mappings().first()
    if row is None:
        work.connection.execute(insert(_draft).values(
            draft_id=ids.new("drf"), conversation_id=conversation_id, agent_id=agent_id, mode=typed.mode, **values))
    else:
        work.connection.execute(update(_draft).where(_draft.c.draft_id == row["draft_id"]).values(**values))
    return work.now


def drop(work: Work, conversation_id: str, agent_id: str, mode: str) -> None:
    """It was sent, or given up."""
    work.connection.execute(delete(_draft).where(
        _draft.c.conversation_id == conversation_id, _draft.c.agent_id == agent_id, _draft.c.mode == mode))


def of(reader: Reader, conversation_id: str, agent_id: str) -> dict[str, Mapping[str, Any]]:
    """Hers in a conversation, by mode."""
    found = reader.execute(_of_hers, {"conversation": conversation_id, "agent": agent_id}).mappings()
    return {row["mode"]: row for row in found}


def of_many(reader: Reader, conversation_ids: Sequence[str], agent_id: str) -> dict[str, str]:
    """The text she left in each of these conversations, for the rows of a list."""
    if not conversation_ids:
        return {}
    found = reader.execute(_of_many, {"agent": agent_id, "ids": list(conversation_ids)})
    return {row.conversation_id: row.text for row in found}


def overtaken_by(reader: Reader, conversation_id: str, agent_id: str, seq: int) -> Mapping[str, Any] | None:
    """The last that a colleague wrote to the contact after this number, which a page showed."""
    return reader.execute(_overtaken_by, {"id": conversation_id, "seq": seq, "agent": agent_id}).mappings().first()
