"""A contact's mood: how tense her last messages were, where it goes, and the words that tell. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.understanding.read import read
from bot.understanding.reading import Reading

MESSAGES = 5
TENSE, ANGRY = 0.2, 0.55
STEEP = 0.06  # a message; less is no change
WORDS = 3
NOT_A_MOOD = frozenset({"human_request"})


@dataclass(frozen=True, slots=True)
class Mood:
    """`now` is calm, tense or angry; `slope` up (worse), down or flat; `strengths` from 0 to 1, the oldest first.

    `confidence` is the share of her messages that are in `language`, of those that tell; None where none does.
    """

    now: str
    slope: str
    strengths: tuple[float, ...]
    words: tuple[str, ...]
    language: str = ""
    confidence: float | None = None


def mood(texts: Sequence[str], language: str) -> Mood | None:
    """Of her last messages, the oldest first; None where she has written nothing."""
    readings = [_reading(text) for text in texts[-MESSAGES:] if text.strip()]
    if not readings:
        return None
    strengths = tuple(round(one.strength, 3) for one in readings)
    told = [one.language for one in readings if one.language]
    return Mood(_named(strengths[-1]), _slope(strengths), strengths, _words(readings), language,
                told.count(language) / len(told) if told else None)


def _named(strength: float) -> str:
    return "angry" if strength >= ANGRY else "tense" if strength >= TENSE else "calm"


def _slope(strengths: Sequence[float]) -> str:
    """The direction of the straight line that lies nearest to them."""
    count = len(strengths)
    middle, mean = (count - 1) / 2, sum(strengths) / count
    spread = sum((at - middle) ** 2 for at in range(count))
    rise = sum((at - middle) * (one - mean) for at, one in enumerate(strengths)) / spread if spread else 0.0
    return "up" if rise > STEEP else "down" if rise < -STEEP else "flat"


def _words(readings: Sequence[Reading]) -> tuple[str, ...]:
    heavy = [reason for one in reversed(readings) for reason in one.reasons
             if reason.code not in NOT_A_MOOD and reason.quote and not reason.is_guess]
    ranked = sorted(heavy, key=lambda reason: -reason.points)
    return tuple(dict.fromkeys(reason.quote for reason in ranked))[:WORDS]


@lru_cache(maxsize=2_000)
def _reading(text: str) -> Reading:
    return read(text)
