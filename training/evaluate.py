"""Measuring as if by a stranger: every hand is scored by a model that has seen none of its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from training.corpus import LANGUAGES, Line
from training.fit import HEADS, MOODS, Array, Lessons, Matrix, calibrate, chances, fit_all, hands_of
from training.train import FEWER_FOLDS, best_threshold, f1

CURVE = (1, 2, 4, 8, 12, 16, 20, 24, 32)
CURVE_TRIES = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the report, all shares from 0 to 1; `n` lines. `mild`, `clear`, `grave` are recalls by severity."""

    name: str
    n: int
    human: float
    implicit: float
    frustrated: float
    by_language: tuple[float, ...]
    mild: float
    clear: float
    grave: float
    near_misses: float
    plain: float
    escalate: float

    def row(self) -> str:
        values = (
            self.human, self.implicit, self.frustrated, *self.by_language, self.mild, self.clear, self.grave,
            self.near_misses, self.plain, self.escalate,
        )  # fmt: skip
        return f"{self.name:<8}{self.n:>6}" + "".join(f"{value:>8.3f}" for value in values)


TITLES = "hand         n   human implic.  frustr.     es      pt      en    mild   clear   grave    near   plain escal."


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What leave-one-hand-out says: a row per hand, all together, intents, calibration."""

    hands: tuple[Figures, ...]
    all: Figures
    intents: Mapping[str, float]
    intents_micro: float
    language: float
    calibration_error: Mapping[str, float]


def evaluate(held: Lessons) -> Report:
    """Leave one hand out, for each hand; for intents and languages a third of the hands."""
    lines, said = held.lines, {head: held.told(head) for head in HEADS}
    hands = hands_of(lines)
    scores = held.unseen(MOODS, len(np.unique(hands))) | held.unseen(HEADS[len(MOODS) :], FEWER_FOLDS)
    chance = {head: chances(scores[head], *calibrate(scores[head], said[head])) for head in HEADS}
    yes = {head: chance[head] >= best_threshold(chance[head], said[head]) for head in HEADS}
    names = sorted({line.hand for line in lines})
    intents = {head: f1(yes[head], said[head]) for head in HEADS if head.startswith("intent:")}
    spoken = np.argmax([chance[f"language:{name}"] for name in LANGUAGES], axis=0)
    told = np.array([LANGUAGES.index(line.language) for line in lines])
    return Report(
        tuple(figures(name, lines, yes, hands == name) for name in names),
        figures("all", lines, yes, np.ones(len(lines), bool)),
        intents,
        f1(np.concatenate([yes[head] for head in intents]), np.concatenate([said[head] for head in intents])),
        float((spoken == told).mean()),
        {head: calibration_error(chance[head], said[head]) for head in ("human_request", "frustrated")},
    )


def figures(name: str, lines: Sequence[Line], yes: Mapping[str, Array], chosen: Array) -> Figures:
    """The figures of the chosen lines."""
    where = np.flatnonzero(chosen)
    asked, angry = yes["human_request"][where], yes["frustrated"][where]
    flagged = asked | angry
    here = [lines[at] for at in where.tolist()]
    wants = np.array([line.human_request for line in here])
    cross = np.array([line.frustrated for line in here])
    severity = np.array([line.severity for line in here])
    near = np.array([line.is_near_miss for line in here])
    spoken = np.array([line.language for line in here])
    hidden = wants & np.array([line.kind in ("implicit", "unreachable") for line in here])
    calm = ~(wants | cross)
    return Figures(
        name, len(here), f1(asked, wants), share(asked, hidden), f1(angry, cross),
        tuple(f1(angry[spoken == one], cross[spoken == one]) for one in LANGUAGES),
        share(flagged, severity == 1), share(flagged, severity == 2), share(flagged, severity == 3),
        share(flagged, calm & near), share(flagged, calm & ~near), f1(flagged, wants | cross),
    )  # fmt: skip


def share(yes: Array, among: Array) -> float:
    return float(yes[among].mean()) if among.any() else 0.0


def calibration_error(chance: Array, said: Array, bins: int = 10) -> float:
    """Expected calibration error: how far the told probability is from the share that came true, over ten bins."""
    which = np.minimum((chance * bins).astype(int), bins - 1)
    total = 0.0
    for one in range(bins):
        inside = which == one
        if inside.any():
            total += float(inside.mean()) * abs(float(chance[inside].mean()) - float(said[inside].mean()))
    return total


def curve(held: Lessons, seed: int = 0) -> list[tuple[int, float, float]]:
    """By number of hands learned from: best F1 of frustration and of requests on a hand not seen (mean of tries)."""
    rows, hands = held.rows[held.picked], held.hands[held.picked]
    said = {head: held.told(head) for head in ("frustrated", "human_request")}
    names = sorted(set(hands.tolist()))
    points = []
    for count in (one for one in (*CURVE, len(names) - 1) if one < len(names)):
        random = Random(seed * 1000 + count)
        tries = [random.sample(names, count + 1) for _ in range(CURVE_TRIES)]
        points.append((count, *np.mean([_try(rows, said, hands, chosen) for chosen in tries], axis=0).tolist()))
    return sorted(set(points))


def _try(rows: Matrix, said: Mapping[str, Array], hands: Array, chosen: Sequence[str]) -> tuple[float, float]:
    test, learned = hands == chosen[0], np.isin(hands, chosen[1:])
    heads = ("frustrated", "human_request")
    fitted = fit_all(rows[learned], {head: said[head][learned] for head in heads}, hands[learned], heads)
    best = []
    for head in heads:
        scores, truth = fitted[head].scores(rows[test]), said[head][test]
        best.append(max(f1(scores >= threshold, truth) for threshold in np.linspace(-3, 2, 26)))
    return best[0], best[1]
