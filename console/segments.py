"""A text of a contact or an agent, cut into pieces that a template may dress: links, stress, evidence.

No markup is made here: the template writes each piece escaped. Only http and https become links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

# An address ends before white space, quotes and angle brackets; a closing mark at its end belongs to the sentence.
_ADDRESS = re.compile(r"https?://[^\s<>\"'“”«»\x00-\x1f]{3,2000}", re.IGNORECASE)
_CLOSING = ".,;:!?)]}…"
# WhatsApp's stress: *word*, not touching a letter outside and no space inside its edges.
_STRESS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,200}?)(?<=\S)\*(?![\w*])")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text. `href` makes it a link, `cite` the number of the evidence it belongs to (0: none)."""

    text: str
    href: str = ""
    strong: bool = False
    cite: int = 0


def segments(text: str, quotes: Sequence[tuple[int, str]] = ()) -> list[Segment]:
    """`text` in pieces; `quotes` are (number, words) to be marked where they stand, each at its first place."""
    pieces: list[Segment] = []
    at = 0
    for start, end, number in _marked(text, quotes):
        pieces += _dressed(text[at:start])
        pieces += [replace(piece, cite=number) for piece in _dressed(text[start:end])]
        at = end
    return pieces + _dressed(text[at:])


def plain(text: str) -> str:
    """The text without the signs of its stress, for places too small for it."""
    return "".join(piece.text for piece in segments(text))


def _marked(text: str, quotes: Sequence[tuple[int, str]]) -> list[tuple[int, int, int]]:
    """Where the quotes stand, in order and without overlap; the earlier evidence wins."""
    folded = text.casefold()
    same_length = len(folded) == len(text)
    found: list[tuple[int, int, int]] = []
    for number, words in quotes:
        if not words.strip():
            continue
        start = folded.find(words.casefold()) if same_length else text.find(words)
        end = start + len(words)
        if start >= 0 and all(end <= other[0] or start >= other[1] for other in found):
            found.append((start, end, number))
    return sorted(found)


def _dressed(text: str) -> list[Segment]:
    pieces: list[Segment] = []
    at = 0
    for match in _ADDRESS.finditer(text):
        address = match.group().rstrip(_CLOSING)
        pieces += _stressed(text[at : match.start()])
        pieces.append(Segment(address, href=address))
        at = match.start() + len(address)
    return pieces + _stressed(text[at:])


def _stressed(text: str) -> list[Segment]:
    pieces: list[Segment] = []
    at = 0
    for match in _STRESS.finditer(text):
        pieces.append(Segment(text[at : match.start()]))
        pieces.append(Segment(match.group(1), strong=True))
        at = match.end()
    pieces.append(Segment(text[at:]))
    return [piece for piece in pieces if piece.text]
