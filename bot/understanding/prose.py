"""What a contact says in her own words: addresses, names of accounts and links are not among them."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.understanding.fold import MAX_CHARACTERS, Folded, fold
from bot.understanding.lexicon import mend

# Bounded repeats: no text makes these look twice at more than a few dozen characters.
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}|(?<!\w)@\w[\w.]{1,63}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s]{1,2000}", re.IGNORECASE)


def fold_prose(text: str) -> Folded:
    """The text folded, without what is no prose; places and quotes are those of the text as it was written."""
    original = text[:MAX_CHARACTERS]
    bare = original
    if "@" in original:
        bare = _ADDRESS.sub(_blank, bare)
    if "://" in original or "www." in original:
        bare = _LINK.sub(_blank, bare)
    folded = fold(bare, mend)
    return folded if bare is original else replace(folded, original=original)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
