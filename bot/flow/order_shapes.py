"""How a shop writes its numbers: `AA-99999`, A for a letter, 9 for a digit, read in any way people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2


@dataclass(frozen=True, slots=True)
class Shape:
    """Letters, separators and digits in their order. Separators may be missing or others; case does not matter.

    `written` is a regular expression of the shop's own form, as understanding wants it.
    """

    source: str
    pattern: Any
    marks: tuple[str, ...]
    written: str

    def find(self, text: str) -> str | None:
        match = self.pattern.search(text)
        if match is None:
            return None
        groups = iter(match.groups())
        return "".join(mark or next(groups) for mark in self.marks).upper()


@lru_cache(maxsize=64)
def shape(source: str) -> Shape:
    """Compile `AA-99999`; anything but letters and digits is a separator. Raises ValueError with a sentence."""
    runs = re.findall(r"A+|9+|[^A9]+", source)
    if not any(run[0] in "A9" for run in runs) or len(source) > 40:
        raise ValueError(f"“{source}”: A stands for a letter, 9 for a digit, as in AA-99999")
    body, marks = "", []
    for run in runs:
        if run[0] == "A":
            body += rf"([A-Za-z]{{{len(run)}}})"
        elif run[0] == "9":
            body += rf"([0-9]{{{len(run)}}})"
        marks.append("" if run[0] in "A9" else run)
        body += "" if run[0] in "A9" else r"[\s.\-–—_/#:nNº°]{0,4}" if run.strip("-–—_/#. ") == "" else re2.escape(run)
    joined = re.sub(r"\)\(", r")[\\s.\\-–—_/#:]{0,3}(", body)
    kinds = {"A": "[A-Z]{%d}", "9": "[0-9]{%d}"}
    written = "".join(kinds[run[0]] % len(run) if run[0] in kinds else re.escape(run) for run in runs)
    return Shape(source, re2.compile(rf"(?:^|[^A-Za-z0-9]){joined}(?:$|[^A-Za-z0-9])"), tuple(marks), written)
