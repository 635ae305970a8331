"""Ratings: one question after a person has solved something, from 1 to 5, and what the contact answers.

Asked once a ticket, by quick replies. Its answer comes before everything else a later message may mean: it is taken,
thanked once, and reopens nothing. What she adds within some minutes is kept as her comment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import bindparam, insert, select, update

from conversation.events import OutgoingChoice, TimelineLine
from conversation.work import Work
from handoff import ledger, queues, reopening, telling
from handoff.ledger import Standing
from handoff.tables import Rating, Ticket
from handoff.waiting_room import TAP_PREFIX, folded

WORDS = Path(__file__).with_name("rating_words.yaml")
SCORES = range(1, 6)
STAR = "⭐"
ANSWER_WITHIN = timedelta(hours=48)
COMMENT_WITHIN = timedelta(minutes=10)
TAP = f"{TAP_PREFIX}rate."
_STARS = re.compile(r"(?:[⭐★🌟]\ufe0f?\s*){1,5}")
_FIVE = re.compile(r"([1-5])(?: 5)?")

_rating, _ticket = Rating.__table__, Ticket.__table__
_of_ticket = select(_rating).where(_rating.c.ticket_id == bindparam("id"))
_asked = select(_ticket.c.ticket_id, _ticket.c.conversation_id, _ticket.c.rating_asked_at, _ticket.c.rating_until).where(
    _ticket.c.ticket_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken; `text` is the key of what is said to it, if anything."""

    ticket_id: str
    text: str = ""


def ask(work: Work, held: Standing, agent: str) -> bool:
    """Say that it is solved and ask how it was; False where this queue does not ask, or the ticket was asked before."""
    queue = queues.get(work.connection, held.ticket["queue_id"])
    question = work.text("closed", held.language, agent=agent)
    if not queue["asks_rating"] or held.ticket["rating_asked_at"] is not None or not question:
        return False
    solved = work.text("resolved", held.language, agent=agent)
    ledger.note_ticket(work, held.ticket_id, {"rating_asked_at": work.now, "rating_until": work.now + ANSWER_WITHIN})
    telling.say(work, held, f"{solved}\n\n{question}".strip(), _choices(held.ticket_id))
    return True


def tapped(work: Work, message: Mapping[str, Any]) -> Taken | None:
    """A tap on one of the five, whoever has the conversation by now."""
    payload = message.get("payload") or ""
    if not payload.startswith(TAP):
        return None
    ticket_id = payload.removeprefix(TAP).partition(".")[2]
    ticket = work.connection.execute(_asked, {"id": ticket_id}).mappings().first()
    if ticket is None or ticket["conversation_id"] != message["conversation_id"]:
        return None
    return take(work, ticket, message) or Taken(ticket_id)


def take(work: Work, ticket: Mapping[str, Any], message: Mapping[str, Any]) -> Taken | None:
    """What she writes after her ticket was resolved, if it is her rating or the comment to it."""
    until = ticket["rating_until"]
    if ticket["rating_asked_at"] is None or until is None or work.now >= until:
        return None
    score = understand(message.get("text") or "", message.get("payload"))
    before = work.connection.execute(_of_ticket, {"id": ticket["ticket_id"]}).mappings().first()
    if before is not None:
        return _again(work, before, score, message)
    if score is None:
        return None
    work.connection.execute(insert(_rating).values(
        ticket_id=ticket["ticket_id"], score=score, comment="", created_at=work.now))
    _log(work, ticket["ticket_id"], message, {"score": score})
    return Taken(ticket["ticket_id"], "rating_thanks")


def understand(text: str, payload: str | None = None) -> int | None:
    """The rating in a tap, a digit, stars or words; None where it is none. Pure."""
    if payload:
        tap = payload.removeprefix(TAP).partition(".")[0] if payload.startswith(TAP) else ""
        return int(tap) if tap in ("1", "2", "3", "4", "5") else None
    said = text.strip()
    if _STARS.fullmatch(said):
        return sum(said.count(star) for star in "⭐★🌟")
    words, around = _words()
    plain = folded(said)
    if plain in words:
        return words[plain]
    bare = _without(plain, around)
    digit = _FIVE.fullmatch(bare)
    return int(digit[1]) if digit else words.get(bare)


def _again(work: Work, before: Mapping[str, Any], score: int | None, message: Mapping[str, Any]) -> Taken | None:
    """She rated it already: another score takes its place, words within some minutes are her comment."""
    this = _rating.c.ticket_id == before["ticket_id"]
    if score is not None:
        work.connection.execute(update(_rating).where(this).values(score=score))
        if score != before["score"]:
            _log(work, before["ticket_id"], message, {"score": score})
        return Taken(before["ticket_id"])
    text = (message.get("text") or "").strip()
    is_comment = text and "?" not in text and not reopening.is_thanks(text, message["kind"])
    if not is_comment or before["comment"] or work.now - before["created_at"] >= COMMENT_WITHIN:
        return None
    work.connection.execute(update(_rating).where(this).values(comment=text))
    _log(work, before["ticket_id"], message, {"commented": True})
    return Taken(before["ticket_id"])


def _log(work: Work, ticket_id: str, message: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    facts = {"message": message["message_id"], **data}
    work.record(TimelineLine("rating", message["conversation_id"], "contact", ticket_id, data=facts))


def _choices(ticket_id: str) -> tuple[OutgoingChoice, ...]:
    return tuple(OutgoingChoice(f"{TAP}{score}.{ticket_id}", STAR * score) for score in SCORES)


def _without(said: str, around: tuple[str, ...]) -> str:
    """What is left of it without the thanks and the small words at its ends."""
    while found := next((one for one in around if said.startswith(f"{one} ") or said.endswith(f" {one}")), None):
        said = said.removeprefix(f"{found} ") if said.startswith(f"{found} ") else said.removesuffix(f" {found}")
    return said


@cache
def _words() -> tuple[Mapping[str, int], tuple[str, ...]]:
    file = yaml.load(WORDS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    words = {str(phrase): int(score) for score, phrases in file["words"].items() for phrase in phrases}
    return words, tuple(sorted(map(str, file["around"]), key=len, reverse=True))
