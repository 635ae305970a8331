"""Evidence in the order in which it is read: what transcript and card call 1, 2, 3 … Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.segments import place


@dataclass(frozen=True, slots=True)
class Numbered:
    """One piece of evidence and its number. `message_id` is empty where its message is not known.

    `is_said`: its quote are words of that message. A count (`3×`), a time or the name of a question is no such quote.
    """

    number: int
    code: str
    quote: str
    message_id: str
    points: float | None
    is_said: bool


def numbered(evidence: Sequence[Mapping[str, Any]], said: Mapping[str, tuple[int, str]]) -> tuple[Numbered, ...]:
    """By message, then by where the words stand in it, then what has no words. `said` are number and text by message."""
    ordered = sorted(evidence, key=lambda entry: _reading(entry, said))
    return tuple(_numbered(number, entry, said) for number, entry in enumerate(ordered, 1))


def _reading(entry: Mapping[str, Any], said: Mapping[str, tuple[int, str]]) -> tuple[bool, int, bool, int]:
    seq, text = said.get(entry.get("message_id") or "", (0, ""))
    at = place(text, entry.get("quote") or "")
    return seq == 0, seq, at < 0, at


def _numbered(number: int, entry: Mapping[str, Any], said: Mapping[str, tuple[int, str]]) -> Numbered:
    message_id, quote = entry.get("message_id") or "", entry.get("quote") or ""
    known = message_id in said
    return Numbered(
        number,
        entry.get("code") or "",
        quote,
        message_id if known else "",
        entry.get("points"),
        known and place(said[message_id][1], quote) >= 0,
    )
