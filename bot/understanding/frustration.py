"""How annoyed a message sounds: points by category, what takes them back, and the severity.

Four points are the most a score can say (1.0); two are plain frustration (0.5), one is a mild sign (0.25).
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.understanding.fold import Folded
from bot.understanding.phrase_index import Hit
from bot.understanding.reading import Reason
from bot.understanding.requests import is_covered

FULL_POINTS = 4.0

POINTS = {
    "safety": 4.0,
    "threat_legal": 3.0,
    "threat_authority": 3.0,
    "threat_public": 3.0,
    "insult": 3.0,
    "vulnerable": 3.0,
    "anger_emoji": 3.0,
    "profanity": 2.0,
    "frustration": 2.0,
    "repetition_complaint": 2.0,
    "wait_complaint": 2.0,
    "sarcasm": 2.0,
    "disbelief": 2.0,
    "giving_up": 2.0,
    "pass_the_buck": 2.0,
    "polite_anger": 2.0,
    "rhetorical": 2.0,
    "waste": 2.0,
    "disappointment": 1.0,
    "annoyance": 1.0,
    "broken_promise": 0.5,  # alone it may be a fact told calmly
}
_SERIOUS = frozenset({"safety", "vulnerable", "threat_legal", "threat_authority", "threat_public"})
_MOST_SEVERE = _SERIOUS | {"insult"}
_COMPLAINTS = frozenset({"frustration", "repetition_complaint", "wait_complaint", "insult", "sarcasm"}) | _SERIOUS

_MILD = ("annoyance", "disappointment", "broken_promise", "wait_complaint")
_TEMPER = (
    *("profanity", "insult", "frustration", "sarcasm", "disbelief", "rhetorical", "giving_up", "waste", "polite_anger"),
    *_MILD,
)
COVERS = {
    "product_title": (*POINTS,),
    "profession": ("threat_legal", "threat_authority", "vulnerable"),
    "third_party": (*_TEMPER, "vulnerable", "safety", "threat_legal", "threat_authority"),
    "self_directed": (*_TEMPER, "vulnerable"),
    "denied_anger": (*_TEMPER, "threat_legal", "threat_authority", "repetition_complaint"),
    "positive_slang": (*_TEMPER, "vulnerable"),
    "good_reference": (*_TEMPER, "repetition_complaint"),
    "no_hurry": _TEMPER,
    "resolved": (*_TEMPER, "repetition_complaint", "safety"),
    "own_mistake": (*_TEMPER, "safety", "repetition_complaint"),
    "intent:stop": ("frustration", "repetition_complaint", "annoyance"),
}
_SOFTENING = frozenset({"good_reference", "no_hurry", "resolved", "own_mistake"})
_LAUGHTER_POINTS = 2.0
_SHOUTING_POINTS = 1.0
_LEAST_POINTS = 1.0
_SHOUTED_LETTERS = 8
_SHOUTED_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Temper:
    """`score` from 0 to 1, `severity` from 0 to 3, and the reasons with their points."""

    score: float
    severity: int
    reasons: tuple[Reason, ...]


CALM = Temper(0.0, 0, ())


def temper(folded: Folded, hits: Sequence[Hit]) -> Temper:
    """Weigh the findings of one message."""
    angry = [hit for hit in hits if hit.category in POINTS and not is_covered(hit, hits, COVERS)]
    if not angry:
        return CALM
    moods = {hit.category for hit in hits}
    angry = _without_joy(_softened(angry, moods), moods)
    if not angry:
        return CALM
    strongest: dict[str, Hit] = {}
    for hit in sorted(angry, key=lambda hit: hit.end - hit.start):
        strongest[hit.category] = hit
    reasons = [Reason(name, folded.quote(hit.start, hit.end), POINTS[name]) for name, hit in strongest.items()]
    if is_shouted(folded.original):
        reasons.append(Reason("shouting", folded.original.strip()[:80], _SHOUTING_POINTS))
    points = sum(reason.points for reason in reasons)
    if "laughter" in moods and not _SERIOUS & strongest.keys():
        points -= _LAUGHTER_POINTS
    if points < _LEAST_POINTS:
        return CALM
    ordered = tuple(sorted(reasons, key=lambda reason: -reason.points))
    return Temper(min(1.0, points / FULL_POINTS), _severity(points, strongest.keys()), ordered)


def is_shouted(text: str) -> bool:
    """Is (nearly) all of it in capitals."""
    if text.islower():
        return False
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= _SHOUTED_LETTERS and sum(map(str.isupper, letters)) > _SHOUTED_SHARE * len(letters)


def _without_joy(angry: list[Hit], moods: set[str]) -> list[Hit]:
    """Strong words among thanks and praise are joy, unless something is complained about as well."""
    if "praise" not in moods or any(hit.category in _COMPLAINTS for hit in angry):
        return angry
    return [hit for hit in angry if hit.category not in ("profanity", "annoyance")]


def _softened(angry: list[Hit], moods: set[str]) -> list[Hit]:
    """A mild sign beside praise of the service, patience or what has been put right is a fact told calmly."""
    if moods.isdisjoint(_SOFTENING) or any(hit.category not in _MILD for hit in angry):
        return angry
    return []


def _severity(points: float, categories: AbstractSet[str]) -> int:
    if _MOST_SEVERE & categories or points >= FULL_POINTS:
        return 3
    return 2 if points >= 2 else 1
