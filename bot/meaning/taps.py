"""A tap: of the pending question it is the answer; of an older one it is over, and the question comes again."""

from __future__ import annotations

from bot import matching
from bot.flow.moves import Move, Reply, Restart, Tell
from bot.flow.steps.say import TAPS
from bot.hearing import Hearing
from bot.meaning import known_questions, triggers


def decide(hearing: Hearing) -> Move | None:
    answer = matching.tapped(hearing)
    if answer is not None:
        return answer
    started = _started(hearing)
    if started:
        return triggers.begin(hearing, started)
    if hearing.payload.startswith(TAPS):
        return None  # it says its label, as if she had written it
    if hearing.pending:
        return Tell("menu_over", repeats=True)
    if hearing.takes_reply:
        return Reply()
    if hearing.is_stranded:
        return Restart()
    # Nothing is pending: what the button says may still be what a flow or the FAQ is for.
    return triggers.by_words(hearing) or known_questions.anywhere(hearing) or Tell("menu_over_alone")


def _started(hearing: Hearing) -> str:
    """The flow that this tap begins: by a payload of its `start`, or, below a `say`, by its name."""
    library, payload = hearing.library, hearing.payload
    if payload.startswith(TAPS):
        key = payload.removeprefix(TAPS)
        return library.payloads.get(key) or library.payloads.get(payload) or (key if key in library.flows else "")
    return library.payloads.get(payload, "")
