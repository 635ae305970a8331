"""A tap: of the pending question it is the answer; of an older one it is over, and the question comes again.

The buttons beside a `say` are never over: they begin the flow they name, or say what stands on them.
"""

from __future__ import annotations

from bot import matching
from bot.flow.moves import Move, Reply, Restart, Tell
from bot.flow.steps.say import TAPS
from bot.flow.words import bare
from bot.hearing import Hearing
from bot.meaning import known_questions, triggers
from bot.meaning.row import AGAIN, Again


def decide(hearing: Hearing) -> Move | Again | None:
    answer = matching.tapped(hearing)
    if answer is not None:
        return answer
    started = hearing.library.payloads.get(hearing.payload)
    if started:
        return _begun(hearing, started)
    if hearing.payload.startswith(TAPS):
        return _said(hearing, hearing.payload.removeprefix(TAPS))
    if hearing.pending:
        return Tell("menu_over", repeats=True)
    if hearing.takes_reply:
        return Reply()
    if hearing.is_stranded:
        return Restart()
    # Nothing is pending: what the button says may still be what a flow or the FAQ is for.
    return triggers.by_words(hearing) or known_questions.anywhere(hearing) or Tell("menu_over_alone")


def _said(hearing: Hearing, key: str) -> Move | Again | None:
    library = hearing.library
    started = library.payloads.get(key) or (key if key in library.flows else "")
    if started:
        return _begun(hearing, started)
    command = bare(key)
    hearing.take_up(command if command in library.project.commands else hearing.text, hearing.said.message_id)
    return AGAIN


def _begun(hearing: Hearing, name: str) -> Move | None:
    """The flow, or the pending question once more where that may not be left."""
    move = triggers.begin(hearing, name)
    return move or (Tell("", repeats=True) if hearing.pending else None)
