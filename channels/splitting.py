"""Texts cut to what a channel carries: between words, never inside a grapheme, never inside a link that fits.

A grapheme is what Unicode calls an extended grapheme cluster (UAX 29): a flag, a family, a letter with its accents.
"""

from __future__ import annotations

import re

import regex  # type: ignore[import-untyped,unused-ignore]

from channels.limits import UNITS, Measure

URL = re.compile(r"https?://\S+")
_GRAPHEME = regex.compile(r"\X")
_ELLIPSIS = "…"


def cut(text: str, limit: int, measure: Measure = UNITS) -> str:
    """At most `limit` of `text`; what was cut ends with “…”."""
    if measure.size(text) <= limit:
        return text
    return text[: _last_whole(text, limit - measure.size(_ELLIPSIS), measure)].rstrip() + _ELLIPSIS


def split(text: str, limit: int, measure: Measure = UNITS) -> list[str]:
    """Pieces of at most `limit`: cut at lines, else at spaces, else between graphemes; a link stays whole."""
    pieces: list[str] = []
    while measure.size(text) > limit:
        at = _breaking_place(text, _last_whole(text, limit, measure))
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [piece for piece in (*pieces, text) if piece]


def _breaking_place(text: str, end: int) -> int:
    """Where to cut `text[:end]`: after the last line or word in its second half, before a link, else at `end`."""
    if text[end : end + 1].isspace():
        return end
    line = text.rfind("\n", end // 2, end)
    if line > 0:
        return line
    space = max(text.rfind(gap, end // 2, end) for gap in " \t\n\u00a0\u2003\u3000")
    if space > 0:
        return space
    for match in URL.finditer(text):
        if 0 < match.start() < end < match.end():
            return match.start()
    any_space = max(text.rfind(gap, 1, end) for gap in " \t\n")
    return any_space if any_space > 0 else end


def _last_whole(text: str, limit: int, measure: Measure) -> int:
    """The largest number of characters of `text` that fit into `limit` and end between two graphemes."""
    end = measure.within(text, limit)
    if end >= len(text):
        return end
    at = start = max(text.rfind(gap, 0, end) for gap in " \n")  # a grapheme may begin with a space, never go over one
    for match in _GRAPHEME.finditer(text, max(start, 0)):
        if match.end() > end:
            break
        at = match.end()
    return at if at > 0 else max(end, 1)
