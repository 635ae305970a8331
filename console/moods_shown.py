"""A contact's mood in words, with a bar a message: the oldest left, the height how tense it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console import here, mood
from console.panel_words import language_name

MESSAGES = mood.MESSAGES


def shown(texts: Sequence[str], language: str) -> dict[str, Any] | None:
    """What the card says of it; nothing where she has written nothing."""
    found, words = mood.mood(texts, language), here.texts()
    if found is None:
        return None
    sure = "" if found.confidence is None else words(
        "card.confidence", language=language_name(language), n=round(100 * found.confidence))
    return {
        "now": found.now, "text": words(f"mood.now.{found.now}"), "slope": found.slope,
        "slope_text": words(f"mood.slope.{found.slope}"),
        "words": _why(found),
        "bars": [{"x": 7 * at, "height": round(2 + 14 * one, 1), "y": round(16 - (2 + 14 * one), 1)}
                 for at, one in enumerate(found.strengths)],
        "strengths": list(found.strengths),
        "label": words("mood.label", n=len(found.strengths)),
        "language": sure or language_name(language),
    }


def _why(found: mood.Mood) -> str:
    """The words that drove it; of one who is calm again, that they were said before."""
    key = "mood.words_before" if found.now == "calm" else "mood.words"
    words = here.texts()
    return words(key, words=words("mood.between").join(found.words)) if found.words else ""
