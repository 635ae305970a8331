"""Voice notes, photos, documents and places that come without words."""

from __future__ import annotations

from typing import Any

from bot.flow.answers import PARSERS, Spoken
from bot.flow.model import Question
from bot.flow.moves import Answer, Move, Tell

OFFERED = ("yes_word", "no_word")


def answer(state: dict[str, Any], spoken: Spoken, question: Question | None) -> Move:
    """What was asked for is an answer. All else is kept for the team: a kind sentence, then an offer of a person."""
    if question is not None and not question.is_choice:
        value = PARSERS[question.type](spoken, ())
        if value is not None:
            return Answer(value)
    state["notes"] = int(state.get("notes") or 0) + 1
    if state["notes"] >= 2:
        state["notes"] = 0
        state["gentle"] = {"text": ""}
        return Tell("ask_person", offers=OFFERED)
    return Tell("voice_note", repeats=True)
