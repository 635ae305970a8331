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

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.understanding.fold import plain_word

GAP_WORDS = 3
_COMMA = "(?:, )?"


class PhraseError(ValueError):
    """A phrase cannot be read; the message quotes it and says how to mend it."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A word every text that matches must hold (`prefix`: a word that begins so)."""

    word: str
    prefix: bool


@dataclass(frozen=True, slots=True)
class Need:
    """A match holds one of these words, or one that begins with one of these prefixes."""

    words: frozenset[str]
    prefixes: tuple[str, ...]

    def met(self, words: frozenset[str]) -> bool:
        if not self.words.isdisjoint(words):
            return True
        return bool(self.prefixes) and any(word.startswith(self.prefixes) for word in words)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A phrase as an RE2 expression over folded text.

    `triggers` are the rarest words one of which a match must hold, `needs` what else it must hold.
    """

    phrase: str
    expression: str
    triggers: frozenset[Literal]
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    expression: str
    literals: frozenset[Literal]
    others: tuple[frozenset[Literal], ...] = ()


@dataclass(frozen=True, slots=True)
class Lists:
    """The alternatives behind each `{name}`; a list is translated once, however many phrases name it."""

    alternatives: Mapping[str, list[str]]
    known: dict[str, _Part] = field(default_factory=dict)


def translate(phrase: str, lists: Lists) -> Pattern:
    """The pattern of a phrase. Raises PhraseError."""
    part = _sequence(phrase, lists)
    if not part.literals:
        raise PhraseError(f"The phrase “{phrase}” has no word that must be there: add one that is not optional.")
    expression = part.expression if phrase.startswith("^") else " " + part.expression
    return Pattern(phrase, expression, part.literals, tuple(map(_need, part.others)))


def split(phrase: str) -> list[str]:
    """The pieces of a phrase: spaces inside brackets do not part them."""
    pieces, depth, piece = [], 0, ""
    for character in phrase.strip():
        depth += (character == "(") - (character == ")")
        if depth < 0:
            raise PhraseError(f"The phrase “{phrase}” closes a bracket that was not opened: take it away.")
        if character == " " and depth == 0:
            pieces.append(piece)
            piece = ""
        else:
            piece += character
    if depth:
        raise PhraseError(f"The phrase “{phrase}” opens a bracket and does not close it: close it.")
    return [one for one in [*pieces, piece] if one]


def _sequence(phrase: str, lists: Lists) -> _Part:
    if phrase.isalpha():  # nine in ten are one plain word
        return _word(phrase, phrase)
    parts = [_piece(piece, phrase, lists) for piece in split(phrase)]
    known = [part.literals for part in parts if part.literals]
    known.sort(key=lambda literals: -min(len(literal.word) for literal in literals))
    expression = _COMMA.join(part.expression for part in parts)
    return _Part(expression, known[0], tuple(known[1:])) if known else _Part(expression, frozenset())


def _need(literals: frozenset[Literal]) -> Need:
    words = frozenset(literal.word for literal in literals if not literal.prefix)
    return Need(words, tuple(sorted(literal.word for literal in literals if literal.prefix)))


def _piece(piece: str, phrase: str, lists: Lists) -> _Part:
    if piece == "^":
        return _Part(f"^ {_around(lists)}", frozenset())
    if piece == "$":
        return _Part(f"{_around(lists)}$", frozenset())
    if piece.startswith(".."):
        words = int(piece[2:] or GAP_WORDS)
        return _Part(f"(?:[^ |]+ ){{0,{words}}}", frozenset())
    if piece.endswith("?") and len(piece) > 1:
        return _Part(f"(?:{_piece(piece[:-1], phrase, lists).expression})?", frozenset())
    if piece.startswith("{"):
        return _named(piece, phrase, lists)
    if piece.startswith("("):
        return _alternatives(options(piece[1:-1]), lists)
    return _word(piece, phrase)


def _word(piece: str, phrase: str) -> _Part:
    if piece == '"':
        return _Part('" ', frozenset({Literal(piece, False)}))
    prefix = piece.endswith("*")
    word = plain_word(piece.rstrip("*"))
    if not word.isalnum():
        raise PhraseError(f"“{piece}” in the phrase “{phrase}” is not a word: write letters and digits only.")
    return _Part(word + ("[^ ]* " if prefix else " "), frozenset({Literal(word, prefix)}))


def _alternatives(options: list[str], lists: Lists) -> _Part:
    parts = [_sequence(option, lists) for option in options]
    every = frozenset().union(*(part.literals for part in parts))
    literals = every if all(part.literals for part in parts) else frozenset()
    return _Part(f"(?:{'|'.join(part.expression for part in parts)})", literals)


def options(inside: str) -> list[str]:
    """The alternatives that `|` parts, outside brackets."""
    options, depth, option = [], 0, ""
    for character in inside:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            options.append(option)
            option = ""
        else:
            option += character
    return [*options, option]


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
        lists.known[""] = _Part(f"(?:{'|'.join([*polite, ', ', '[|] '])})*", frozenset())
    return lists.known[""].expression
