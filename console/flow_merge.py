"""Two edits of one text put together, where they touch different lines. Pure."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence

# Longer texts are compared by their rarer lines: thousands of lines that are all the same would take hours otherwise.
_EXACT = 800
# A piece of the base, from one line to another, and what an edit has in its place.
Edit = tuple[int, int, list[str]]


def merged(base: str, mine: str, theirs: str) -> str | None:
    """Both edits of `base`; None where they change the same lines, or lines side by side, in two ways."""
    before = base.split("\n")
    ours, others = _edits(before, mine.split("\n")), _edits(before, theirs.split("\n"))
    whole = [*ours, *(edit for edit in others if edit not in ours)]
    whole.sort(key=lambda edit: (edit[0], edit[1]))
    if any(after[0] <= first[1] for first, after in itertools.pairwise(whole)):
        return None
    for start, end, lines in reversed(whole):
        before[start:end] = lines
    return "\n".join(before)


def compared(before: Sequence[str], after: Sequence[str]) -> difflib.SequenceMatcher[str]:
    """Two texts line by line."""
    return difflib.SequenceMatcher(None, before, after, autojunk=len(after) > _EXACT)


def _edits(before: Sequence[str], after: list[str]) -> list[Edit]:
    found = compared(before, after).get_opcodes()
    return [(start, end, after[new:until]) for tag, start, end, new, until in found if tag != "equal"]
