"""The card: what an agent sees first of a ticket. Assembled from what the handoff left, without guessing.

The one sentence of the reason stands in `reasons.yaml`, in the agent's language; everything quoted is the contact's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REASONS = Path(__file__).with_name("reasons.yaml")
QUOTE_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Evidence:
    """One numbered reason: what it is called, the contact's words, the message they stand in, its weight."""

    number: int
    code: str
    label: str
    quote: str
    message_id: str
    points: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown. `sentence` says why in one line; `known` is what was learnt, in order; `path` is flow › step."""

    reason: str
    sentence: str
    summary: str
    priority: str
    score: float | None
    threshold: float | None
    path: str
    language: str
    evidence: tuple[Evidence, ...]
    known: tuple[tuple[str, Any], ...]


def assemble(ticket: Mapping[str, Any], language: str) -> Card:
    """The card of a ticket, for an agent who reads this language."""
    card = ticket["card"]
    evidence = tuple(
        Evidence(number, reason.get("code", ""), label(reason.get("code", ""), language), shortened(reason.get("quote", "")),
                 reason.get("message_id", ""), reason.get("points"))
        for number, reason in enumerate(ticket["evidence"], start=1)
    )
    return Card(
        reason=ticket["reason"], sentence=sentence(ticket["reason"], [reason.quote for reason in evidence], language),
        summary=ticket["summary"], priority=ticket["priority"], score=ticket["score"], threshold=ticket["threshold"],
        path=card.get("path", ""), language=card.get("language", ""), evidence=evidence,
        known=tuple((name, value) for name, value in card.get("known", {}).items() if value not in (None, "", [], {})),
    )


def sentence(reason: str, quotes: Sequence[str], language: str) -> str:
    """Why this came to people: “Pidió una persona: «quiero hablar con alguien ya»”."""
    words = label(reason, language)
    quote = next((quote for quote in quotes if quote), "")
    marks = {"es": "«{}»", "en": "“{}”", "pt": "“{}”"}[_known(language)]
    return f"{words}: {marks.format(quote)}" if quote else words


def label(code: str, language: str) -> str:
    """The name of a reason for people; of one we have no words for, its code as words."""
    return _reasons().get(code, {}).get(_known(language)) or code.replace("_", " ").capitalize()


def shortened(quote: str) -> str:
    """A quote that fits the card."""
    return quote if len(quote) <= QUOTE_CHARACTERS else quote[: QUOTE_CHARACTERS - 1].rstrip() + "…"


def _known(language: str) -> str:
    base = language.split("-")[0]
    return base if base in ("es", "en", "pt") else "en"


@cache
def _reasons() -> Mapping[str, Mapping[str, str]]:
    return yaml.load(REASONS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
