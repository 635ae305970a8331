"""From what the lexicons found and what the model says to one judgement with its reasons.

A request that the lexicons found outright is never overruled. For the temper the lexicons' findings are among the
model's features, so the model has the last word; where it alone is alarmed, the words that weigh most are the quote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.fold import Folded
from bot.understanding.frustration import FULL_POINTS, Temper
from bot.understanding.model import model
from bot.understanding.phrase_index import Hit
from bot.understanding.reading import GUESS, Reason
from bot.understanding.requests import SCORES
from bot.understanding.scoring import scorer
from bot.understanding.weighty import weightiest

NOTICED = 0.25  # below this probability nothing is said of a message
WORST = 3

Requested = tuple[float, tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities and strength from 0 to 1, severity from 0 to 3, reasons with the contact's own words."""

    human_request: float
    frustration: float
    severity: int
    strength: float
    reasons: tuple[Reason, ...]


def judge(
    folded: Folded, hits: Sequence[Hit], chances: Mapping[str, float], requested: Requested, mood: Temper
) -> Judgement:
    """Weigh one message."""
    asked = _asked(hits, chances, requested)
    reasons = list(requested[1])
    if not reasons and asked > NOTICED:
        reasons.append(Reason("human_request", weightiest(folded, hits, "human_request"), is_guess=True))
    frustration = chances["frustrated"]
    if frustration < NOTICED or (not hits and not scorer().knows(folded)):
        return Judgement(asked, min(frustration, NOTICED), 0, 0.0, tuple(reasons))
    if mood.reasons:
        reasons.extend(mood.reasons)
    else:
        quote = weightiest(folded, hits, "frustrated")
        reasons.append(Reason(GUESS, quote, round(frustration * FULL_POINTS, 2), is_guess=True))
    return Judgement(asked, frustration, _severity(chances), _strength(chances), tuple(reasons))


def _asked(hits: Sequence[Hit], chances: Mapping[str, float], requested: Requested) -> float:
    """What the lexicons found open stands; where they found only what is denied or no request, the model adds none."""
    if requested[0] == 0 and any(hit.category in SCORES for hit in hits):
        return min(chances["human_request"], NOTICED)
    return max(requested[0], chances["human_request"])


def _strength(chances: Mapping[str, float]) -> float:
    """The severity to expect (one for each step that is likely), as a share of the worst."""
    return (chances["frustrated"] + chances["clear"] + chances["grave"]) / WORST


def _severity(chances: Mapping[str, float]) -> int:
    """0 to 3, each by a head of its own, from the probability that serves precision and recall alike."""
    thresholds = model().thresholds
    if chances["frustrated"] < thresholds["frustrated"]:
        return 0
    if chances["grave"] >= thresholds["grave"]:
        return 3
    return 2 if chances["clear"] >= thresholds["clear"] else 1
