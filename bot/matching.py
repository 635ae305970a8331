"""Answers to the pending question: taps, exact and typed ones, words of an option, free text, one of several messages.

Several options at once (`many`) are one answer: “1 y 3”, “1,3”, “la roja y la azul”, “todas”.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.flow import answers, offers
from bot.flow.model import Option, Question
from bot.flow.moves import Answer, AskAnew, Move, Part
from bot.flow.words import bare, denied, fold, position, tokens
from bot.hearing import Hearing

_SHORT = 14
_BEGINNING = 3  # letters of a label that are enough to mean it, if no other label begins so
_ARTICLES = frozenset(("el", "la", "los", "las", "un", "una", "the", "a", "an", "o", "os", "as", "um", "uma"))
_YES_OR_NO = frozenset(("si", "no", "yes", "sim", "nao"))  # “Sí, así” is meant by “sí”
_YES_WORDS = 4  # words of a “yes, please” that is nothing else
_ALL = frozenset(
    (
        "todo", "todos", "todas", "todas ellas", "todos ellos", "ambos", "ambas", "los dos", "las dos", "los tres",
        "las tres", "all", "all of them", "both", "everything", "tudo", "as duas", "os dois", "todas elas",
        "todos eles", "as tres", "os tres",
    )
)  # fmt: skip
_BETWEEN = re.compile(r"[,;/+&\n]|\b(?:y|e|and|ademas|tambien|mas|plus)\b")
_DIGITS_ALONE = re.compile(r"\d{1,2}(?:[ .\-]+\d{1,2})+\.?")


def exact(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or not hearing.text or hearing.said.media:
        return None
    if hearing.kept() is not None:
        return _confirmed(hearing, question)
    if question.options or question.source is not None:
        chosen = _named(hearing, question)
        if chosen is not None:
            return choose(hearing, chosen)
        if question.is_many:
            return _several(hearing)
    return None if question.gather_seconds else _exact_value(hearing, question)


def _confirmed(hearing: Hearing, question: Question) -> Move | None:
    """Yes or no to what is known; another value says no and what is right in one."""
    if question.type != "yes_no" and not answers.is_free(question.type):
        value = answers.read(question.type, hearing.spoken())
        if value is not None:
            return Answer(value)
    place = position(hearing.text)
    agreed = {1: True, 2: False}.get(place) if place else answers.yes_no(hearing.spoken())
    return None if agreed is None else _agreed(hearing, agreed)


def _agreed(hearing: Hearing, agreed: bool) -> Move:
    return Answer(hearing.kept()) if agreed else AskAnew()


def _named(hearing: Hearing, question: Question) -> Option | None:
    """The option that the whole message names: by key, label, one of its words, or its place in the list."""
    options = hearing.options()
    for option in options:
        if hearing.whole in option.folded:
            return option
    if hearing.whole in _YES_OR_NO:
        return _begun(hearing, options, hearing.whole)
    # beside an answer of another type a number is no place: it may be what was asked for
    is_listed = question.is_choice or question.type == "yes_no"
    place = position(hearing.text) if is_listed and not question.gather_seconds else None
    return options[place - 1] if place and place <= len(options) else None


def _several(hearing: Hearing) -> Move | None:
    """All that the message names, if it names nothing else."""
    options = hearing.options()
    if hearing.whole in _ALL:
        return _chosen(list(options)) if options else None
    whole = fold(hearing.text)
    if len(whole) > 400:
        return None
    pieces = re.split(r"[ .\-]+", whole.strip(" .")) if _DIGITS_ALONE.fullmatch(whole) else _BETWEEN.split(whole)
    found: dict[str, Option] = {}
    for piece in filter(bare, pieces):
        option = _one(hearing, options, piece)
        if option is None:
            return None
        found[option.key] = option
    return _chosen(list(found.values())) if found else None


def _one(hearing: Hearing, options: tuple[Option, ...], piece: str) -> Option | None:
    whole = bare(piece)
    for option in options:
        if whole in option.folded:
            return option
    place = position(piece)
    if place:
        return options[place - 1] if place <= len(options) else None
    return _begun(hearing, options, whole) or _worded(options, tokens(piece), piece)


def _chosen(options: list[Option]) -> Answer:
    values = [one.key if one.value is None else one.value for one in options]
    return Answer(values, options[0].key if len(options) == 1 else "")


def _exact_value(hearing: Hearing, question: Question) -> Move | None:
    """A message that is nothing but a value of the type that was asked for."""
    if question.is_choice or answers.is_free(question.type):
        return None
    if question.type == "yes_no" and len(hearing.words) > _YES_WORDS:
        return None
    if question.type != "yes_no" and " " in hearing.text and len(hearing.text) > _SHORT:
        return None
    return _parsed(hearing, question)


def _parsed(hearing: Hearing, question: Question) -> Move | None:
    value = answers.read(question.type, hearing.spoken())
    if value is not None and question.type == "order_number":
        hearing.took_number(value)
    return None if value is None else Answer(value)


def choose(hearing: Hearing, option: Option) -> Move:
    question = hearing.question
    if question is not None and question.is_many:
        return _chosen([option])
    if option.value is not None:
        return Answer(option.value, option.key)
    if question is None or question.is_choice or answers.is_free(question.type):
        return Answer(option.key, option.key)
    value = answers.read(question.type, replace(hearing.spoken(), text=option.key))
    return Answer(option.key if value is None else value, option.key)


def typed(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or question.gather_seconds:
        return None
    if hearing.kept() is not None:
        found = _confirmed(hearing, question)
        if found is not None:
            return found
    if question.options or question.source is not None:
        chosen = _by_words(hearing, question)
        if chosen is not None:
            return choose(hearing, chosen)
    if question.is_choice or answers.is_free(question.type):
        return None
    return _parsed(hearing, question)


def _by_words(hearing: Hearing, question: Question) -> Option | None:
    options = hearing.options()
    if not question.is_choice:
        return _worded(options, hearing.words, hearing.text)
    begun = _begun(hearing, options, hearing.whole)
    return begun or _worded(options, hearing.words, hearing.text, _labelled(hearing, options))


def _labelled(hearing: Hearing, options: tuple[Option, ...]) -> dict[str, int]:
    """The one option whose whole label stands in the message (“quiero devolver el dinero”), and its length in words.

    Two of them are none, and so is one beside a longer phrase of another flow: that is what the message is about.
    """
    words, text = hearing.words, hearing.text
    labels = {option.key: tuple(tokens(hearing.label(option))) for option in options}
    found = {key: len(label) for key, label in labels.items() if _tells(label) and _says(words, label, text)}
    if len(found) != 1 or hearing.library.triggered(words, text)[0] > max(found.values()):
        return {}
    return found


def _tells(label: tuple[str, ...]) -> bool:
    """“No” and “Sí” stand in many a sentence that chooses nothing."""
    return len(label) > 1 or len("".join(label)) > _BEGINNING


def _begun(hearing: Hearing, options: tuple[Option, ...], whole: str) -> Option | None:
    """The only option whose label begins as the whole message does: `devol`, or a first word however short.

    An article in front (“la bombilla”) is left out where no label begins with it.
    """
    labels = [(option, " ".join(tokens(hearing.label(option)))) for option in options]
    whole = " ".join(tokens(whole))
    for said, called in ((whole, labels), (_no_article(whole), [(one, _no_article(label)) for one, label in labels])):
        found = [option for option, label in called if said and _begins(label, said)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _no_article(folded: str) -> str:
    first, _, rest = folded.partition(" ")
    return rest if first in _ARTICLES else folded


def _begins(label: str, whole: str) -> bool:
    if not label.startswith(whole):
        return False
    return len(whole) >= _BEGINNING or not label[len(whole) : len(whole) + 1].isalnum()


def _worded(
    options: tuple[Option, ...], words: list[str], text: str, labelled: Mapping[str, int] | None = None
) -> Option | None:
    """The option whose words stand in the message and are not taken back; the longest wins, a tie is no answer."""
    best, size, tied = None, 0, False
    for option in options:
        of_label = (labelled or {}).get(option.key, 0)
        longest = max((len(phrase) for phrase in option.words if _says(words, phrase, text)), default=0)
        longest = max(longest, of_label)
        if longest > size:
            best, size, tied = option, longest, False
        elif longest and longest == size:
            tied = True
    return None if tied else best


def _says(words: list[str], phrase: tuple[str, ...], text: str) -> bool:
    size, first = len(phrase), phrase[0]
    return first in words and any(
        word == first and tuple(words[at : at + size]) == phrase and not denied(words, at, text)
        for at, word in enumerate(words)
    )


def free(hearing: Hearing) -> Move | None:
    question = hearing.question
    if question is None or question.is_choice or question.gather_seconds or not answers.is_free(question.type):
        return None
    return _parsed(hearing, question)


def part(hearing: Hearing) -> Move | None:
    """This message as one of those that a gathered answer is made of."""
    question = hearing.question
    if question is None or not question.gather_seconds or hearing.kept() is not None:
        return None
    if not (hearing.text or hearing.said.media or hearing.said.location):
        return None
    return Part(hearing.text, hearing.said.media, hearing.said.location)


def tapped(hearing: Hearing) -> Move | None:
    """The tap of an option of the pending question; of any other question it is none."""
    if hearing.pending is None:
        return None
    flow, step = hearing.pending
    key = hearing.payload.removeprefix(f"{flow.name}:{step.id}:")
    if key == hearing.payload:
        return None
    if key in (offers.YES, offers.NO):
        return _agreed(hearing, key == offers.YES) if hearing.kept() is not None else None
    chosen: Any = next((one for one in hearing.options() if one.key == key), None)
    return choose(hearing, chosen) if chosen is not None else None
