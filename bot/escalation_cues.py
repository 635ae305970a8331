"""How a talk goes, told by turns of phrase: `escalation_cues.yaml`, compiled once. Pure; about 15 µs for a message."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import re2
import yaml

from bot.understanding.fold import Folded
from bot.understanding.phrases import Lists, options, translate

_FILE = Path(__file__).with_suffix(".yaml")
OF_THE_BOT = ("puts_off", "wants_number")


@cache
def _expressions() -> dict[str, Any]:
    """One expression per cue: linear in the text, however many phrases it holds."""
    tree = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    lists = Lists({})
    return {
        cue: re2.compile("|".join(f"(?:{translate(one, lists).expression})" for phrase in _phrases(held)
                                  for one in options(phrase)))
        for cue, held in tree.items()
    }


def _phrases(by_language: dict[str, list[str]]) -> list[str]:
    return [phrase for phrases in by_language.values() for phrase in phrases]


@cache
def _any_of_hers() -> Any:
    """One expression for all cues of the contact: most messages hold none, and one look is enough for them."""
    hers = (expression.pattern for cue, expression in _expressions().items() if cue not in OF_THE_BOT)
    return re2.compile("|".join(f"(?:{pattern})" for pattern in hers))


def cues(folded: Folded) -> dict[str, str]:
    """The cues that stand in a text of the contact, each with her own words."""
    found: dict[str, str] = {}
    if _any_of_hers().search(folded.text) is None:
        return found
    for cue, expression in _expressions().items():
        if cue in OF_THE_BOT:
            continue
        match = expression.search(folded.text)
        if match is not None:
            found[cue] = folded.quote(match.start(), match.end())
    return found


def says(cue: str, folded: Folded) -> bool:
    """Does this cue stand in a text of the bot."""
    return _expressions()[cue].search(folded.text) is not None
