"""Evidence in the order in which it is read: what transcript and card call 1, 2, 3 … Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.counted import Uttered, counted, times
from console.places import place

# A weight is a share of all the points of its handoff, so that it means the same whatever the points are.
STRONG, MEDIUM = 0.4, 0.15
_Said = Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Numbered:
    """One piece of evidence and its number. `message_id` is empty where its message is not known.

    `is_said`: its quote are words of that message. A count (`3×`), a time or the name of a question is no such quote;
    `counted` are then the messages it counts. `weight` is strong, medium, light, or direct where it has no points;
    `place` is where the ticket has it.
    """

    number: int
    code: str
    quote: str
    message_id: str
    points: float | None
    is_said: bool
    weight: str = "direct"
    place: int = 0
    counted: tuple[str, ...] = ()

    @property
    def stands_in(self) -> tuple[str, ...]:
        """The messages that bear its number, oldest first."""
        if self.counted and not self.is_said:
            return self.counted
        return tuple(one for one in dict.fromkeys((*self.counted, self.message_id)) if one)


def numbered(
    evidence: Sequence[Mapping[str, Any]], said: _Said, before: Mapping[str, Sequence[Uttered]] | None = None
) -> tuple[Numbered, ...]:
    """By message, then by where the words stand in it, then what has no words.

    `said` are number and text by message; `before` is what was said up to a message, itself included.
    """
    ordered = sorted(enumerate(evidence), key=lambda entry: _reading(entry[1], said))
    total = sum(float(entry.get("points") or 0.0) for entry in evidence)
    return tuple(
        _numbered((number, at, entry), said, before or {}, total) for number, (at, entry) in enumerate(ordered, 1)
    )


def weight(points: float | None, total: float) -> str:
    """How much a piece weighs in its handoff; what hands over by itself has no points."""
    if not points or total <= 0:
        return "direct"
    share = points / total
    return "strong" if share >= STRONG else "medium" if share >= MEDIUM else "light"


def is_words(code: str, quote: str) -> bool:
    """Whether a quote is meant to be words of hers, and no count, time, or name of a question."""
    return bool(quote) and not times(quote) and code not in ("wait", "same_slot", "asked_given")


def _reading(entry: Mapping[str, Any], said: _Said) -> tuple[bool, int, bool, int]:
    seq, _ = said.get(entry.get("message_id") or "", (0, ""))
    at = _place(entry, said)
    return seq == 0, seq, at < 0, at


def _place(entry: Mapping[str, Any], said: _Said) -> int:
    _, text = said.get(entry.get("message_id") or "", (0, ""))
    quote = entry.get("quote") or ""
    found = place(text, quote) if is_words(entry.get("code") or "", quote) else None
    return found[0] if found else -1


def _numbered(
    piece: tuple[int, int, Mapping[str, Any]], said: _Said, before: Mapping[str, Sequence[Uttered]], total: float
) -> Numbered:
    number, at, entry = piece
    message_id, code, quote = entry.get("message_id") or "", entry.get("code") or "", entry.get("quote") or ""
    return Numbered(
        number,
        code,
        quote,
        message_id if message_id in said else "",
        entry.get("points"),
        _place(entry, said) >= 0,
        weight(entry.get("points"), total),
        at,
        counted(code, quote, before.get(message_id, ())),
    )
