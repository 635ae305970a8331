"""When the bot gives way to a person: one message and the conversation before it, weighed. Pure.

Every point has a name, a quote or a count, and the message it came from; points fade with each turn of the contact.
An explicit request, or a score above the high threshold, hands over at once. Between the two thresholds the bot
asks once a day whether it should; a second such sign hands over. What a conversation shows beside its words is
`escalation_signals`, what it remembers `escalation_memory`. Keys and defaults: docs/understanding.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.escalation_memory import GUARD_TURNS, Memory, recall, stored
from bot.escalation_policy import POINTS, Policy, policy_from
from bot.escalation_signals import Shown, Spoken, shown
from bot.flow.effects import Evidence
from bot.understanding.frustration import FULL_POINTS
from bot.understanding.reading import GUESS, Reading

__all__ = ["Heard", "Policy", "Verdict", "forgive", "is_left_alone", "policy_from", "set_aside", "weigh"]

LEAST_SIGN = 0.5  # points a message must bring before anything is done about it
_KEPT_SCORE = 0.1
GRAVE = 3
_DANGER = frozenset(("safety", "vulnerable"))
# Where a text has its place: an answer, a known question, a flow's phrase; or a question that takes any words.
SURE_PLACE, FREE_PLACE = "sure", "free"
_ALL_BUT_SURE = 0.8  # a guess so likely interrupts even what may be an answer to a question that takes any words


@dataclass(frozen=True, slots=True)
class Heard:
    """One text of the contact, and what the bot did just before it.

    `last_outcome` of the bot's last turn: answer, ask, fallback or "" (none); `last_answer` its text; `last_slot` the
    name of what it asked for. `channel` is the kind of the channel, `language` the conversation's: a policy may have
    thresholds for either.
    """

    text: str
    reading: Reading
    message_id: str
    now: datetime
    last_outcome: str = ""
    last_answer: str = ""
    last_slot: str = ""
    channel: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`decision` none, ask or handoff; `reason` the strongest evidence's name; score and threshold from 0 to 1."""

    decision: str
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    score: float = 0.0
    threshold: float = 0.0
    priority: str = "normal"


def weigh(mood: Mapping[str, Any], heard: Heard, policy: Policy) -> tuple[dict[str, Any], Verdict]:
    """Weigh one text against the conversation's `mood` (plain JSON, {} at first): the new mood and the verdict."""
    policy = policy.at(heard.channel, heard.language)
    before = recall(mood, heard.now)
    seen = _seen(before, heard, policy)
    fresh = (*_words(heard, policy), *_signals(seen, heard, policy))
    new_points = points_of(strength_of(heard.reading, policy), seen, policy)
    score = carried(before.score, seen, policy) + new_points if policy.signals else new_points
    evidence = (*(before.evidence if score > new_points else ()), *fresh)
    weighed = _Weighed(heard, policy, evidence, new_points, score, before)
    verdict = _verdict(weighed)
    after = replace(seen.memory, score=score if score >= _KEPT_SCORE else 0.0, evidence=evidence)
    if verdict.decision == "ask":
        after = replace(after, asked_on=heard.now.date().isoformat())
    if verdict.decision == "handoff":
        after = replace(after, score=0.0, evidence=())
    return stored(after), verdict


def is_left_alone(reading: Reading, policy: Policy, place: str) -> bool:
    """Does a text that has its place in the flow go on there unweighed: it is calm, or alarming by a guess alone.

    What came before is no reason to interrupt such a text. `policy` is that of the channel and the language.
    """
    calm = reading.human_request < policy.human_request_low and reading.strength < policy.frustration_low
    if not (calm or reading.is_a_guess):
        return False
    return place == SURE_PLACE or (place == FREE_PLACE and reading.likeliest < _ALL_BUT_SURE)


def set_aside(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The mood after a verdict that nobody acted on: no question was put, so that the last one is still the last."""
    kept = {key: after[key] for key in after if key != "asked_on"}
    return {**kept, "asked_on": before["asked_on"]} if before.get("asked_on") else kept


def forgive(mood: Mapping[str, Any]) -> dict[str, Any]:
    """The mood after people gave the conversation back: old evidence is spent, and two turns are granted."""
    kept = {key: mood[key] for key in ("turns", "last_at", "asked_on") if key in mood}
    return {**kept, "guard": GUARD_TURNS}


def strength_of(reading: Reading, policy: Policy) -> float:
    """How strong the message's own words are, from 0 to 1; what is faint or has no reason counts nothing."""
    has_reason = any(reason.points > 0 for reason in reading.reasons)
    return reading.strength if has_reason and reading.strength >= policy.frustration_faint else 0.0


def points_of(strength: float, seen: Shown, policy: Policy) -> float:
    """The points of one turn: its words and what the conversation shows, less what soothes."""
    words = strength * FULL_POINTS
    signals = sum(policy.counts(one.code) for one in seen.signals)
    soothed = sum(policy.soothing[cue] for cue in seen.soothing)
    return max(0.0, words + signals - soothed)


def carried(score: float, seen: Shown, policy: Policy) -> float:
    """What is left of the points before this turn."""
    kept = score * policy.decay
    return kept * policy.relief_keeps if "relief" in seen.soothing else kept


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A turn with everything that is weighed; `score` is in points."""

    heard: Heard
    policy: Policy
    evidence: tuple[Evidence, ...]
    new_points: float
    score: float
    before: Memory


def _seen(before: Memory, heard: Heard, policy: Policy) -> Shown:
    spoken = Spoken(
        heard.text, heard.now, heard.reading.strength, heard.last_outcome, heard.last_answer, heard.last_slot
    )
    seen = shown(before, spoken, policy.wait_minutes)
    return seen if policy.signals else replace(seen, signals=(), soothing=frozenset())


def _words(heard: Heard, policy: Policy) -> tuple[Evidence, ...]:
    """The message's own findings; together they weigh what the reading says."""
    strength = strength_of(heard.reading, policy)
    found = [reason for reason in heard.reading.reasons if reason.points > 0] if strength else []
    whole = sum(reason.points for reason in found)
    return tuple(
        Evidence(one.code, one.quote, heard.message_id, round(one.points / whole * strength * FULL_POINTS, 2))
        for one in found
    )


def _signals(seen: Shown, heard: Heard, policy: Policy) -> tuple[Evidence, ...]:
    found = ((one, policy.counts(one.code)) for one in seen.signals)
    return tuple(Evidence(one.code, one.quote, heard.message_id, points) for one, points in found if points)


def _verdict(weighed: _Weighed) -> Verdict:
    """The thresholds; right after a return to the bot only an explicit request counts, and danger."""
    heard, policy = weighed.heard, weighed.policy
    request, score = heard.reading.human_request, min(1.0, weighed.score / FULL_POINTS)
    if request >= policy.human_request_high:
        asked = _requests(heard)
        evidence = (*asked, *weighed.evidence)
        return Verdict(
            "handoff", "human_request", evidence, request, policy.human_request_high, _priority(heard.reading, evidence)
        )
    calm = Verdict("none", score=score, threshold=policy.frustration_high)
    if weighed.before.guard and not _DANGER & {one.code for one in weighed.evidence}:
        return calm
    if request >= policy.human_request_low:
        return _doubt(weighed, "human_request", (*_requests(heard), *weighed.evidence), request)
    if weighed.new_points < LEAST_SIGN or not weighed.evidence:
        return calm
    reason = _main(weighed.evidence)
    high = policy.high(heard.reading.severity)
    if score >= high:
        return Verdict("handoff", reason, weighed.evidence, score, high, _priority(heard.reading, weighed.evidence))
    if score < policy.frustration_low:
        return calm
    return _doubt(weighed, reason, weighed.evidence, score)


def _doubt(weighed: _Weighed, reason: str, evidence: tuple[Evidence, ...], score: float) -> Verdict:
    """Between the thresholds: one gentle question a day, and a second such sign hands over."""
    policy = weighed.policy
    low = policy.human_request_low if reason == "human_request" else policy.frustration_low
    has_been_asked = weighed.before.asked_on == weighed.heard.now.date().isoformat()
    return Verdict("handoff" if has_been_asked else "ask", reason, evidence, score, low)


def _requests(heard: Heard) -> tuple[Evidence, ...]:
    return tuple(Evidence(one.code, one.quote, heard.message_id) for one in heard.reading.reasons if not one.points)


def _main(evidence: tuple[Evidence, ...]) -> str:
    """The name a ticket is filed under: what is dangerous first, then words, then what the conversation shows."""
    codes = {one.code for one in evidence}
    for dire in ("safety", "vulnerable"):
        if dire in codes:
            return dire
    if codes - {GUESS} <= POINTS.keys() and codes != {GUESS}:  # no words that bear it out, only what the talk shows
        return "no_progress"
    return "frustration"


def _priority(reading: Reading, evidence: tuple[Evidence, ...]) -> str:
    if _DANGER & {one.code for one in evidence}:
        return "urgent"
    return "high" if reading.severity >= GRAVE else "normal"
