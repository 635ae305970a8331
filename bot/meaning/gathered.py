"""An answer of several messages: everything but commands, taps, people and what cannot be read is part of it."""

from __future__ import annotations

from bot import matching
from bot.flow.moves import Move
from bot.hearing import Hearing


def decide(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or not getattr(question, "gather_seconds", 0):
        return None
    return matching.part(hearing)
