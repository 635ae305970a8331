"""A tap: of the pending question it is the answer; of an older one it is over, and the question comes again."""

from __future__ import annotations

from bot import matching
from bot.flow.moves import Move, Reply, Restart, Tell
from bot.hearing import Hearing
from bot.meaning import known_questions, triggers


def decide(hearing: Hearing) -> Move | None:
    answer = matching.tapped(hearing)
    if answer is not None:
        return answer
    started = hearing.library.payloads.get(hearing.payload)
    if started:
        return triggers.begin(hearing, started)
    if hearing.pending:
        return Tell("menu_over", repeats=True)
    if hearing.takes_reply:
        return Reply()
    if hearing.is_stranded:
        return Restart()
    # Nothing is pending: what the button says may still be what a flow or the FAQ is for.
    return triggers.by_words(hearing) or known_questions.anywhere(hearing) or Tell("menu_over_alone")
