"""The words of a ticket's card: why it came to people, what each signal is called and means.

The name of a reason stands in `reasons.yaml` and what a signal means in `explanations.yaml`, in the agent's language;
everything quoted is the contact's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REASONS = Path(__file__).with_name("reasons.yaml")
EXPLANATIONS = Path(__file__).with_name("explanations.yaml")
QUOTE_CHARACTERS = 160


def sentence(reason: str, quotes: Sequence[str], language: str) -> str:
    """Why this came to people: “Pidió una persona: «quiero hablar con alguien ya»”."""
    words = label(reason, language)
    quote = next((quote for quote in quotes if quote), "")
    marks = {"es": "«{}»", "en": "“{}”", "pt": "“{}”"}[_known(language)]
    return f"{words}: {marks.format(quote)}" if quote else words


def label(code: str, language: str) -> str:
    """The name of a reason for people; of one we have no words for, its code as words."""
    return _reasons().get(code, {}).get(_known(language)) or code.replace("_", " ").capitalize()


def explained(code: str, language: str) -> str:
    """What a signal means, in one sentence; empty for a reason that is none."""
    return str(_explanations().get(code, {}).get(_known(language), ""))


def counting(code: str, count: str, language: str) -> str:
    """A signal with what it counted: “The assistant gave the same answer 3 times”; empty for one that counts nothing."""
    sentences = _explanations().get(code, {}).get("counted", {})
    return str(sentences[_known(language)]).format(n=count) if sentences else ""


def shortened(quote: str) -> str:
    """A quote that fits the card."""
    return quote if len(quote) <= QUOTE_CHARACTERS else quote[: QUOTE_CHARACTERS - 1].rstrip() + "…"


def _known(language: str) -> str:
    base = language.split("-")[0]
    return base if base in ("es", "en", "pt") else "en"


@cache
def _reasons() -> Mapping[str, Mapping[str, str]]:
    return yaml.load(REASONS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def _explanations() -> Mapping[str, Mapping[str, Any]]:
    return yaml.load(EXPLANATIONS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
