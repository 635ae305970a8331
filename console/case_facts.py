"""What a card says of a case beside its reasons: the way she came, what the bot told her, her mood, language, and clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from console import here, moods_shown
from console.formats import as_utc
from console.formats import left as time_left
from console.listing import window_left
from console.segments import plain
from conversation.tables import Channel, Contact, Conversation, Message
from handoff.access import Sight
from handoff.tables import Rating, Ticket

ANSWERED, ANSWER_LENGTH = 2, 140

_message, _channel, _contact = Message.__table__, Channel.__table__, Contact.__table__
_ticket, _rating, _conversation = Ticket.__table__, Rating.__table__, Conversation.__table__
_said = (
    select(_message.c.text)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.author == bindparam("by"), _message.c.text != "",
           _message.c.created_at <= bindparam("until"))
    .order_by(_message.c.seq.desc()).limit(bindparam("most"))
)
_kind = select(_channel.c.kind).where(_channel.c.channel_id == bindparam("id"))
_facts_of = select(_contact.c.facts).where(_contact.c.contact_id == bindparam("id"))
_last_rating = (
    select(_rating.c.score, _rating.c.created_at)
    .join(_ticket, _ticket.c.ticket_id == _rating.c.ticket_id)
    .join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
    .where(_conversation.c.contact_id == bindparam("id"))
    .order_by(_rating.c.created_at.desc()).limit(1)
)


def facts(session: Session, sight: Sight, ticket: Mapping[str, Any]) -> dict[str, Any]:
    """What `_case.html` shows; everything in it is plain, for programs get it too."""
    key, now = sight.conversation["conversation_id"], here.formats().now
    said = {"id": key, "by": "contact", "until": now, "most": moods_shown.MESSAGES}
    texts = list(reversed(session.execute(_said, said).scalars().all()))
    told = {"id": key, "by": "bot", "until": ticket["opened_at"], "most": ANSWERED}
    answers = session.execute(_said, told).scalars().all()
    return {
        "mood": moods_shown.shown(texts, sight.conversation["language"]),
        "answered": [_short(plain(text)) for text in reversed(answers)],
        "lines": [*_clocks(session, sight, ticket), *_person(session, sight)],
    }


def path(way: str) -> str:
    """The way through the flows in words: a flow's title, then its steps as they are called."""
    parts = [part.strip() for part in way.split("›") if part.strip()]
    library = here.desk().flows.library()
    flows = library.flows if library else {}
    return " › ".join(flows[part].title if part in flows and flows[part].title else part.replace("_", " ") for part in parts)


def _clocks(session: Session, sight: Sight, ticket: Mapping[str, Any]) -> list[tuple[str, str]]:
    words, formats = here.texts(), here.formats()
    window = here.desk().window(session.execute(_kind, {"id": sight.conversation["channel_id"]}).scalar_one())
    left = window_left(window, sight.conversation, formats.now)
    shown = words("card.open_always") if left is None else time_left(left) if left > timedelta() else words("card.closed")
    found = [(words("card.window"), shown)]
    if sight.live_ticket and ticket["due_at"]:
        late = as_utc(ticket["due_at"]) < formats.now
        due = words("state.late", span=formats.since(ticket["due_at"])) if late else words(
            "state.due", time=formats.clock(ticket["due_at"]))
        found.insert(0, (words("card.due"), due))
    return found


def _person(session: Session, sight: Sight) -> list[tuple[str, str]]:
    words, key = here.texts(), {"id": sight.conversation["contact_id"]}
    rated = session.execute(_last_rating, key).first()
    found = [(words("card.rating"), words("card.rated", n=rated.score))] if rated else []
    facts_known = session.execute(_facts_of, key).scalar() or {}
    return ([(words("card.vip"), words("known.yes"))] if facts_known.get("vip") else []) + found


def _short(text: str) -> str:
    return text if len(text) <= ANSWER_LENGTH else text[: ANSWER_LENGTH - 1].rstrip() + "…"
