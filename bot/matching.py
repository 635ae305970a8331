"""Answers to the pending question: taps, exact ones, typed ones, words of an option, free text."""

from __future__ import annotations

from dataclasses import replace

from bot.flow.answers import FREE, NO, YES, read
from bot.flow.model import Option, Question
from bot.flow.moves import Answer, Move
from bot.flow.words import bare, holds, position
from bot.hearing import Hearing

_SHORT = 14
_BEGINNING = 3  # letters of a label that are enough to mean it, if no other label begins so


def exact(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or not hearing.text or hearing.said.media:
        return None
    if question.options:
        chosen = _named(hearing, question)
        if chosen is not None:
            return choose(hearing, chosen)
    return _exact_value(hearing, question)


def _named(hearing: Hearing, question: Question) -> Option | None:
    """The option that the whole message names: by key, label, one of its words, or its place in the list."""
    options = hearing.options()
    for option in options:
        if hearing.whole in option.folded:
            return option
    # beside an answer of another type a number is no place: it may be what was asked for
    place = position(hearing.text) if question.is_choice or question.type == "yes_no" else None
    return options[place - 1] if place and place <= len(options) else None


def _exact_value(hearing: Hearing, question: Question) -> Move | None:
    """A message that is nothing but a value of the type that was asked for."""
    if question.is_choice or question.type in FREE:
        return None
    if question.type == "yes_no" and hearing.whole not in YES | NO:
        return None
    if question.type != "yes_no" and " " in hearing.text and len(hearing.text) > _SHORT:
        return None
    return _parsed(hearing, question)


def _parsed(hearing: Hearing, question: Question) -> Move | None:
    value = read(question.type, hearing.spoken())
    return None if value is None else Answer(value)


def choose(hearing: Hearing, option: Option) -> Move:
    question = hearing.question
    if question is None or question.is_choice or question.type in FREE:
        return Answer(option.key, option.key)
    value = read(question.type, replace(hearing.spoken(), text=option.key))
    return Answer(option.key if value is None else value, option.key)


def typed(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None:
        return None
    if question.options:
        chosen = (_begun(hearing) if question.is_choice else None) or _worded(hearing)
        if chosen is not None:
            return choose(hearing, chosen)
    if question.is_choice or question.type in FREE:
        return None
    found = _parsed(hearing, question)
    if found is None and question.type == "order_number" and hearing.reading and hearing.reading.order_numbers:
        return Answer(hearing.reading.order_numbers[0])
    return found


def _begun(hearing: Hearing) -> Option | None:
    """The only option whose label begins as the whole message does: `devol`, or a first word however short."""
    whole = hearing.whole
    if not whole:
        return None
    found = [option for option in hearing.options() if _begins(bare(hearing.label(option)), whole)]
    return found[0] if len(found) == 1 else None


def _begins(label: str, whole: str) -> bool:
    if not label.startswith(whole):
        return False
    return len(whole) >= _BEGINNING or label[len(whole) : len(whole) + 1] in ("", " ")


def _worded(hearing: Hearing) -> Option | None:
    """The option whose words stand in the message; the longest phrase wins, a tie is no answer."""
    best, size, tied = None, 0, False
    for option in hearing.options():
        longest = max((len(phrase) for phrase in option.words if holds(hearing.words, phrase)), default=0)
        if longest > size:
            best, size, tied = option, longest, False
        elif longest and longest == size:
            tied = True
    return None if tied else best


def free(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or question.is_choice or question.type not in FREE:
        return None
    return _parsed(hearing, question)


def tapped(hearing: Hearing) -> Move | None:
    """The tap of an option of the pending question; of any other question it is none."""
    if hearing.pending is None:
        return None
    flow, step = hearing.pending
    key = hearing.payload.removeprefix(f"{flow.name}:{step.id}:")
    if key == hearing.payload:
        return None
    chosen = next((one for one in hearing.options() if one.key == key), None)
    return choose(hearing, chosen) if chosen is not None else None
