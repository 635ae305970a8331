"""Tuning and measuring when a talk goes to a person, as if by a stranger.

Every dialogue is read by a model that has seen nothing of its hand, and weighed with points that were found on the
other hands' dialogues. A dialogue is right when it is handed over within one turn of where a good supervisor would
take over, or never where she would not. The points that all dialogues together ask for are what
`bot/escalation_policy.py` ships.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np

from bot.escalation import LEAST_SIGN
from bot.escalation_memory import Memory
from bot.escalation_policy import POINTS, SOOTHING, Policy
from bot.escalation_signals import Shown, Spoken, shown
from bot.understanding.frustration import FULL_POINTS
from bot.understanding.judging import NOTICED, WORST
from bot.understanding.lexicon import hits
from bot.understanding.prose import fold_prose
from bot.understanding.requests import requests
from training.calm_turns import calm_turns
from training.corpus import Dialogue, Line
from training.fit import FOLDS, Array, calibrate, chances, fit_all, hands_of, matrix, truths, unseen_scores
from training.train import best_threshold

HEADS = ("human_request", "frustrated", "clear", "grave")
STARTED_AT = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
STEPS = (0.4, 0.2, 0.1)  # by how much a point is moved, sweep after sweep
MOST_POINTS = 3.2
STEEPNESS = 1.5  # of the loss, per point
PULL = 1.0  # towards the points that are shipped, so that what is never seen stays where it is
FALSE_COSTS = 1.2  # a calm talk that is handed over, against one that is missed
OFFER_COSTS = 0.1  # a calm talk that is asked about
WITHIN = 1
SIGNALS = tuple(POINTS)
CUES = tuple(SOOTHING)


@dataclass(frozen=True, slots=True)
class Said:
    """What two heads and the lexicons say of one text, by a model that never saw its hand."""

    human_request: float
    strength: float
    severity: int


@dataclass(frozen=True, slots=True, eq=False)
class Talks:
    """Dialogues side by side, turn by turn, the short ones filled up: arrays of (dialogues, turns[, signals or cues]).

    `due` is the turn at which a person takes over, counted from 0, or -1.
    """

    due: Array
    there: Array
    requests: Array
    words: Array
    severity: Array
    signals: Array
    soothing: Array

    def chosen(self, where: Array) -> Talks:
        return Talks(*(getattr(self, name)[where] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Found:
    """How many of the dialogues that need a person got one in time, and of the calm ones got one all the same."""

    due: int
    in_time: int
    calm: int
    false: int
    offered: int

    @property
    def within(self) -> float:
        return self.in_time / max(1, self.due)

    @property
    def falsely(self) -> float:
        return self.false / max(1, self.calm)

    def __str__(self) -> str:
        return (
            f"within one turn {self.within:.3f} ({self.in_time}/{self.due})  false {self.falsely:.3f} "
            f"({self.false}/{self.calm})  calm ones asked {self.offered}"
        )


def measure(lines: Sequence[Line], dialogues: Sequence[Dialogue]) -> Iterator[str]:
    """The report, line by line: each hand weighed with what the others ask for, then what all ask for."""
    hands = np.array([dialogue.hand for dialogue in dialogues])
    talks = side_by_side(dialogues, unseen_readings(lines, dialogues))
    found: list[Found] = []
    for hand in sorted(set(hands)):
        policy = tuned(talks.chosen(hands != hand))
        found.append(judge(talks.chosen(hands == hand), policy))
        yield f"{hand:<6} {found[-1]}"
    yield f"mean   {_sum(found)}"
    yield f"worst  within one turn {min(one.within for one in found):.3f}  false {max(one.falsely for one in found):.3f}"
    yield f"shipped, which has seen them all: {judge(talks, Policy())}"
    policy = tuned(talks)
    yield f"tuned on all of them: {judge(talks, policy)}"
    names = ("frustration_high", "frustration_low", "frustration_clear", "frustration_severe", "human_request_high", "decay")
    yield "thresholds: " + ", ".join(f"{name} {getattr(policy, name):g}" for name in names)
    yield "points: " + ", ".join(f"{name}: {points:g}" for name, points in policy.points.items())
    yield "soothing: " + ", ".join(f"{name}: {points:g}" for name, points in policy.soothing.items())


def unseen_readings(lines: Sequence[Line], dialogues: Sequence[Dialogue]) -> dict[str, list[Said]]:
    """For each dialogue what a model without its hand makes of the contact's turns."""
    lines = [*(line for line in lines if not line.grey), *calm_turns(dialogues)]
    rows, hands = matrix([line.text for line in lines]), hands_of(lines)
    told = truths(lines)
    said = {head: told[head] for head in HEADS}
    scores = unseen_scores(rows, said, hands, HEADS)
    curves = {head: calibrate(scores[head], said[head]) for head in HEADS}
    steps = {head: best_threshold(chances(scores[head], *curves[head]), said[head]) for head in ("clear", "grave")}
    names = np.unique([dialogue.hand for dialogue in dialogues])
    readings: dict[str, list[Said]] = {}
    for start in range(min(FOLDS, len(names))):
        group = names[start::FOLDS]
        out = np.isin(hands, group)
        fitted = fit_all(rows[~out], {head: said[head][~out] for head in HEADS}, hands[~out], HEADS)
        for dialogue in (one for one in dialogues if one.hand in group):
            texts = [turn["text"] for turn in dialogue.turns if turn["role"] == "customer"]
            held = matrix(texts)
            chance = {head: chances(fitted[head].scores(held), *curves[head]) for head in HEADS}
            readings[dialogue.id] = [
                _said(text, {head: float(chance[head][at]) for head in HEADS}, steps) for at, text in enumerate(texts)
            ]
    return readings


def _said(text: str, chance: Mapping[str, float], steps: Mapping[str, float]) -> Said:
    """As `bot.understanding.judging` has it: what the lexicons find outright is never overruled."""
    folded = fold_prose(text)
    asked, _ = requests(folded, hits(folded))
    request = max(asked, chance["human_request"])
    if chance["frustrated"] < NOTICED:
        return Said(request, 0.0, 0)
    severity = 3 if chance["grave"] >= steps["grave"] else 2 if chance["clear"] >= steps["clear"] else 1
    return Said(request, (chance["frustrated"] + chance["clear"] + chance["grave"]) / WORST, severity)


def side_by_side(dialogues: Sequence[Dialogue], readings: Mapping[str, Sequence[Said]]) -> Talks:
    """Everything about the dialogues that does not depend on points."""
    most = max(len(readings[dialogue.id]) for dialogue in dialogues)
    shape = (len(dialogues), most)
    talks = Talks(
        np.array([(dialogue.escalate_turn or 0) - 1 for dialogue in dialogues]),
        np.zeros(shape, bool), np.zeros(shape), np.zeros(shape), np.zeros(shape, int),
        np.zeros((*shape, len(SIGNALS))), np.zeros((*shape, len(CUES))),
    )  # fmt: skip
    for row, dialogue in enumerate(dialogues):
        for column, (seen, said) in enumerate(_turns(dialogue, readings[dialogue.id])):
            talks.there[row, column] = True
            talks.requests[row, column] = said.human_request
            talks.words[row, column] = said.strength
            talks.severity[row, column] = said.severity
            for one in seen.signals:
                talks.signals[row, column, SIGNALS.index(one.code)] += 1
            for cue in seen.soothing:
                talks.soothing[row, column, CUES.index(cue)] = 1
    return talks


def _turns(dialogue: Dialogue, readings: Sequence[Said]) -> Iterator[tuple[Shown, Said]]:
    """Each turn of the contact: what the conversation shows, and what the text says."""
    memory, now, number = Memory(), STARTED_AT, 0
    bot: dict[str, Any] = {}
    for turn in dialogue.turns:
        if turn["role"] == "bot":
            bot = turn
            continue
        now += timedelta(minutes=float(turn.get("gap_min") or 1))
        said = readings[number]
        spoken = Spoken(turn["text"], now, said.strength, bot.get("outcome", ""), bot.get("text", ""))
        seen = shown(memory, spoken, Policy().wait_minutes)
        yield seen, said
        memory, bot, number = seen.memory, {}, number + 1


def scores(talks: Talks, policy: Policy) -> tuple[Array, Array]:
    """The points carried at each turn, and those that are new; as `bot.escalation` counts them."""
    points = np.array([policy.points[name] for name in SIGNALS])
    soothes = np.array([policy.soothing[name] for name in CUES])
    words = np.where(talks.words >= policy.frustration_faint, talks.words * FULL_POINTS, 0.0)
    fresh = np.maximum(0.0, words + talks.signals @ points - talks.soothing @ soothes)
    kept = np.where(talks.soothing[..., CUES.index("relief")] > 0, policy.decay * policy.relief_keeps, policy.decay)
    whole = np.zeros_like(fresh)
    carried = np.zeros(len(fresh))
    for column in range(fresh.shape[1]):
        carried = carried * kept[:, column] + fresh[:, column]
        whole[:, column] = carried
    return whole / FULL_POINTS, fresh


def handed_over(talks: Talks, policy: Policy) -> tuple[Array, Array]:
    """The first turn at which a person takes over (-1: none), and whether the contact was asked before."""
    whole, fresh = scores(talks, policy)
    high = np.array([policy.high(severity) for severity in range(4)])[talks.severity]
    asked = talks.requests >= policy.human_request_high
    sure = talks.there & (asked | ((whole >= high) & (fresh >= LEAST_SIGN)))
    doubt = (whole >= policy.frustration_low) & (fresh >= LEAST_SIGN) | (talks.requests >= policy.human_request_low)
    doubtful = talks.there & doubt & ~sure
    again = doubtful & (np.cumsum(doubtful, axis=1) >= 2)
    given = sure | again
    at = np.where(given.any(axis=1), given.argmax(axis=1), -1)
    before = np.where(at < 0, given.shape[1], at)
    offered = (doubtful & (np.arange(given.shape[1]) < before[:, None])).any(axis=1)
    return at, np.asarray(offered)


def judge(talks: Talks, policy: Policy) -> Found:
    """How the policy does on these dialogues."""
    at, offered = handed_over(talks, policy)
    due = talks.due >= 0
    in_time = due & (at >= 0) & (np.abs(at - talks.due) <= WITHIN)
    return Found(
        int(due.sum()),
        int(in_time.sum()),
        int((~due).sum()),
        int((~due & (at >= 0)).sum()),
        int((~due & offered).sum()),
    )


def tuned(talks: Talks, start: Policy | None = None) -> Policy:
    """The policy that these dialogues ask for: points by coordinate descent, then thresholds by what they decide."""
    policy = start or Policy()
    for decay in (0.7, 0.8, 0.9):
        other = replace(policy, decay=decay)
        policy = other if loss(talks, other) < loss(talks, policy) - 1e-9 else policy
    for step in STEPS:
        policy = swept(talks, policy, step)
    tried = [
        replace(
            policy, frustration_high=high, frustration_low=low, frustration_clear=high - clear,
            frustration_severe=high - severe, human_request_high=request,
        )
        for high in (0.5, 0.55, 0.6, 0.65, 0.7)
        for low in (0.35, 0.4, 0.45, 0.5)
        for clear in (0.0, 0.05, 0.1)
        for severe in (0.05, 0.1, 0.15, 0.2)
        for request in (0.5, 0.6, 0.7)
        if low <= high and clear <= severe
    ]  # fmt: skip
    return min(tried, key=lambda one: (_cost(judge(talks, one)), loss(talks, one)))


def swept(talks: Talks, policy: Policy, step: float) -> Policy:
    """Every point moved up and down for as long as that helps."""
    for block, usual in (("points", POINTS), ("soothing", SOOTHING)):
        for name in usual:
            policy = _moved(talks, policy, (block, name), step, usual[name])
    return policy


def _moved(talks: Talks, policy: Policy, what: tuple[str, str], step: float, usual: float) -> Policy:
    best, least = policy, _pulled(talks, policy, what, usual)
    for way in (step, -step):
        while True:
            block, name = what
            held = getattr(best, block)
            value = round(held[name] + way, 2)
            if not 0.0 <= value <= MOST_POINTS:
                break
            other = replace(best, **{block: MappingProxyType({**held, name: value})})  # type: ignore[arg-type]
            worth = _pulled(talks, other, what, usual)
            if worth >= least - 1e-9:
                break
            best, least = other, worth
    return best


def _pulled(talks: Talks, policy: Policy, what: tuple[str, str], usual: float) -> float:
    value: float = getattr(policy, what[0])[what[1]]
    return loss(talks, policy) + PULL * (value - usual) ** 2 / len(talks.due)


def loss(talks: Talks, policy: Policy) -> float:
    """How far the best turn in time is below the threshold, and the worst turn too early above it; smooth."""
    whole, fresh = scores(talks, policy)
    points = whole * FULL_POINTS - policy.frustration_high * FULL_POINTS
    points = np.where(fresh >= LEAST_SIGN, points, np.minimum(points, -1.0))
    points = np.where(talks.requests >= policy.human_request_high, 2.0, points)
    columns = np.arange(points.shape[1])[None, :]
    due = talks.due[:, None]
    in_time = talks.there & (due >= 0) & (np.abs(columns - due) <= WITHIN)
    early = talks.there & ((due < 0) | (columns < due - WITHIN))
    best = np.where(in_time, points, -9.0).max(axis=1)
    worst = np.where(early, points, -9.0).max(axis=1)
    missed = np.where(talks.due >= 0, np.logaddexp(0.0, -STEEPNESS * best), 0.0)
    false = np.logaddexp(0.0, STEEPNESS * worst) * FALSE_COSTS
    return float((missed + false).mean())


def _cost(found: Found) -> float:
    calm = max(1, found.calm)
    return 1 - found.within + FALSE_COSTS * found.falsely + OFFER_COSTS * found.offered / calm


def _sum(found: Sequence[Found]) -> Found:
    return Found(*(sum(getattr(one, name) for one in found) for name in Found.__slots__))
