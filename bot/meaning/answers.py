"""Answers to the pending question. What one is stands in `bot.matching`; here is what else an answer says.

“AB-12345, ana@mail.com” answers the next question too, where that one skips what is known. An answer in another
language is one of the three things that change the conversation's.
"""

from __future__ import annotations

from bot import matching
from bot.flow.answers import is_free
from bot.flow.model import Flow, Question
from bot.flow.moves import Answer, Move
from bot.flow.state import opened
from bot.flow.words import bare, position
from bot.hearing import Hearing
from bot.meaning import taps
from bot.meaning.early import found_beside
from bot.meaning.row import Again
from bot.understanding.detect import detect
from bot.understanding.fold import fold

_TWO = 2  # an id and a label


def exact(hearing: Hearing) -> Move | Again | None:
    if hearing.pending is None:
        return _as_tap(hearing)
    return _taken(hearing, matching.exact(hearing))


def _as_tap(hearing: Hearing) -> Move | Again | None:
    """With nothing pending, a button beside what was said last, by its place or by what stands on it."""
    offered = [one for one in hearing.state.get("offered") or () if isinstance(one, list) and len(one) == _TWO]
    if not offered or not hearing.whole or hearing.said.media:
        return None
    place = position(hearing.text)
    named = (one for one in offered if bare(str(one[1])) == hearing.whole)
    chosen = offered[place - 1] if place and place <= len(offered) else next(named, None)
    if chosen is None:
        return None
    del hearing.state["offered"]
    hearing.take(str(chosen[1]))
    hearing.payload = str(chosen[0])
    return taps.decide(hearing)


def typed(hearing: Hearing) -> Move | None:
    return _taken(hearing, within(hearing))


def within(hearing: Hearing) -> Move | None:
    """The answer that stands within the message, looked for once."""
    if "typed" not in hearing.found:
        hearing.found["typed"] = matching.typed(hearing)
    move: Move | None = hearing.found["typed"]
    return move


def free(hearing: Hearing) -> Move | None:
    move = matching.free(hearing)
    if move is not None:
        hearing.state.pop("misses", None)
    return move


def _taken(hearing: Hearing, move: Move | None) -> Move | None:
    if not isinstance(move, Answer) or hearing.pending is None:
        return move
    hearing.state.pop("misses", None)
    flow, step = hearing.pending
    if not hearing.payload:
        _switch_language(hearing, step.data)
    if len(flow.early) > 1:
        _keep_what_else(hearing, flow, step.data)
    return move


def _keep_what_else(hearing: Hearing, flow: Flow, question: Question) -> None:
    """The same message may answer questions that are still to come."""
    top = hearing.state["frames"][-1]
    asked = {question.save} | {name for name, kind in flow.early if kind == question.type}
    wanted = tuple(one for one in flow.early if one[0] not in asked and top["vars"].get(one[0]) is None)
    found = found_beside(hearing, wanted)
    if found:
        fresh = opened(hearing.state)
        fresh["frames"][-1]["vars"].update(found)
        hearing.state["frames"] = fresh["frames"]


def _switch_language(hearing: Hearing, question: Question) -> None:
    """Her answer is in another language: an option as it is called there, yes and no as they are said there."""
    if not is_free(question.type) and question.type != "yes_no" and not question.is_choice:
        return
    found = _language_of(hearing, question)
    if found and found in hearing.library.project.languages and found != hearing.state["lang"][:2]:
        hearing.state["lang"], hearing.state["other"] = found, None


def _language_of(hearing: Hearing, question: Question) -> str:
    """The one language in which an option is called so; else the one her words are in."""
    whole = hearing.whole
    called = {
        language[:2]
        for option in question.options
        for language, variants in option.label.by_language.items()
        if whole and any(one.constant is not None and bare(one.constant) == whole for one in variants)
    }
    if len(called) == 1:
        return called.pop()
    if called or not any(letter.isalpha() for letter in hearing.text):
        return ""
    if hearing.reading is not None:
        return hearing.reading.language or ""
    if question.type != "yes_no":
        return ""  # a key or a word of an option is the shop's, not hers
    return detect(hearing.text, fold(hearing.text).words, hearing.state["lang"][:2]) or ""
