"""The sentences of what is found out about channels and of alarms, for the console, the mail and the command line.

They stand in troubles.yaml by language. A blank shows only what the sentence names: nothing else of an alarm's facts
ever leaves the house.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "troubles.yaml"
LANGUAGES = ("es", "en", "pt")
DEFAULT = "es"
OTHER = "other"
LONGEST_FACT = 200
PROVIDERS_WORDS = frozenset({"reason", "why"})
_NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")


class _Facts(dict[str, str]):
    """What is not known is a question mark, never an error on a page that tells of trouble."""

    def __missing__(self, name: str) -> str:
        return "?"


@cache
def known() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Every sentence: name → language → {what, next}."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def what(text: str, facts: Mapping[str, Any], language: str) -> str:
    """What is so, in one sentence."""
    return _filled(text, "what", facts, language)


def next_step(text: str, facts: Mapping[str, Any], language: str) -> str:
    """What to do about it, in one sentence; '' where there is nothing to do."""
    return _filled(text, "next", facts, language)


def _filled(text: str, part: str, facts: Mapping[str, Any], language: str) -> str:
    sentences = known().get(text) or known()[OTHER]
    sentence = sentences.get(language, sentences[DEFAULT]).get(part, "")
    filled = sentence.format_map(_Facts({name: _shown(name, value) for name, value in facts.items()} | {"text": text[:40]}))
    return " ".join(filled.split()).replace(" .", ".").replace(" :", ":")


def _shown(name: str, value: Any) -> str:
    """A fact in a sentence: lists with commas. What a provider says may name the customer: her number is left out."""
    text = ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
    if name in PROVIDERS_WORDS:
        text = _NUMBER.sub("…", text)
    return text[:LONGEST_FACT]
