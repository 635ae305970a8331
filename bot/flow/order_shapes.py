"""How a shop writes its numbers: `AA-99999`, A for a letter, 9 for a digit, read in any way people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

_SEPARATORS = "-–—_/#. "
_RUN = re.compile(rf"A+|9+|[{re.escape(_SEPARATORS)}]+|[^A9{re.escape(_SEPARATORS)}]+")
_SEPARATES = r"[\s.\-–—_/#:nNº°]{0,4}"


@dataclass(frozen=True, slots=True)
class Shape:
    """Letters, separators and digits in their order. Separators may be missing or others; case does not matter.

    `written` is a regular expression of the shop's own form, as understanding wants it.
    """

    source: str
    pattern: Any
    marks: tuple[str, ...]
    written: str

    @property
    def has_letters(self) -> bool:
        """Figures alone may be a date, a postcode or a price as well."""
        return any(sign.isalpha() for sign in self.source)

    def find(self, text: str) -> str | None:
        match = self.pattern.search(readable(text))
        if match is None:
            return None
        groups = iter(match.groups())
        return "".join(mark or next(groups) for mark in self.marks).upper()


def readable(text: str) -> str:
    """The text as RE2 can take it: half of a pair of surrogates stands for nothing."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=64)
def shape(source: str) -> Shape:
    """Compile `AA-99999`; other letters and figures stand for themselves, anything else separates.

    Raises ValueError with a sentence.
    """
    runs = _RUN.findall(source)
    if not any(run[0] in "A9" for run in runs) or len(source) > 40:
        raise ValueError(f"“{source}”: A stands for a letter, 9 for a digit, as in AA-99999")
    body, marks = "", []
    for run in runs:
        body += _body(run)
        marks.append("" if run[0] in "A9" else run)
    joined = re.sub(r"\)\(", r")[\\s.\\-–—_/#:]{0,3}(", body)
    kinds = {"A": "[A-Z]{%d}", "9": "[0-9]{%d}"}
    written = "".join(kinds[run[0]] % len(run) if run[0] in kinds else re.escape(run) for run in runs)
    return Shape(source, re2.compile(rf"(?:^|[^A-Za-z0-9]){joined}(?:$|[^A-Za-z0-9])"), tuple(marks), written)


def _body(run: str) -> str:
    if run[0] == "A":
        return rf"([A-Za-z]{{{len(run)}}})"
    if run[0] == "9":
        return rf"([0-9]{{{len(run)}}})"
    return _SEPARATES if not run.strip(_SEPARATORS) else f"(?i:{re2.escape(run)})"
