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
    """A piece of text. `href` makes it a link; `cites` are the numbers of the evidence it is part of.

    `discs` are those whose mark ends with it: each number is shown once.
    """

    text: str
    href: str = ""
    strong: bool = False
    cites: tuple[int, ...] = ()
    discs: tuple[int, ...] = ()


def segments(text: str, quotes: Sequence[tuple[int, str]] = ()) -> list[Segment]:
    """`text` in pieces; `quotes` are (number, words) to be marked where they stand, each at its first place.

    Quotes that overlap share a mark with all their numbers.
    """
    pieces: list[Segment] = []
    at = 0
    for start, end, numbers in _marked(text, quotes):
        pieces += _dressed(text[at:start])
        *most, last = (replace(piece, cites=numbers) for piece in _dressed(text[start:end]))
        pieces += [*most, replace(last, discs=numbers)]
        at = end
    return pieces + _dressed(text[at:])


def plain(text: str) -> str:
    """The text without the signs of its stress, for places too small for it."""
    return "".join(piece.text for piece in segments(text))


def place(text: str, words: str) -> int:
    """Where these words stand first in a text, whatever their capitals; -1 where they do not."""
    if not words.strip():
        return -1
    folded = text.casefold()
    return folded.find(words.casefold()) if len(folded) == len(text) else text.find(words)


def _marked(text: str, quotes: Sequence[tuple[int, str]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Where the quotes stand, in order and without overlap."""
    places = sorted((place(text, words), len(words), number) for number, words in quotes)
    found: list[tuple[int, int, tuple[int, ...]]] = []
    for start, length, number in places:
        if start < 0:
            continue
        if found and start < found[-1][1]:
            first, end, numbers = found.pop()
            found.append((first, max(end, start + length), tuple(sorted((*numbers, number)))))
        else:
            found.append((start, start + length, (number,)))
    return found


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
