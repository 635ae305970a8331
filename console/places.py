"""Where words stand in a text, to the letter: what an agent sees marked is what was said. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

# What a letter carries with it and a mark must not cut off: joiners, signs of variation; accents are combining.
_JOINED = frozenset("\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f")


def place(text: str, words: str) -> tuple[int, int] | None:
    """Where these words stand (start, end): letter for letter and as whole words if that can be, else as they sound
    without capitals, accents and kinds of space. None where they do not.
    """
    if not words.strip():
        return None
    exact = [(at, at + len(words)) for at in _all(text, words)]
    found = exact or list(_alike(text, words))
    return next((one for one in found if _is_whole(text, *one)), found[0] if found else None)


def _all(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _alike(text: str, words: str) -> Iterator[tuple[int, int]]:
    sounds, sources = _sounds(text)
    wanted = _sounds(words.strip())[0]
    for at in _all(sounds, wanted) if wanted else ():
        end = sources[at + len(wanted) - 1] + 1
        while end < len(text) and _is_carried(text[end]):
            end += 1
        yield sources[at], end


def _sounds(text: str) -> tuple[str, list[int]]:
    """The text without what makes no difference, and from which letter of it each one comes."""
    sounds: list[str] = []
    sources: list[int] = []
    for at, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter).casefold():
            part = " " if part.isspace() else part
            if _is_carried(part) or (part == " " and sounds[-1:] == [" "]):
                continue
            sounds.append(part)
            sources.append(at)
    return "".join(sounds), sources


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no letter is cut from its neighbour at either end."""
    return not _is_cut(text, start) and not _is_cut(text, end)


def _is_cut(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    return _is_carried(after) or before == "\u200d" or (_is_letter(before) and _is_letter(after))


def _is_letter(letter: str) -> bool:
    return letter.isalnum() or _is_carried(letter)


def _is_carried(letter: str) -> bool:
    return letter in _JOINED or unicodedata.combining(letter) > 0 or "\U0001f3fb" <= letter <= "\U0001f3ff"
