"""Answers in free words: `text`, `any`, `list`, and a comment that may be left out."""

from __future__ import annotations

import re
from typing import Any

from bot.flow.spoken import LONGEST, AnswerType, Family, Spoken

MOST_PARTS = 50
_BETWEEN = re.compile(r"[\n;•]|,(?!\d)|\s(?:y|e|and)\s(?=\d|una?\b|uma?\b|dos\b|dois\b|two\b|an?\b)")
_MARK = re.compile(r"^(?:[-*·–]|\d{1,2}[.)])\s")


def text(spoken: Spoken) -> str | None:
    return spoken.text.strip()[:LONGEST] or None


def anything(spoken: Spoken) -> Any:
    if text(spoken):
        return text(spoken)
    return spoken.media[0] if spoken.media else dict(spoken.location) if spoken.location else None


def listed(spoken: Spoken) -> list[str] | None:
    """The things of an enumeration (`2 lámparas, una bombilla`), then what was attached."""
    parts = (_MARK.sub("", part.strip()).strip(" ,.") for part in _BETWEEN.split(spoken.text[:LONGEST]))
    found = [part for part in parts if part][:MOST_PARTS]
    return [*found, *spoken.media] or None


FAMILY = Family(
    "words",
    {
        "text": AnswerType(text, is_free=True),
        "any": AnswerType(anything, is_free=True),
        "list": AnswerType(listed, is_free=True),
        "record": AnswerType(lambda spoken: None),
        "comment": AnswerType(text, is_free=True, is_asked=False),
    },
)
