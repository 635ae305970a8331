"""A message that is, as a whole, the phrase of a flow: like an exact answer it begins that flow and is never judged.

“Cambiar el teléfono” may be what a flow is for, although its words alone would be a wish for a person.
"""

from __future__ import annotations

from bot.flow.moves import Move
from bot.hearing import Hearing
from bot.meaning import triggers
from bot.meaning.answers import within
from bot.meaning.people import follow_language


def decide(hearing: Hearing) -> Move | None:
    name = triggers.whole_phrase(hearing)
    if not name or hearing.takes_reply or _is_gathering(hearing):
        return None
    reading = hearing.understood()  # a first message still tells the language
    if within(hearing) is not None:
        return None  # it is an answer as well: the pending question comes first
    move = triggers.begin(hearing, name)
    if move is not None:
        follow_language(hearing, reading)
    return move


def _is_gathering(hearing: Hearing) -> bool:
    question = hearing.question
    return question is not None and bool(getattr(question, "gather_seconds", 0))
