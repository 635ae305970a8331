"""Order numbers: as people write them, and as the shop does."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import re2  # type: ignore[import-untyped]

from order_number import MAX_CHARACTERS, fold

__all__ = ["MAX_CHARACTERS", "Form", "fold", "form", "is_taken_for"]

_group = re.compile(r"\{(\d)\}")


def is_taken_for(asked: str, answered: str) -> bool:
    """Does a shop that reads loosely (0123 as 123, À as A) take the one number for the other? Then there is no such
    order as the one asked for; to say anything else would tell that the other one exists."""
    loose = [unicodedata.normalize("NFKD", fold(one)).encode("ascii", "ignore").lstrip(b"0") for one in (asked, answered)]
    return bool(loose[0]) and loose[0] == loose[1]


@dataclass(frozen=True, slots=True)
class Form:
    """How a shop writes its numbers: `pattern` (RE2) over the folded number, `form` with its groups `{1}`, `{2}`."""

    pattern: Any
    form: str

    def written(self, reference: str) -> str:
        """The number as the shop writes it; empty if it cannot be one of the shop's."""
        match = self.pattern.fullmatch(fold(reference))
        if not match:
            return ""
        return _group.sub(lambda group: match.group(int(group[1])), self.form)


def form(pattern: str, written: str) -> Form:
    """Raises ValueError with a sentence for a pattern that is none, or a group that it does not have."""
    try:
        compiled = re2.compile(pattern)
    except re2.error as error:
        raise ValueError(f"“{pattern}” is not a pattern: {error}") from error
    missing = [group for group in _group.findall(written) if int(group) > compiled.groups]
    if missing:
        raise ValueError(f"the form “{written}” uses group {missing[0]}, the pattern has {compiled.groups}")
    return Form(compiled, written)
