"""The words of `number_words.yaml`, ready for looking up: as they are typed without accents, and folded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.fold import plain_word

_FILE = Path(__file__).with_suffix(".yaml")
_NONE = "*"

WORDS: Mapping[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def both_forms(text: str) -> Iterable[str]:
    """Each word as it stands, and folded as messages are (“fee” is “fe” there)."""
    for word in text.split():
        yield word
        if word.isascii() and word.isalpha():
            yield plain_word(word)


def words(name: str) -> frozenset[str]:
    """A list of words by its name, as they are typed."""
    return frozenset(WORDS[name].split())


def words_and_folded(name: str) -> frozenset[str]:
    """The same in both forms."""
    return frozenset(both_forms(WORDS[name]))


def said(name: str) -> frozenset[str]:
    """A list of what is said, folded."""
    return frozenset(map(plain_word, WORDS["said"][name].split()))


def numbered(name: str, first: int, step: int = 1) -> dict[str, int]:
    """Folded words of what is said and their numbers: the first of each line is `first`, the next `step` more."""
    lines: Sequence[str] = WORDS["said"][name]
    return {
        plain_word(word): first + step * place
        for line in lines
        for place, either in enumerate(line.split())
        for word in either.split("/")
        if word != _NONE
    }


def joined_tens() -> dict[str, int]:
    """“treintaicinco” for “treinta y cinco”: the word and its number."""
    tens, units = numbered("tens", 20, 10), numbered("units", 0)
    return {ten + "i" + unit: tens[ten] + units[unit] for ten in tens for unit in units if units[unit]}


def letter_names(name: str) -> dict[str, str]:
    """Folded names of letters and the letters."""
    return {plain_word(word): letter for letter, names in WORDS[name].items() for word in names.split()}
