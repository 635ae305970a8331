"""Fitting: messages to rows of numbers, rows to one straight line per head, lines to probabilities.

Everything is decided by the data and the seed: the same versions on the same kind of processor give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.understanding.features import SPACE, features
from bot.understanding.intents import INTENTS
from bot.understanding.lexicon import hits
from bot.understanding.prose import fold_prose
from training.calm_turns import calm_turns, shop_turns
from training.corpus import LANGUAGES, Dialogue, Line

SEED = 0
LEAST_HANDS = 2  # a feature that one hand alone uses says more about the hand than about what is meant
FOLDS = 6
STRENGTH = 10.0  # how much the weights may grow for the sake of the lines (C of the logistic line)
MOODS = ("human_request", "frustrated", "clear", "grave")
HEADS = (
    *MOODS,
    *(f"intent:{name}" for name in sorted(INTENTS - {"human"})),
    *(f"language:{name}" for name in LANGUAGES),
)

Matrix = Any  # scipy.sparse.csr_matrix has no types
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One head: weights over `columns` of the features' space, and its bias."""

    columns: Array
    weights: Array
    bias: float

    def scores(self, rows: Matrix) -> Array:
        return np.asarray(rows[:, self.columns] @ self.weights + self.bias)


def matrix(texts: Sequence[str]) -> Matrix:
    """Texts as rows of features (texts by SPACE, float64)."""
    starts, numbers, weights = [0], [], []
    for text in texts:
        folded = fold_prose(text)
        found = features(folded, hits(folded))
        numbers += found.numbers
        weights += found.weights
        starts.append(len(numbers))
    rows = sparse.csr_matrix((weights, numbers, starts), shape=(len(texts), SPACE))
    rows.sum_duplicates()
    return rows


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What is learned from: messages and, after them, the calm turns of dialogues; `picked` are the messages."""

    lines: Sequence[Line]
    rows: Matrix
    said: dict[str, Array]
    hands: Array
    picked: Array

    def unseen(self, heads: Sequence[str] = HEADS, folds: int = FOLDS) -> dict[str, Array]:
        """For every message the scores of a model that saw nothing of its hand."""
        scores = unseen_scores(self.rows, self.said, self.hands, heads, folds, picked=self.picked)
        return {head: one[self.picked] for head, one in scores.items()}

    def told(self, head: str) -> Array:
        """What a head should say of every message."""
        return self.said[head][self.picked]


def lessons(lines: Sequence[Line], dialogues: Sequence[Dialogue]) -> Lessons:
    """Everything that there is to learn, but what is grey."""
    kept = [line for line in lines if not line.grey]
    every = [*kept, *calm_turns(dialogues), *shop_turns()]
    picked = np.arange(len(every)) < len(kept)
    return Lessons(kept, matrix([line.text for line in every]), truths(every), hands_of(every), picked)


def truths(lines: Sequence[Line]) -> dict[str, Array]:
    """What each head should say of each line."""
    told = {
        "human_request": [line.human_request for line in lines],
        "frustrated": [line.severity >= 1 for line in lines],
        "clear": [line.severity >= 2 for line in lines],
        "grave": [line.severity >= 3 for line in lines],
    }
    for head in HEADS[len(MOODS) :]:
        kind, _, name = head.partition(":")
        told[head] = [name in line.intents if kind == "intent" else line.language == name for line in lines]
    return {head: np.array(said) for head, said in told.items()}


def hands_of(lines: Sequence[Line]) -> Array:
    return np.array([line.hand for line in lines])


def shared_columns(rows: Matrix, hands: Array) -> Array:
    """The features that at least LEAST_HANDS hands use."""
    used = np.zeros(rows.shape[1], np.int32)
    for hand in np.unique(hands):
        used[np.unique(rows[hands == hand].indices)] += 1
    return np.flatnonzero(used >= min(LEAST_HANDS, len(np.unique(hands))))


def fit_head(rows: Matrix, said: Array, columns: Array) -> Fitted:
    """A logistic line over `columns`; a head that the lines never call true says no to everything."""
    if not said.any():
        return Fitted(columns, np.zeros(len(columns)), -9.0)
    learner = LogisticRegression(
        C=STRENGTH, solver="liblinear", random_state=SEED, max_iter=200, tol=1e-3
    )
    learner.fit(rows[:, columns], said)
    return Fitted(columns, learner.coef_[0], float(learner.intercept_[0]))


def fit_all(
    rows: Matrix, said: dict[str, Array], hands: Array, heads: Sequence[str] = HEADS, picked: Array | None = None
) -> dict[str, Fitted]:
    """These heads over the features that hands share: moods on all rows, the others on those that are `picked`.

    Turns of dialogues have a mood and no intents, so that only what was picked as a message teaches the latter.
    """
    columns = shared_columns(rows, hands)
    held = rows[:, columns].tocsr()
    own = np.arange(len(columns))
    chosen = np.ones(rows.shape[0], bool) if picked is None else picked
    messages = held[chosen]
    # One thread a sum: with more, their order, and so the last digit, would depend on what else the machine does.
    with threadpool_limits(1), ThreadPoolExecutor() as pool:
        done = pool.map(
            lambda head: fit_head(held, said[head], own)
            if head in MOODS
            else fit_head(messages, said[head][chosen], own),
            heads,
        )
        return {head: Fitted(columns, one.weights, one.bias) for head, one in zip(heads, done)}


def unseen_scores(
    rows: Matrix,
    said: dict[str, Array],
    hands: Array,
    heads: Sequence[str] = HEADS,
    folds: int = FOLDS,
    *,
    picked: Array | None = None,
) -> dict[str, Array]:
    """For every row the score of a model that saw nothing of the row's hand; hands are left out in `folds` groups."""
    names = np.unique(hands)
    groups = [names[start::folds] for start in range(min(folds, len(names)))]
    scores = {head: np.zeros(rows.shape[0]) for head in heads}
    for group in groups:
        out = np.isin(hands, group)
        left = None if picked is None else picked[~out]
        fitted = fit_all(rows[~out], {head: said[head][~out] for head in heads}, hands[~out], heads, left)
        for head, one in fitted.items():
            scores[head][out] = one.scores(rows[out])
    return scores


def calibrate(scores: Array, said: Array) -> tuple[float, float]:
    """Slope and offset of the line that turns unseen scores into probabilities (Platt)."""
    if not said.any():
        return 1.0, 0.0
    with threadpool_limits(1):
        line = LogisticRegression(C=1e6, solver="lbfgs", max_iter=1000).fit(scores[:, None], said)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def chances(scores: Array, slope: float, offset: float) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-(slope * scores + offset))))
