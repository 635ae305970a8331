"""What it means when a contact writes after her ticket was resolved. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from handoff.moves import BLOCKED, CANCELLED
from handoff.waiting_room import folded

SAME_MATTER_FOR = timedelta(hours=48)
THANKS = Path(__file__).with_name("thanks_words.yaml")
LONGEST_THANKS_WORDS = 10
_WORD = re.compile(r"\w")

Meaning = Literal["stays", "queue", "bot"]


def decide(
    text: str, kind: str, closed_at: datetime | None, now: datetime, disposition: str | None = "solved"
) -> Meaning:
    """`stays`: thanks or a sign, there is nothing to do. `queue`: the same matter, for the same queue. `bot`: a new one.

    `kind` is the message's (`message`, `reply`, `form`, …). A ticket the contact cancelled, that was spam, or that ended
    with a block is no matter to come back to.
    """
    if is_thanks(text, kind):
        return "stays"
    if disposition in (BLOCKED, CANCELLED, "spam") or closed_at is None or now - closed_at >= SAME_MATTER_FOR:
        return "bot"
    return "queue"


def is_thanks(text: str, kind: str = "message") -> bool:
    """Nothing but thanks, agreement or a sign such as 👍. A message without any text (a photo) is not."""
    if kind != "message" or not text.strip():
        return False
    if not _WORD.search(text):
        return "?" not in text and "¿" not in text
    words = folded(text).split()
    return len(words) <= LONGEST_THANKS_WORDS and _is_made_of(" ".join(words))


def _is_made_of(said: str) -> bool:
    # only phrases of the list, at least one of which is a thank-you or an agreement and not just filling
    phrases, filling = _phrases()
    found = False
    while said:
        phrase = next((phrase for phrase in phrases if f"{said} ".startswith(f"{phrase} ")), None)
        if phrase is None:
            return False
        found = found or phrase not in filling
        said = said[len(phrase):].strip()
    return found


@cache
def _phrases() -> tuple[tuple[str, ...], frozenset[str]]:
    file = yaml.load(THANKS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    thanks = {str(phrase) for phrases in file["thanks"].values() for phrase in phrases}
    filling = {str(phrase) for phrases in file["filling"].values() for phrase in phrases} - thanks
    return tuple(sorted(thanks | filling, key=len, reverse=True)), frozenset(filling)
