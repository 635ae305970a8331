"""Texts with gaps: `{order.eta}` is filled in by us, `[[hora]]` by the agent. Pure.

What we cannot fill in becomes a gap for the agent, so that nobody ever reads `{order.eta}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_VARIABLE = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")
_GAP = re.compile(r"\[\[([^\[\]\n]{1,80})\]\]")
_OPEN = re.compile(r"\[\[([^\[\]\n]{1,80})\]\]|\{([a-z_][a-z0-9_.]*)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, or a gap with its name."""

    text: str
    is_gap: bool = False


def filled(text: str, values: Mapping[str, str], names: Mapping[str, str] | None = None) -> str:
    """`text` with every `{variable}` that has a value; the others are gaps, called as `names` says."""

    def value(found: re.Match[str]) -> str:
        key = found.group(1)
        return values.get(key) or f"[[{(names or {}).get(key, key)}]]"

    return _VARIABLE.sub(value, text)


def gaps(text: str) -> list[str]:
    """The names of what is still to be filled in, in their order."""
    return [found.group(1) or found.group(2) for found in _OPEN.finditer(text)]


def pieces(text: str) -> list[Piece]:
    """The text cut at its gaps, to be shown."""
    found: list[Piece] = []
    end = 0
    for gap in _GAP.finditer(text):
        found += [Piece(text[end : gap.start()]), Piece(gap.group(1), is_gap=True)]
        end = gap.end()
    return [piece for piece in (*found, Piece(text[end:])) if piece.text]
