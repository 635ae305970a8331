"""Voice notes, photos, stickers, documents and places: an answer where one was asked for, else kept for the team."""

from __future__ import annotations

from bot.flow.answers import read
from bot.flow.moves import Answer, Invalid, Move, Reply, Tell
from bot.hearing import Hearing
from bot.meaning import gathered
from bot.meaning.offer import offer

# Where one of these was asked for, a file of another kind is a wrong answer: the flow says so itself. A voice note and
# a sticker are none, they are how people talk (no channel tells an audio file from a voice note).
_ASKED = frozenset(("image", "document", "file"))
_FILES = frozenset(("image", "document", "file", "video"))


def without_words(hearing: Hearing) -> Move | None:
    if hearing.text:
        if not hearing.said.media:
            hearing.state.pop("notes", None)
        return None
    if hearing.takes_reply:
        return Reply()
    return gathered.decide(hearing) or _asked_for(hearing) or unfit(hearing)


def _asked_for(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or question.is_choice:
        return None
    value = read(question.type, hearing.spoken())
    return None if value is None else Answer(value)


def unfit(hearing: Hearing) -> Move:
    """What was sent and is no answer: a wrong one where a file was asked for, else kept."""
    question = hearing.question
    if question is None or question.is_choice or question.type not in _ASKED or _FILES.isdisjoint(hearing.said.media):
        return kept(hearing)
    return Invalid()


def kept(hearing: Hearing) -> Move:
    """One kind sentence and the question again, tries unchanged; the second in a row offers a person."""
    state = hearing.state
    state["notes"] = int(state.get("notes") or 0) + 1
    if state["notes"] < 2:
        return Tell("voice_note", repeats=True)
    state["notes"] = 0
    return offer(hearing)
