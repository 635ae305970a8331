"""A question that the shop has answered once for all (`_faq.yaml`): the answer, then what was pending once more."""

from __future__ import annotations

from bot.flow.faq import LIKELY, STRONG, WHOLE, Entry, Found, uttered
from bot.flow.moves import Move, Tell
from bot.hearing import Hearing
from bot.meaning.wishes import is_question, questions_within

_EXACT = 2  # words that carry meaning
_SHORT = 12  # words; who writes more says more than the question in it


def at_choice(hearing: Hearing) -> Move | None:
    """Before a word of an option or of a flow is looked for in it: who asks in so many words wants that answer.

    “¿Cuánto cuesta el envío?” at a menu with an option “envío” asks for no parcel; nor does “política de
    devoluciones” begin a return.
    """
    question = hearing.question
    if question is not None and not question.is_choice:
        return None
    found = _found(hearing, STRONG)
    if found is None or not _says_more(hearing, found):
        return None
    return _answered(hearing, found.entry)


def anywhere(hearing: Hearing) -> Move | None:
    if hearing.is_free:
        found = _instead_of_words(hearing)
    else:
        found = _found(hearing, LIKELY if is_question(hearing) else STRONG)
    return _answered(hearing, found.entry) if found is not None else None


def _instead_of_words(hearing: Hearing) -> Found | None:
    """Where any words are an answer: one of the wordings as a whole, or a question that is plainly one of them."""
    found = _found(hearing, STRONG if is_question(hearing) else WHOLE)
    if found is not None or len(hearing.words) > _SHORT:
        return found
    parts = (_holding(hearing, hearing.library.faq.find(part), STRONG) for part in questions_within(hearing.text))
    return next((one for one in parts if one is not None), None)


def _found(hearing: Hearing, least: int) -> Found | None:
    return _holding(hearing, hearing.asked, least)


def _holding(hearing: Hearing, found: Found | None, least: int) -> Found | None:
    """It, if it is strong enough and its condition holds."""
    if found is None or found.strength < least:
        return None
    when = found.entry.when
    return found if when is None or when.call(hearing.values()) else None


def _says_more(hearing: Hearing, found: Found) -> bool:
    """Whether the wording is more exact than the phrase that would begin a flow."""
    size, _ = hearing.library.triggered(hearing.words, hearing.text)
    return size == 0 or (found.words >= _EXACT and size < len(uttered(hearing.words)))


def _answered(hearing: Hearing, entry: Entry) -> Move:
    hearing.state.pop("misses", None)
    if entry.queue:
        hearing.state["topic"] = entry.queue
    else:
        hearing.state.pop("topic", None)
    hearing.subject = entry.key
    return Tell(entry.key, repeats=True, bridges=True)
