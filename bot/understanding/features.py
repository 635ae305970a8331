"""A message as numbered features with weights: what the model learns from and what it scores.

Four groups, each with a fixed share of the whole whatever the message's length:
pieces (each word, its parts of three to five letters, neighbours in twos and threes), concepts (what the words mean in
any language, alone and in pairs up to three apart), findings of the lexicons, and the look of the text.
A feature's number is a hash of its name; names are never stored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from bot.understanding.concepts import concepts
from bot.understanding.fold import Folded
from bot.understanding.frustration import COVERS, is_shouted
from bot.understanding.phrase_index import Hit
from bot.understanding.requests import COVERS as ASKED_COVERS
from bot.understanding.requests import is_covered

SPACE = 1 << 20  # numbers run from 0 to SPACE - 1
SHARE = {"pieces": 1.0, "concepts": 1.0, "findings": 0.3, "look": 0.2}
_PARTS = (3, 4, 5)
_PART = crc32(b"c")
_LONGEST_WORD = 24
_LONG_NUMBER = 5
ALONE = 2.0  # a concept by itself, against 1, 0.5, 0.5 for pairs at distance 1, 2, 3
PAIRS = (1.0, 0.5, 0.5)
# As if every text had some more features that say nothing: a word or two alone prove little.
DAMPED, DAMPED_PAIRS = 20, 3.3
MOST_WORDS = 400


@dataclass(slots=True)
class Features:
    """Numbers and their weights side by side; the same number may stand several times."""

    numbers: list[int]
    weights: list[float]
    words: Sequence[str] = ()

    def add(self, numbers: Sequence[int], weight: float) -> None:
        self.numbers.extend(numbers)
        self.weights.extend([weight] * len(numbers))

    @property
    def owners(self) -> list[tuple[int, ...]]:
        """For each number the places of the words that it is about; none for findings and the look."""
        owners: list[tuple[int, ...]] = [(at,) for at, word in enumerate(self.words) for _ in parts(word)]
        last = len(self.words)
        for size in (2, 3):
            runs = (range(start, start + size) for start in range(-1, last - size + 2))
            owners += [tuple(at for at in run if 0 <= at < last) for run in runs]
        row = [(at, names) for at, word in enumerate(self.words) if (names := meanings(word))]
        owners += [(at,) for at, names in row for _ in names]
        for distance in range(1, len(PAIRS) + 1):
            owners += [
                (at, other) for (at, first), (other, second) in zip(row, row[distance:]) for _ in first for _ in second
            ]
        return owners + [()] * (len(self.numbers) - len(owners))


def features(folded: Folded, hits: Sequence[Hit]) -> Features:
    """The features of one message."""
    words = spelled(folded)
    found = Features([], [], words)
    if words:
        _add_pieces(found, words)
        _add_concepts(found, words)
    found.add([number(name) for name in findings(hits)], SHARE["findings"])
    found.add([number(name) for name in look(folded)], SHARE["look"])
    return found


def findings(hits: Sequence[Hit]) -> list[str]:
    """The categories that were found, those apart that a counter-lexicon takes back."""
    open_ones = {
        hit.category for hit in hits if not (is_covered(hit, hits, COVERS) or is_covered(hit, hits, ASKED_COVERS))
    }
    return [
        *sorted("L" + name for name in open_ones),
        *sorted({"K" + hit.category for hit in hits if hit.category not in open_ones}),
    ]


def look(folded: Folded) -> list[str]:
    """How the text looks: capitals, signs, and how long it is in powers of two."""
    text = folded.original
    signs = ["capitals"] if is_shouted(text) else []
    signs += [
        name for name, sign in (("??", "??"), ("?", "?"), ("@", "@"), ("quoted", '"'), ("...", "..")) if sign in text
    ]
    if text.count("!") > 1:
        signs.append("!!")
    signs.append(f"length{min(7, int(math.log2(len(folded.words) + 1)))}")
    return ["S" + sign for sign in signs]


def _add_pieces(found: Features, words: Sequence[str]) -> None:
    numbers: list[int] = []
    for word in words:
        numbers.extend(parts(word))
    row = ("^", *words, "$")
    numbers.extend([_neighbours(one, other) for one, other in pairwise(row)])
    numbers.extend([_neighbours(one, other, third) for one, other, third in zip(row, row[1:], row[2:])])
    found.add(numbers, SHARE["pieces"] / math.sqrt(len(numbers) + DAMPED))


def _add_concepts(found: Features, words: Sequence[str]) -> None:
    row = [names for word in words if (names := meanings(word))]
    if not row:
        return
    alone = [number("C" + name) for names in row for name in names]
    pairs = [
        [_pair(one, other) for first, second in zip(row, row[distance:]) for one in first for other in second]
        for distance in range(1, len(PAIRS) + 1)
    ]
    size = math.sqrt(DAMPED_PAIRS + ALONE**2 * len(alone) + sum(w * w * len(numbers) for w, numbers in zip(PAIRS, pairs)))
    share = SHARE["concepts"] / size
    found.add(alone, ALONE * share)
    for weight, numbers in zip(PAIRS, pairs):
        found.add(numbers, weight * share)


def spelled(folded: Folded) -> tuple[str, ...]:
    """The words that are looked at; of a number only how long it is, of a code that it is one."""
    words = folded.words[:MOST_WORDS]
    return words if "".join(words).isalpha() else tuple(map(_shape, words))


@lru_cache(maxsize=1 << 14)
def _shape(word: str) -> str:
    if not any(map(str.isdigit, word)):
        return word
    return f"0{min(len(word), _LONG_NUMBER)}" if word.isdigit() else "0code"


@lru_cache(maxsize=1 << 14)
def parts(word: str) -> tuple[int, ...]:
    """A word, and its parts with its edges marked."""
    whole = f"<{word[:_LONGEST_WORD]}>"
    if whole.isascii():  # nine words in ten: the same numbers, without a text for every part
        letters = whole.encode()
        spans = [letters[at : at + size] for size in _PARTS for at in range(len(letters) - size + 1)]
        return (number("w" + word), *[crc32(span, _PART) % SPACE for span in spans])
    found = [whole[at : at + size] for size in _PARTS for at in range(len(whole) - size + 1)]
    return (number("w" + word), *[number("c" + part) for part in found])


def _neighbours(*words: str) -> int:
    # Mostly new ones: keeping them would cost more than working them out.
    return crc32(" ".join(words).encode()) % SPACE


@lru_cache(maxsize=1 << 14)
def meanings(word: str) -> tuple[str, ...]:
    return concepts().of(word)


@lru_cache(maxsize=1 << 16)
def _pair(one: str, other: str) -> int:
    return number(f"D{one}>{other}")


@lru_cache(maxsize=1 << 12)
def number(name: str) -> int:
    return crc32(name.encode()) % SPACE
