"""Voice notes, photos, stickers, documents and places: an answer where one was asked for, else kept for the team."""

from __future__ import annotations

from bot.flow.answers import read
from bot.flow.moves import Answer, Move, Reply, Tell
from bot.hearing import Hearing
from bot.meaning import gathered
from bot.meaning.offer import offer


def without_words(hearing: Hearing) -> Move | None:
    if hearing.text:
        if not hearing.said.media:
            hearing.state.pop("notes", None)
        return None
    if hearing.takes_reply:
        return Reply()
    return gathered.decide(hearing) or _asked_for(hearing) or kept(hearing)


def _asked_for(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or question.is_choice:
        return None
    value = read(question.type, hearing.spoken())
    return None if value is None else Answer(value)


def kept(hearing: Hearing) -> Move:
    """One kind sentence and the question again, tries unchanged; the second in a row offers a person."""
    state = hearing.state
    state["notes"] = int(state.get("notes") or 0) + 1
    if state["notes"] < 2:
        return Tell("voice_note", repeats=True)
    state["notes"] = 0
    return offer(hearing)
