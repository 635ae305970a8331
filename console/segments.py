"""A text of a contact or an agent, cut into pieces that a template may dress: links, stress, evidence.

No markup is made here: the template writes each piece escaped. Only http and https become links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from console.places import place

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


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters of the text that look alike, from `start` to before `end`; the signs of stress are in none."""

    start: int
    end: int
    href: str = ""
    strong: bool = False


_Mark = tuple[int, int, int]  # start, end, number


def segments(text: str, quotes: Sequence[tuple[int, str]] = ()) -> list[Segment]:
    """`text` in pieces; `quotes` are (number, words) to be marked where they stand.

    The pieces that cite a number are its words, letter for letter but for the signs of stress. Quotes that overlap
    show their numbers together, where the last of them ends.
    """
    marks = sorted(_marks(text, quotes))
    cuts = sorted({at for start, end, _ in marks for at in (start, end)})
    pieces: list[Segment] = []
    ends: list[int] = []
    for run in _runs(text):
        for start, end in _cut(run, cuts):
            cites = tuple(sorted(number for first, last, number in marks if first <= start and end <= last))
            pieces.append(Segment(text[start:end], run.href, run.strong, cites))
            ends.append(end)
    for end, numbers in _groups(marks):
        last = max((at for at, piece in enumerate(pieces) if piece.cites and ends[at] <= end), default=-1)
        if last >= 0:
            pieces[last] = replace(pieces[last], discs=tuple(sorted({*pieces[last].discs, *numbers})))
    return pieces


def plain(text: str) -> str:
    """The text without the signs of its stress, for places too small for it."""
    return "".join(piece.text for piece in segments(text))


def _marks(text: str, quotes: Sequence[tuple[int, str]]) -> Iterator[_Mark]:
    for number, words in quotes:
        found = place(text, words)
        if found:
            yield *found, number


def _groups(marks: Sequence[_Mark]) -> list[tuple[int, tuple[int, ...]]]:
    """Where each group of marks that overlap ends, and its numbers."""
    groups: list[tuple[int, tuple[int, ...]]] = []
    for start, end, number in marks:
        if groups and start < groups[-1][0]:
            until, numbers = groups.pop()
            groups.append((max(until, end), (*numbers, number)))
        else:
            groups.append((end, (number,)))
    return groups


def _cut(run: _Run, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    at = run.start
    for cut in (*(cut for cut in cuts if run.start < cut < run.end), run.end):
        yield at, cut
        at = cut


def _runs(text: str) -> Iterator[_Run]:
    at = 0
    for match in _ADDRESS.finditer(text):
        address = match.group().rstrip(_CLOSING)
        yield from _stressed(text, at, match.start())
        at = match.start() + len(address)
        yield _Run(match.start(), at, href=address)
    yield from _stressed(text, at, len(text))


def _stressed(text: str, start: int, end: int) -> Iterator[_Run]:
    at = start
    for match in _STRESS.finditer(text[start:end]):
        before, after = start + match.start(), start + match.end()
        if at < before:
            yield _Run(at, before)
        yield _Run(before + 1, after - 1, strong=True)
        at = after
    if at < end:
        yield _Run(at, end)
