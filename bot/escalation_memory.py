"""What a conversation remembers of its last turns, below 1.5 kB of plain JSON, and how texts are compared. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz import fuzz

from bot.flow.effects import Evidence
from bot.understanding.fold import Folded
from bot.understanding.lexicon import lexicon

KEPT_TEXTS = 4
KEPT_ANSWERS = 3
KEPT_NUMBERS = 4
KEPT_LEVELS = 2
KEPT_EVIDENCE = 4
KEPT_QUOTE = 48  # characters; a shortened quote still stands in the message
FRESH_AFTER = timedelta(hours=12)
GUARD_TURNS = 2
_KEY_CHARACTERS = 72
_ROOT = 5  # letters of a word that are compared: "devolver" and "devolución" are about the same
_SHORTEST_ROOT = 3
_DIGITS = re.compile(r"\d(?:[ .\-]?\d){2,}")
_NOT_DIGIT = re.compile(r"\D")
_LONGEST_NUMBER = 12
_ALIKE = 88  # rapidfuzz ratio, 0-100
_NEARLY = 0.6  # of the shorter one's roots
_FEWEST_ROOTS = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """The last turns of a conversation.

    `texts` and `answers` are rows of word roots; an answer of the bot begins with `a` or `q` (it asked) and a space.
    `numbers` are runs of digits the contact wrote, `asked_given` how often the bot asked for one all the same.
    `rephrased`, `failures`, `put_offs`, `pushes`: how often she came back to what was not answered, the bot did not
    understand, only asked for patience, was told that its answer is none; relief takes them back. `levels` are the
    last strengths read; `score` the points carried; `guard` turns after a return in which only a request counts.
    """

    turns: int = 0
    texts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    slot: str = ""
    asked_given: int = 0
    rephrased: int = 0
    failures: int = 0
    put_offs: int = 0
    pushes: int = 0
    levels: tuple[float, ...] = ()
    shouted: bool = False
    score: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    asked_on: str = ""
    guard: int = 0
    last_at: datetime | None = None


def recall(mood: Mapping[str, Any], now: datetime) -> Memory:
    """The memory in `mood`; after a long pause little of it, as a new talk is not weighed against the last one."""
    last_at = datetime.fromisoformat(mood["last_at"]) if mood.get("last_at") else None
    kept = Memory(
        turns=int(mood.get("turns", 0)),
        asked_on=str(mood.get("asked_on", "")),
        guard=int(mood.get("guard", 0)),
        last_at=last_at,
    )
    if last_at is not None and now - last_at >= FRESH_AFTER:
        return kept
    return Memory(
        turns=kept.turns,
        texts=tuple(mood.get("texts", ())),
        answers=tuple(mood.get("answers", ())),
        numbers=tuple(mood.get("numbers", ())),
        slot=str(mood.get("slot", "")),
        asked_given=int(mood.get("asked_given", 0)),
        rephrased=int(mood.get("rephrased", 0)),
        failures=int(mood.get("failures", 0)),
        put_offs=int(mood.get("put_offs", 0)),
        pushes=int(mood.get("pushes", 0)),
        levels=tuple(map(float, mood.get("levels", ()))),
        shouted=bool(mood.get("shouted", False)),
        score=float(mood.get("score", 0.0)),
        evidence=evidence_of(mood),
        asked_on=kept.asked_on,
        guard=kept.guard,
        last_at=last_at,
    )


def evidence_of(mood: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """The evidence that is still remembered, oldest first."""
    return tuple(Evidence(*one) for one in mood.get("evidence", ()))


def stored(memory: Memory) -> dict[str, Any]:
    """The memory as plain JSON; what says nothing is left out."""
    plain: dict[str, Any] = {
        name: value
        for name in ("turns", "slot", "asked_given", "rephrased", "failures", "put_offs", "pushes", "shouted", "asked_on", "guard")
        if (value := getattr(memory, name))
    }
    for name, most in (("texts", KEPT_TEXTS), ("answers", KEPT_ANSWERS), ("numbers", KEPT_NUMBERS)):
        if kept := getattr(memory, name)[-most:]:
            plain[name] = list(kept)
    if any(memory.levels):
        plain["levels"] = [round(level, 2) for level in memory.levels]
    if memory.score:
        plain["score"] = round(memory.score, 3)
        plain["evidence"] = [
            [one.code, one.quote[:KEPT_QUOTE], one.message_id, one.points] for one in memory.evidence[-KEPT_EVIDENCE:]
        ]
    if memory.last_at is not None:
        plain["last_at"] = memory.last_at.isoformat(timespec="seconds")
    return plain


def roots(folded: Folded) -> str:
    """The words that carry a text, cut to their roots, each once; numbers stay whole."""
    small = lexicon().small_words
    found = dict.fromkeys(
        word if word.isdigit() else word[:_ROOT]
        for word in folded.words
        if word.isalnum() and word not in small and (word.isdigit() or len(word) >= _SHORTEST_ROOT)
    )
    return " ".join(found)[:_KEY_CHARACTERS].rstrip()


def numbers(text: str) -> tuple[str, ...]:
    """Runs of three digits and more, however they are grouped."""
    return tuple(dict.fromkeys(_NOT_DIGIT.sub("", run)[:_LONGEST_NUMBER] for run in _DIGITS.findall(text)))


def is_same(one: str, other: str) -> bool:
    """Are two answers the same but for a word."""
    return fuzz.ratio(one, other) >= _ALIKE


def is_alike(one: str, other: str) -> bool:
    """Do two answers say much the same in other words."""
    first, second = set(one.split()), set(other.split())
    fewest = min(len(first), len(second))
    return fewest >= _FEWEST_ROOTS and len(first & second) >= _NEARLY * fewest
