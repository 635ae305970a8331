"""The small language in which the lexicons are written, and its translation to linear-time patterns.

A phrase is words with single spaces between them:

    quiero        this word (accents, case and doubled letters do not matter)
    denunci*      a word that begins so
    (a|b c|d*)    one of these
    {person}      one of the list `person` of the same file
    word?         may be absent (also after a group or a list)
    ..  ..5       up to three (five) words in between, not across the end of a sentence
    ^  $          the beginning or the end of the message, greetings and courtesies aside

A comma between two words does not matter. Patterns run on RE2, which cannot backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.understanding.fold import plain_word

GAP_WORDS = 3
_COMMA = "(?:, )?"
_BRACKETS_AND_SPACES = re.compile(r"[() ]")
_BRACKETS_AND_BARS = re.compile(r"[()|]")


class PhraseError(ValueError):
    """A phrase cannot be read; the message quotes it and says how to mend it."""


class Pattern(NamedTuple):
    """A phrase as an RE2 expression over folded text.

    `triggers` are the rarest words one of which a match must hold, `others` what else it must hold one of each;
    `denunci*` stands for any word that begins so.
    """

    phrase: str
    expression: str
    triggers: frozenset[str]
    others: tuple[frozenset[str], ...] = ()


class _Part(NamedTuple):
    expression: str
    literals: frozenset[str]
    others: tuple[frozenset[str], ...] = ()


_NOTHING: frozenset[str] = frozenset()


class _Frequencies(dict[frozenset[str], tuple[int, int]]):
    """How often texts hold one of some words, at a guess: many common words first, then short ones."""

    def __init__(self, common: frozenset[str]) -> None:
        super().__init__()
        self.common = common

    def __missing__(self, literals: frozenset[str]) -> tuple[int, int]:
        words = [literal.rstrip("*") for literal in literals]
        found = self[literals] = (len(self.common.intersection(words)), -min(map(len, words)))
        return found


@dataclass(frozen=True, slots=True)
class Lists:
    """The alternatives behind each `{name}`; what was translated once is kept, however many phrases hold it.

    `spell` gives the form in which a word stands in folded text; a phrase is not looked for by `common` words where
    it has others.
    """

    alternatives: Mapping[str, list[str]]
    common: frozenset[str] = _NOTHING
    spell: Callable[[str], str] = plain_word
    known: dict[str, _Part] = field(default_factory=dict)
    words: dict[str, _Part] = field(default_factory=dict)
    frequencies: _Frequencies = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "frequencies", _Frequencies(self.common))


def translate(phrase: str, lists: Lists) -> Pattern:
    """The pattern of a phrase. Raises PhraseError."""
    part = _sequence(phrase, lists)
    if not part.literals:
        raise PhraseError(f"The phrase “{phrase}” has no word that must be there: add one that is not optional.")
    expression = part.expression if phrase.startswith("^") else " " + part.expression
    return Pattern(phrase, expression, part.literals, part.others)


def split(phrase: str) -> list[str]:
    """The pieces of a phrase: spaces inside brackets do not part them."""
    if "(" not in phrase and ")" not in phrase:
        return phrase.split()
    phrase = phrase.strip()
    pieces, depth, start = [], 0, 0
    for sign in _BRACKETS_AND_SPACES.finditer(phrase):
        character = sign.group()
        depth += (character == "(") - (character == ")")
        if depth < 0:
            raise PhraseError(f"The phrase “{phrase}” closes a bracket that was not opened: take it away.")
        if character == " " and depth == 0:
            pieces.append(phrase[start : sign.start()])
            start = sign.end()
    if depth:
        raise PhraseError(f"The phrase “{phrase}” opens a bracket and does not close it: close it.")
    return [one for one in [*pieces, phrase[start:]] if one]


def _sequence(phrase: str, lists: Lists) -> _Part:
    if phrase.isalpha():
        return _word(phrase, phrase, lists)
    words = lists.words
    parts = [words.get(piece) or _piece(piece, phrase, lists) for piece in split(phrase)]
    known = [part.literals for part in parts if part.literals]
    if len(known) > 1:
        known.sort(key=lists.frequencies.__getitem__)
    expression = _COMMA.join([part.expression for part in parts])
    return _Part(expression, known[0], tuple(known[1:])) if known else _Part(expression, _NOTHING)


def _piece(piece: str, phrase: str, lists: Lists) -> _Part:
    if piece == "^":
        return _Part(f"^ {_around(lists)}", _NOTHING)
    if piece == "$":
        return _Part(f"{_around(lists)}$", _NOTHING)
    if piece.startswith(".."):
        words = int(piece[2:] or GAP_WORDS)
        return _Part(f"(?:[^ |]+ ){{0,{words}}}", _NOTHING)
    if piece.endswith("?") and len(piece) > 1:
        return _Part(f"(?:{_piece(piece[:-1], phrase, lists).expression})?", _NOTHING)
    if piece.startswith("{"):
        return _named(piece, phrase, lists)
    if piece.startswith("("):
        return _alternatives(options(piece[1:-1]), lists)
    return _word(piece, phrase, lists)


def _word(piece: str, phrase: str, lists: Lists) -> _Part:
    part = lists.words.get(piece)
    if part is None:
        part = lists.words[piece] = _new_word(piece, phrase, lists)
    return part


def _new_word(piece: str, phrase: str, lists: Lists) -> _Part:
    if piece == '"':
        return _Part('" ', frozenset((piece,)))
    prefix = piece.endswith("*")
    written = piece.rstrip("*")
    word = plain_word(written) if prefix else lists.spell(written)
    last = word
    if not (word.isalnum() and word.isascii()):
        *before, last = word.split() or [""]
        if not all(one.isalnum() and one.isascii() for one in [*before, last]):
            raise PhraseError(f"“{piece}” in the phrase “{phrase}” is not a word: write letters and digits only.")
    return _Part(word + "[^ ]* ", frozenset((last + "*",))) if prefix else _Part(word + " ", frozenset((last,)))


def _alternatives(options: list[str], lists: Lists) -> _Part:
    words = lists.words  # nine in ten are one plain word
    parts = [words.get(option) or _sequence(option, lists) for option in options]
    literals = [part.literals for part in parts]
    every = _NOTHING.union(*literals) if all(literals) else _NOTHING
    return _Part(f"(?:{'|'.join([part.expression for part in parts])})", every)


def options(inside: str) -> list[str]:
    """The alternatives that `|` parts, outside brackets."""
    if "(" not in inside:
        return inside.split("|")
    found, depth, start = [], 0, 0
    for sign in _BRACKETS_AND_BARS.finditer(inside):
        character = sign.group()
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            found.append(inside[start : sign.start()])
            start = sign.end()
    return [*found, inside[start:]]


def _named(piece: str, phrase: str, lists: Lists) -> _Part:
    name = piece[1:-1]
    if not piece.endswith("}") or name not in lists.alternatives:
        known = ", ".join(sorted(lists.alternatives))
        raise PhraseError(f"The phrase “{phrase}” names the list “{piece}”, which is not there: use one of {known}.")
    if name not in lists.known:
        lists.known[name] = _alternatives(lists.alternatives[name], lists)
    return lists.known[name]


def _around(lists: Lists) -> str:
    """Greetings, courtesies and signs, any number: they never change what a message is about."""
    if "" not in lists.known:
        polite = [_sequence(option, lists).expression for option in lists.alternatives.get("courtesy", [])]
        lists.known[""] = _Part(f"(?:{'|'.join([*polite, ', ', '[|] '])})*", _NOTHING)
    return lists.known[""].expression
