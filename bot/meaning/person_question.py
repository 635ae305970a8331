"""The answer to “shall I pass you to a person?”, by tap, by word, or by its number where choices are shown so."""

from __future__ import annotations

from bot.escalation_memory import evidence_of
from bot.flow.answers import NO, yes_no
from bot.flow.effects import Evidence
from bot.flow.moves import Move, Tell, ToPeople
from bot.flow.words import position
from bot.hearing import Hearing
from bot.meaning.offer import OFFERED
from bot.meaning.people import people_of
from bot.meaning.row import AGAIN, Again

_PREFIX = "ask_person:"


def decide(hearing: Hearing) -> Move | Again | None:
    asked = hearing.state.get("gentle")
    if not asked and not hearing.payload.startswith(_PREFIX):
        return None
    hearing.state["gentle"] = None
    chosen = _chosen(hearing)
    if chosen == "yes_word":
        return _yes(hearing)
    if chosen != "no_word":
        return None
    hearing.state.pop("misses", None)
    kept = str(asked.get("text", "")) if asked else ""
    if not kept:
        return Tell("go_on", repeats=True)
    hearing.take_up(kept, str(asked.get("id", "")) if asked else "")
    return AGAIN


def _yes(hearing: Hearing) -> Move:
    quote = Evidence("human_request", hearing.text[:200], hearing.said.message_id)
    before = evidence_of(hearing.state.get("mood") or {})
    return ToPeople("human_request", people_of(hearing), evidence=(quote, *before))


def _chosen(hearing: Hearing) -> str:
    if hearing.payload:
        return hearing.payload.removeprefix(_PREFIX)
    place = position(hearing.text)
    if place in (1, 2):
        return OFFERED[place - 1]
    answer = yes_no(hearing.spoken())
    if answer is True:
        return "yes_word"
    return "no_word" if answer is False and _is_plain_no(hearing) else ""


def _is_plain_no(hearing: Hearing) -> bool:
    """“no”, “no, gracias”: more words than these may be about something else."""
    return hearing.whole in NO or len(hearing.words) <= 3
