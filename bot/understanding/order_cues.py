"""What the words in front of a number say it is: an order, a card, a tax number, a street, a phone, a price.

Words are folded (lower case, no accents) and looked up nearest first. A kind of thing counts up to its reach in
words; “número” alone is a hint and leaves the answer to what stands before it (“número de la tarjeta”).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.number_words import WORDS, both_forms, words_and_folded

SENTENCE_END = "|"
HINT = 1.0
_REACH = 10  # words that are looked at
_OF_A_SENTENCE = 3  # words that the end of a sentence counts for
_STEM, _STEM_REACH = 5, 5


@dataclass(frozen=True, slots=True)
class Cue:
    """`points` for an order (below zero: against) up to `reach` words before the number.

    `is_hint`: go on looking. `is_own`: what has this number itself, and not an order's (“factura 77”, no “factura del 77”).
    """

    points: float
    reach: int
    is_hint: bool = False
    is_own: bool = False


def _read_cues() -> Iterator[tuple[str, Cue]]:
    for held in WORDS["cues"]:
        cue = Cue(float(held["points"]), int(held["reach"]), bool(held.get("hint")), bool(held.get("own")))
        for word in both_forms(held["words"]):
            yield word, cue


CUES: dict[str, Cue] = dict(_read_cues())
_BY_STEM = {stem: Cue(float(points), _STEM_REACH) for stem, points in WORDS["stems"].items()}
NAMES_AN_ORDER = frozenset(word for word, cue in CUES.items() if cue.points > 0)

_TOKEN = re.compile(r"(?<![a-z])(?:n\.?[ºo]\.?|n\.)(?![a-z])|[a-z]+|[º°#№]|[.!?;\n]")
_ENDS = frozenset(".!?;\n")
PLAIN = str.maketrans("áàâãäéèêëíìîïóòôõöúùûüçñ°", "aaaaaeeeeiiiiooooouuuucnº")
_NUMBER_SIGN = re.compile(r"n\.?[ºo]?\.?")
_OF = words_and_folded("of")
_AMOUNTS = words_and_folded("amounts")


def words_before(text: str) -> list[str]:
    """The words of what stands in front of a number, nearest first; the end of a sentence is `|`."""
    tokens: list[str] = _TOKEN.findall(text.lower().translate(PLAIN))
    tokens.reverse()
    return [SENTENCE_END if token in _ENDS else token for token in tokens]


def points_of(before: Iterable[str], with_hints: bool = True) -> float:
    """What the words before a number (nearest first) say for an order; below zero: it is something else."""
    hint, distance, is_of = 0.0, 0, False
    for word in before:
        if word == SENTENCE_END:
            distance += _OF_A_SENTENCE
            continue
        distance += 1
        if distance > _REACH:
            break
        cue = CUES.get(word) or _BY_STEM.get(word[:_STEM])
        is_of |= word in _OF
        if cue is None or distance > cue.reach or (cue.is_own and is_of):
            if distance == 1 and word != "no" and _NUMBER_SIGN.fullmatch(word):
                hint = HINT if with_hints else 0.0
            continue
        if not cue.is_hint:
            return cue.points if cue.points < 0 else max(cue.points, hint)
        hint = cue.points if with_hints else 0.0
    return hint


def is_of_price_or_time(before: Sequence[str]) -> bool:
    """Does the word right before belong to an amount or an hour (“a las doce cuarenta”, “de dos mil”)?"""
    return bool(before) and before[0] in _AMOUNTS
