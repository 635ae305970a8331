"""`flask understand turns`: whole conversations, weighed turn by turn, line by line for programs."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.escalation import Heard, Policy, weigh
from bot.flow.effects import Evidence
from bot.understanding.lines import put, records
from bot.understanding.read import read

# Times of a dialogue without times: only the gaps between its turns matter.
_LONGEST_GAP = 525_600.0
_FIRST_TURN_AT = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Talk:
    """Where a dialogue stands."""

    mood: Mapping[str, Any]
    now: datetime
    language: str | None = None


@click.command("turns")
def turns() -> None:
    """One JSON object per turn of a contact in, one per line out; state is kept per "dialogue"."""
    for answer in weighed(sys.stdin, Policy()):
        put(answer)


def weighed(lines: Iterable[str], policy: Policy) -> Iterator[dict[str, Any]]:
    """The answers to these lines, each as soon as its line is there."""
    talks: dict[str, _Talk] = {}
    for asked in records(lines, ("dialogue", "turn", "text")):
        name = str(asked["dialogue"])
        talks[name], answer = _turn(asked, talks.get(name, _Talk({}, _FIRST_TURN_AT)), policy)
        yield answer


def _turn(asked: Mapping[str, Any], talk: _Talk, policy: Policy) -> tuple[_Talk, dict[str, Any]]:
    text, bot = str(asked["text"]), asked.get("bot_prev") or {}
    if not isinstance(bot, Mapping):
        bot = {"text": str(bot)}
    now = talk.now + timedelta(minutes=_minutes(asked.get("gap_min", 1)))
    reading = read(text, language=talk.language)
    language = reading.language or talk.language
    heard = Heard(
        text=text,
        reading=reading,
        message_id=f"{asked['dialogue']}:{asked['turn']}",
        now=now,
        last_outcome=str(bot.get("outcome") or ""),
        last_answer=str(bot.get("text") or ""),
        channel=str(asked.get("channel") or ""),
        language=language or "",
    )
    mood, verdict = weigh(talk.mood, heard, policy)
    answer = {
        "dialogue": asked["dialogue"],
        "turn": asked["turn"],
        "escalate": verdict.decision == "handoff",
        "offer": verdict.decision == "ask",
        "score": round(verdict.score, 3),
        "reasons": [_reason(one) for one in verdict.evidence],
    }
    return _Talk(mood, now, language), answer


def _minutes(gap: Any) -> float:
    """A gap in minutes as it was typed; what is no time is one minute, and nobody waits longer than a year."""
    try:
        minutes = float(gap)
    except (TypeError, ValueError):
        return 1.0
    return 1.0 if math.isnan(minutes) else min(max(minutes, 0.0), _LONGEST_GAP)


def _reason(one: Evidence) -> dict[str, Any]:
    return {"signal": one.code, "points": one.points, "quote": one.quote, "message": one.message_id}
