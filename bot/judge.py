"""A second opinion on a talk, from outside: a language model, a scorer of the shop's own. Off unless a shop has one.

A judge reads the last turns and the signals that were found, beside the way of the message: its answer comes later,
like that of any service, and may only raise what was decided. It never cancels a request, never lowers a score, and is
heard no more when the contact has written again meanwhile. Here are the values and the rule; asking is the pipeline's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.escalation import Verdict
from bot.escalation_policy import Policy
from bot.flow.effects import Evidence

SERVICE = "judge"
SEQ = -1  # of its calls: no step of a flow waits for them
TIME_LIMIT_SECONDS = 1.5
KEPT_TURNS = 6
KEPT_CHARACTERS = 300
_ORDER = ("none", "ask", "handoff")
_GRAVE = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said: `author` is contact or bot."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a judge makes of the last text: chances from 0 to 1, severity 0 to 3, and the contact's words behind it."""

    human_request: float = 0.0
    frustration: float = 0.0
    severity: int = 0
    intents: tuple[str, ...] = ()
    quote: str = ""


class Judge(Protocol):
    """Whoever is asked. A connector that has one offers it as its `judge`."""

    def judge(self, turns: Sequence[Turn], signals: Sequence[str]) -> Opinion:
        """An opinion on the last turn, which is the contact's. May do I/O; is given TIME_LIMIT_SECONDS."""
        ...


class NullJudge:
    """The one that is there when there is none: it has no opinion."""

    def judge(self, turns: Sequence[Turn], signals: Sequence[str]) -> Opinion:
        return Opinion()


def opinion_from(value: Mapping[str, Any]) -> Opinion:
    """An opinion out of what came back from outside; what makes no sense counts as none."""
    return Opinion(
        human_request=_share(value.get("human_request")),
        frustration=_share(value.get("frustration")),
        severity=round(_share(value.get("severity"), _GRAVE)),
        intents=tuple(str(one) for one in value.get("intents") or ()),
        quote=str(value.get("quote") or ""),
    )


def raised(verdict: Verdict, opinion: Opinion, said: Turn, message_id: str, policy: Policy) -> Verdict:
    """The verdict in the light of the opinion: never a weaker one."""
    request = opinion.human_request >= policy.human_request_low and opinion.human_request >= opinion.frustration
    chance = opinion.human_request if request else opinion.frustration
    high = policy.human_request_high if request else policy.frustration_high
    low = policy.human_request_low if request else policy.frustration_low
    decision = "handoff" if chance >= high else "ask" if chance >= low else "none"
    if _ORDER.index(decision) <= _ORDER.index(verdict.decision):
        return verdict
    quote = opinion.quote if opinion.quote and opinion.quote in said.text else said.text[:KEPT_CHARACTERS]
    return Verdict(
        decision,
        "human_request" if request else "frustration",
        (*verdict.evidence, Evidence("judged", quote, message_id)),
        max(chance, verdict.score),
        high if decision == "handoff" else low,
        "high" if opinion.severity >= _GRAVE else verdict.priority,
    )


def _share(raw: Any, most: float = 1.0) -> float:
    try:
        number = float(raw or 0.0)
    except (TypeError, ValueError):
        return 0.0
    return min(most, max(0.0, number)) if math.isfinite(number) else 0.0
