"""The model's answer for one message, quickly: the same sums as over `features`, with what a word adds kept.

`tests/bot/understanding/test_scoring.py` compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from bot.understanding import features as traits
from bot.understanding.concepts import concepts
from bot.understanding.fold import Folded
from bot.understanding.model import Model, model
from bot.understanding.phrase_index import Hit

_KEPT_WORDS = 1 << 14
_TELLING = 3  # letters; shorter ones are in every text
_KEPT_PAIRS = 1 << 16
_BEGINNING = crc32(b"^")
_MASK = np.uint32(traits.SPACE - 1)

Vector = np.ndarray[Any, np.dtype[np.float32]]


class Scorer:
    """A model and what it has learned to say quickly."""

    def __init__(self, held: Model) -> None:
        self.model = held
        self.word = lru_cache(maxsize=_KEPT_WORDS)(self._word)
        self.pair = lru_cache(maxsize=_KEPT_PAIRS)(self._pair)
        self.single = lru_cache(maxsize=_KEPT_WORDS)(self._single)

    def probabilities(self, folded: Folded, hits: Sequence[Hit]) -> dict[str, float]:
        """The probability of every head."""
        held = self.model
        words = traits.spelled(folded)
        rows: list[int] = []
        weights: list[float] = []
        sums = held.bias.copy()
        if words:
            sums += self._pieces(words, rows, weights)
            self._concepts(words, rows, weights)
        for names, share in ((traits.findings(hits), "findings"), (traits.look(folded), "look")):
            rows += [self.single(name) for name in names]
            weights += [traits.SHARE[share]] * len(names)
        sums += np.array(weights, np.float32) @ held.weights[np.array(rows, np.intp)]
        chances = 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(held.slope * sums + held.offset, -30), 30)))
        return dict(zip(held.heads, chances.tolist()))

    def knows(self, folded: Folded) -> bool:
        """Is one of the words among those that the model was taught; of others it can only guess by their letters."""
        return any(self.single("w" + word) for word in set(traits.spelled(folded)) if len(word) >= _TELLING)

    def _pieces(self, words: Sequence[str], rows: list[int], weights: list[float]) -> Vector:
        # Neighbours are mostly new: keeping their rows would cost more than finding them.
        row = [*map(str.encode, words), b"$"]
        spaced = [b" " + word for word in row]
        runs = list(map(crc32, spaced, (_BEGINNING, *map(crc32, row))))  # each goes on from the word before it
        runs += map(crc32, spaced[1:], runs)
        known = self.model.rows[np.array(runs, np.uint32) & _MASK]
        known = known[known > 0].tolist()
        told = [self.word(word) for word in words]
        share = traits.SHARE["pieces"] / math.sqrt(sum(size for _, size in told) + len(runs) + traits.DAMPED)
        rows += known
        weights += [share] * len(known)
        vector: Vector = np.add.reduce([vector for vector, _ in told]) * np.float32(share)
        return vector

    def _concepts(self, words: Sequence[str], rows: list[int], weights: list[float]) -> None:
        row = [names for word in words if (names := traits.meanings(word))]
        if not row:
            return
        alone = [self.single("C" + name) for names in row for name in names]
        pair = self.pair
        pairs = [
            [pair(one, other) for first, second in zip(row, row[distance:]) for one in first for other in second]
            for distance in range(1, len(traits.PAIRS) + 1)
        ]
        size = sum(weight * weight * len(numbers) for weight, numbers in zip(traits.PAIRS, pairs))
        share = traits.SHARE["concepts"] / math.sqrt(traits.DAMPED_PAIRS + traits.ALONE**2 * len(alone) + size)
        for weight, numbers in zip((traits.ALONE, *traits.PAIRS), (alone, *pairs)):
            known = [number for number in numbers if number]
            rows += known
            weights += [weight * share] * len(known)

    def _word(self, word: str) -> tuple[Vector, int]:
        numbers = traits.parts(word)
        return self.model.weights[self.model.rows[list(numbers)]].sum(axis=0), len(numbers)

    def _pair(self, one: str, other: str) -> int:
        return int(self.model.rows[traits.number(f"D{one}>{other}")])

    def _single(self, name: str) -> int:
        return int(self.model.rows[traits.number(name)])


@cache
def scorer() -> Scorer:
    """The scorer of the shipped model, with what the words mean."""
    concepts()
    return Scorer(model())
