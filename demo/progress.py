"""How far a visitor of the demo has come: which of the three things to try are done.

The words come from the phone's own conversation, what became of them from Relevo's tables: a try is ticked when it
has really worked, not when its button was pressed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, bindparam, desc, exists, select

from conversation.tables import Conversation, Message, OutboxPart
from conversation.work import Database
from demo.provider_client import Said
from handoff.tables import LIVE_TICKET_STATES, Ticket

MOOD = frozenset({"frustration", "anger", "repeats", "fallbacks"})
_marks = re.compile(r"[^0-9a-z]")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the people's side has of the phone's conversation; `ticket` is the state of the newest one, if any."""

    conversation_id: str = ""
    ticket: str = ""
    was_angry: bool = False
    was_answered: bool = False

    @property
    def is_waiting(self) -> bool:
        """Is it with people now, in a queue or in somebody's hands?"""
        return self.ticket in LIVE_TICKET_STATES


@dataclass(frozen=True, slots=True)
class Progress:
    """The three tries; `current` is the first that is left (3: all done)."""

    done: tuple[bool, bool, bool]
    desk: Desk

    @property
    def current(self) -> int:
        return next((number for number, is_done in enumerate(self.done) if not is_done), len(self.done))


def progress(said: Sequence[Said], order: str, desk: Desk) -> Progress:
    """Which tries are done. Pure."""
    return Progress((_was_told_of(said, order), desk.was_angry, desk.was_answered), desk)


def _was_told_of(said: Sequence[Said], order: str) -> bool:
    """Did she name the order, in whatever spelling, and get an answer after it?"""
    wanted = _marks.sub("", order.lower())
    asked = next((one.seq for one in said if one.is_mine and wanted in _marks.sub("", one.text.lower())), None)
    return asked is not None and any(not one.is_mine and one.seq > asked for one in said)


_conversation = Conversation.__table__
_ticket = Ticket.__table__
_message = Message.__table__
_part = OutboxPart.__table__
_found = select(_conversation.c.conversation_id)
_words = (
    select(_part.c.provider_id, _message.c.text).join(_message, _message.c.message_id == _part.c.message_id)
    .where(_part.c.provider_id.in_(bindparam("sids", expanding=True)))
)
_newest_tickets = (
    select(_ticket.c.state, _ticket.c.reason, _ticket.c.evidence).order_by(desc(_ticket.c.opened_at)).limit(20)
)


def desk(database: Database, number: str) -> Desk:
    """What Relevo has of this number's newest conversation."""
    with database.reading() as session:
        newest = (
            _found.where(_conversation.c.address == number).order_by(desc(_conversation.c.last_message_at)).limit(1)
        )
        conversation_id = session.execute(newest).scalar()
        if conversation_id is None:
            return Desk()
        tickets = session.execute(_newest_tickets.where(_ticket.c.conversation_id == conversation_id)).all()
        said_by_agent = and_(_message.c.conversation_id == conversation_id, _message.c.author == "agent")
        was_answered = bool(session.execute(select(exists().where(said_by_agent))).scalar())
    was_angry = any(_is_mood(reason, evidence) for _, reason, evidence in tickets)
    return Desk(conversation_id, tickets[0].state if tickets else "", was_angry, was_answered)


def worded(database: Database, said: Sequence[Said]) -> list[Said]:
    """The same, with the words of each template: the provider knows only its name."""
    bare = [one.sid for one in said if not one.is_mine and not one.text]
    if not bare:
        return list(said)
    with database.reading() as session:
        found = {row.provider_id: row.text for row in session.execute(_words, {"sids": bare})}
    return [replace(one, text=found.get(one.sid) or one.text) for one in said]


def _is_mood(reason: str, evidence: list[dict[str, Any]]) -> bool:
    return reason in MOOD or any(one.get("code") in MOOD for one in evidence)
