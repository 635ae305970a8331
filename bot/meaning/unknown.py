"""Nothing that fits: counted against the pending question, or on the way from the fallback to a person."""

from __future__ import annotations

from bot.flow.effects import Unanswered
from bot.flow.moves import Invalid, Move, Restart, Start, Tell, ToPeople
from bot.hearing import Hearing
from bot.meaning import attached, triggers
from bot.meaning.offer import offer
from bot.meaning.people import people_of
from bot.meaning.wishes import is_question

_OFFERED_AT, _PASSED_AT = 2, 3


def decide(hearing: Hearing) -> Move:
    if hearing.said.media:  # a caption that is no answer: what it stands under is kept, or a wrong answer
        return attached.unfit(hearing)
    if is_question(hearing):
        hearing.effects.append(Unanswered(hearing.text, hearing.said.message_id))
    if hearing.pending:
        return Invalid()
    if hearing.is_stranded:
        return Restart()
    if hearing.library.first and not hearing.state.get("met"):
        return Start(hearing.library.first)
    return _missed(hearing)


def _missed(hearing: Hearing) -> Move:
    """First the fallback, then the offer of a person, then a person: nobody goes round in circles."""
    misses = int(hearing.state.get("misses") or 0) + 1
    hearing.state["misses"] = misses
    if misses >= _PASSED_AT:
        return ToPeople("not_understood", people_of(hearing))
    if misses == _OFFERED_AT:
        return offer(hearing)
    name = hearing.library.project.fallback
    return triggers.instead(hearing, name) if name else Tell("fallback")
