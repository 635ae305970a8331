"""The model: weights of `model.npz` (int8, made by `python -m training train`), and what it says of one message.

A head is one yes-or-no question. Its score is a sum over features; a line fitted on hands that were left out
(Platt) turns it into a probability.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.understanding.features import SPACE, Features

FILE = Path(__file__).parent / "model.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """`rows` says for each feature's number which row of `weights` (features by heads) is its own; row 0 is none.

    `thresholds` are the probabilities from which a head says yes; `origin` is what the file was made from.
    """

    heads: tuple[str, ...]
    rows: np.ndarray[Any, np.dtype[np.int32]]
    weights: np.ndarray[Any, np.dtype[np.float32]]
    bias: np.ndarray[Any, np.dtype[np.float32]]
    slope: np.ndarray[Any, np.dtype[np.float32]]
    offset: np.ndarray[Any, np.dtype[np.float32]]
    thresholds: Mapping[str, float]
    origin: Mapping[str, Any]

    def probabilities(self, features: Features) -> dict[str, float]:
        """The probability of every head."""
        sums = self.bias + np.asarray(features.weights, np.float32) @ self.weights[self.rows[features.numbers]]
        chances = 1.0 / (1.0 + np.exp(-np.clip(self.slope * sums + self.offset, -30, 30)))
        return dict(zip(self.heads, chances.tolist()))

    def shares(self, features: Features, head: str) -> list[float]:
        """What each feature adds to a head's score, in the order of the features."""
        column = self.weights[self.rows[features.numbers], self.heads.index(head)]
        shares: list[float] = (column * np.asarray(features.weights, np.float32)).tolist()
        return shares


@cache
def model() -> Model:
    """The shipped model. Raises OSError when the file is missing, ValueError when it is none of ours."""
    return load(FILE)


def load(path: Path) -> Model:
    """A model from its file; nothing in it is executed (arrays of numbers and one JSON text)."""
    with np.load(path, allow_pickle=False) as held:
        numbers, packed, scale = held["numbers"], held["weights"], held["scale"]
        told = json.loads(bytes(held["told"]).decode())
        lines = held["lines"]
    rows = np.zeros(SPACE, np.int32)
    rows[numbers] = np.arange(1, len(numbers) + 1, dtype=np.int32)
    weights = np.zeros((len(numbers) + 1, packed.shape[1]), np.float32)
    np.multiply(packed, scale, out=weights[1:])
    return Model(
        tuple(told["heads"]), rows, weights, lines[0], lines[1], lines[2], told["thresholds"], told["origin"]
    )
