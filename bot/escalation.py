"""When the bot gives way to a person: one message and the conversation before it, weighed. Pure.

Every point has a name, a quote or a count, and the message it came from; points fade with each turn of the contact.
An explicit request, or a score above the high threshold, hands over at once. Between the two thresholds the bot
asks once a day whether it should; a second such sign hands over. Keys and defaults: docs/understanding.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz import fuzz

from bot.escalation_policy import POINTS, Policy, policy_from
from bot.flow.effects import Evidence
from bot.understanding.fold import Folded, fold
from bot.understanding.frustration import FULL_POINTS, is_shouted
from bot.understanding.lexicon import hits, lexicon, mend
from bot.understanding.reading import Reading

__all__ = ["Heard", "Policy", "Verdict", "forgive", "policy_from", "weigh"]

KEPT_TEXTS = 6
KEPT_ANSWERS = 3
KEPT_EVIDENCE = 8
KEPT_CHARACTERS = 160
GUARD_TURNS = 2
FRESH_AFTER = timedelta(hours=12)
SAME_ANSWER = 92  # rapidfuzz ratio, 0-100
SAME_QUESTION = 78  # rapidfuzz token_set_ratio of the words that carry meaning
VERBATIM = 95
_SHORTEST_QUESTION = 7
_RELIEF_KEEPS = 0.3
_LEAST_SIGN = 0.5


@dataclass(frozen=True, slots=True)
class Heard:
    """One text of the contact, and what the bot did just before it.

    `last_outcome` of the bot's last turn: answer, ask, fallback or "" (none); `last_answer` its text; `last_slot` the
    name of what it asked for.
    """

    text: str
    reading: Reading
    message_id: str
    now: datetime
    last_outcome: str = ""
    last_answer: str = ""
    last_slot: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`decision` none, ask or handoff; `reason` the strongest evidence's name; score and threshold from 0 to 1."""

    decision: str
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    score: float = 0.0
    threshold: float = 0.0
    priority: str = "normal"


@dataclass(slots=True)
class _Weighing:
    """The work of one call: what was remembered, what was heard, what is counted now."""

    mood: Mapping[str, Any]
    heard: Heard
    policy: Policy
    key: str = ""
    relieved: bool = False
    asks_after: bool = False
    fresh: list[Evidence] = field(default_factory=list)

    def count(self, code: str, quote: str = "") -> None:
        points = self.policy.points[code]
        if points:
            self.fresh.append(Evidence(code, quote, self.heard.message_id, points))


def weigh(mood: Mapping[str, Any], heard: Heard, policy: Policy) -> tuple[dict[str, Any], Verdict]:
    """Weigh one text against the conversation's `mood` (plain JSON, {} at first): the new mood and the verdict."""
    if not policy.signals:
        return dict(mood), _of_words_alone(heard, policy)
    work = _Weighing(_still_fresh(mood, heard.now), heard, policy)
    _look(work)
    _count_words(work)
    _count_signals(work)
    evidence, points = _carried(work)
    remembered = _remembered(work, evidence, points)
    verdict = _decide(work, evidence, min(1.0, points / FULL_POINTS))
    if verdict.decision == "ask":
        remembered["asked_on"] = heard.now.date().isoformat()
    if verdict.decision == "handoff":
        remembered.update(score=0.0, evidence=[])
    return remembered, verdict


def forgive(mood: Mapping[str, Any]) -> dict[str, Any]:
    """The mood after people gave the conversation back: old evidence is spent, and two turns are granted."""
    kept = {key: mood[key] for key in ("turns", "last_at") if key in mood}
    return {**kept, "guard": GUARD_TURNS}


def _of_words_alone(heard: Heard, policy: Policy) -> Verdict:
    evidence = tuple(_words_of(heard))
    return _verdict(heard, policy, evidence, heard.reading.frustration, asked_before=True)


def _still_fresh(mood: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """The mood, or what is left of it after a long pause: a new talk is not weighed against the last one."""
    last = mood.get("last_at")
    if not last or now - datetime.fromisoformat(last) < FRESH_AFTER:
        return mood
    return {key: mood[key] for key in ("turns", "asked_on", "guard") if key in mood}


def _look(work: _Weighing) -> None:
    """What the text is, apart from its mood: its meaning words, thanks, a question that follows on."""
    folded = fold(work.heard.text[:400], mend)
    places = hits(folded)
    work.key = _meaning(folded)
    angry = work.heard.reading.severity > 0
    work.relieved = not angry and any(hit.category == "thanks" for hit in places)
    work.asks_after = any(hit.category == "follow_up" for hit in places)


def _meaning(folded: Folded) -> str:
    """The words that carry the question: without small words, courtesies, signs and numbers."""
    small = lexicon().small_words
    return " ".join(word for word in folded.words if word.isalpha() and word not in small)[:KEPT_CHARACTERS]


def _count_words(work: _Weighing) -> None:
    work.fresh.extend(_words_of(work.heard))


def _words_of(heard: Heard) -> list[Evidence]:
    """The message's own findings; together they weigh what the reading's score says."""
    found = [reason for reason in heard.reading.reasons if reason.points > 0]
    whole = sum(reason.points for reason in found)
    share = heard.reading.frustration * FULL_POINTS / whole if whole else 0.0
    return [
        Evidence(reason.code, reason.quote, heard.message_id, round(reason.points * share, 2))
        for reason in found
        if heard.reading.frustration > 0
    ]


def _count_signals(work: _Weighing) -> None:
    """What only the conversation shows. A text that accepts the answer counts nothing."""
    if work.relieved:
        return
    heard, mood = work.heard, work.mood
    stuck = _count_fallbacks(work)
    stuck = _count_same_answer(work) or stuck
    if heard.last_outcome == "ask" and heard.last_slot and heard.last_slot == mood.get("slot"):
        work.count("same_slot", heard.last_slot)
        stuck = True
    repeated = _count_repeats(work, stuck)
    _count_wait(work, repeated)
    if mood.get("turns", 0) >= 1 and is_shouted(heard.text) and not mood.get("shouted"):
        work.count("shouting", heard.text.strip()[:80])
    if work.fresh and (heard.text.count("!") >= 2 or heard.text.count("?") >= 2):
        work.count("insistence", heard.text.strip()[-20:])


def _count_fallbacks(work: _Weighing) -> bool:
    if work.heard.last_outcome != "fallback":
        return False
    in_a_row = int(work.mood.get("fallbacks", 0)) + 1
    work.count("fallback" if in_a_row == 1 else "fallbacks", f"{in_a_row}×")
    return True


def _count_same_answer(work: _Weighing) -> bool:
    answer = _shortened(work.heard.last_answer)
    if not answer or work.heard.last_outcome == "fallback":
        return False
    same = sum(fuzz.ratio(answer, earlier) >= SAME_ANSWER for earlier in work.mood.get("answers", ()))
    if same:
        work.count("same_answer", f"{same + 1}×")
    return bool(same)


def _count_repeats(work: _Weighing, stuck: bool) -> bool:
    """The same question again. A question that follows on from an answer is none, unless the bot does not move."""
    key = work.key
    if len(key) < _SHORTEST_QUESTION or (work.asks_after and not stuck):
        return False
    earlier = work.mood.get("texts", ())
    verbatim = sum(fuzz.ratio(key, text) >= VERBATIM for text in earlier)
    alike = sum(fuzz.token_set_ratio(key, text) >= SAME_QUESTION for text in earlier)
    if alike and (stuck or verbatim):
        work.count("repeat", f"{alike + 1}×")
    elif stuck and any(set(key.split()) & set(text.split()) for text in earlier):
        work.count("rephrase", work.heard.text.strip()[:80])
    elif alike:
        work.count("again", f"{alike + 1}×")
    return bool(alike)


def _count_wait(work: _Weighing, repeated: bool) -> None:
    """Time alone is no complaint: it counts when the contact comes back to the same thing or says that she waits."""
    last = work.mood.get("last_at")
    if not last:
        return
    minutes = (work.heard.now - datetime.fromisoformat(last)).total_seconds() / 60
    impatient = repeated or work.heard.last_outcome == "fallback" or work.heard.reading.frustration > 0
    if impatient and minutes >= work.policy.wait_minutes:
        work.count("wait", f"{round(minutes)} min")


def _carried(work: _Weighing) -> tuple[list[Evidence], float]:
    """Old evidence, faded by one turn, and what is new."""
    old = [Evidence(**one) for one in work.mood.get("evidence", ())]
    score = float(work.mood.get("score", 0.0)) * work.policy.decay
    if work.relieved:
        score *= _RELIEF_KEEPS
    score = round(score, 3) if score >= 0.1 else 0.0
    evidence = [*(old if score else []), *work.fresh][-KEPT_EVIDENCE:]
    return evidence, score + sum(one.points or 0.0 for one in work.fresh)


def _remembered(work: _Weighing, evidence: list[Evidence], points: float) -> dict[str, Any]:
    heard, mood = work.heard, work.mood
    texts = [*mood.get("texts", ()), *([work.key] if work.key else [])]
    answer = _shortened(heard.last_answer)
    answers = [*mood.get("answers", ()), *([answer] if answer else [])]
    remembered: dict[str, Any] = {
        "turns": int(mood.get("turns", 0)) + 1,
        "texts": texts[-KEPT_TEXTS:],
        "answers": answers[-KEPT_ANSWERS:],
        "slot": heard.last_slot,
        "fallbacks": int(mood.get("fallbacks", 0)) + 1 if heard.last_outcome == "fallback" else 0,
        "shouted": is_shouted(heard.text),
        "score": round(points, 3),
        "evidence": [_plain(one) for one in evidence],
        "last_at": heard.now.isoformat(),
    }
    if guard := max(0, int(mood.get("guard", 0)) - 1):
        remembered["guard"] = guard
    if "asked_on" in mood:
        remembered["asked_on"] = mood["asked_on"]
    return remembered


def _decide(work: _Weighing, evidence: list[Evidence], score: float) -> Verdict:
    """The thresholds; right after a return to the bot only an explicit request counts."""
    heard, policy = work.heard, work.policy
    if int(work.mood.get("guard", 0)) and heard.reading.human_request < policy.human_request_high:
        return Verdict("none", score=score, threshold=policy.frustration_high)
    asked = work.mood.get("asked_on") == heard.now.date().isoformat()
    fresh = sum(one.points or 0.0 for one in work.fresh)
    if fresh < _LEAST_SIGN and heard.reading.human_request < policy.human_request_high:
        return Verdict("none", score=score, threshold=policy.frustration_high)
    return _verdict(heard, policy, tuple(evidence), score, asked_before=asked)


def _verdict(
    heard: Heard, policy: Policy, evidence: tuple[Evidence, ...], score: float, *, asked_before: bool
) -> Verdict:
    request = heard.reading.human_request
    if request >= policy.human_request_high:
        asked = [Evidence(one.code, one.quote, heard.message_id) for one in heard.reading.reasons if not one.points]
        priority = _priority(heard.reading, evidence)
        return Verdict(
            "handoff", "human_request", (*asked, *evidence), request, policy.human_request_high, priority
        )
    reason = _main(evidence)
    if score >= policy.frustration_high:
        return Verdict(
            "handoff", reason, evidence, score, policy.frustration_high, _priority(heard.reading, evidence)
        )
    if score < policy.frustration_low or not evidence:
        return Verdict("none", score=score, threshold=policy.frustration_high)
    if asked_before and policy.signals:
        return Verdict("handoff", reason, evidence, score, policy.frustration_low, "normal")
    return Verdict("ask", reason, evidence, score, policy.frustration_low)


def _main(evidence: tuple[Evidence, ...]) -> str:
    """The name a ticket is filed under: what is dangerous first, then words, then what the conversation shows."""
    codes = {one.code for one in evidence}
    for dire in ("safety", "vulnerable"):
        if dire in codes:
            return dire
    if codes <= POINTS.keys():  # nothing but what the conversation shows
        return "no_progress"
    return "frustration"


def _priority(reading: Reading, evidence: tuple[Evidence, ...]) -> str:
    codes = {one.code for one in evidence}
    if codes & {"safety", "vulnerable"}:
        return "urgent"
    return "high" if reading.severity >= 3 else "normal"


def _shortened(answer: str) -> str:
    return " ".join(answer.lower().split())[:KEPT_CHARACTERS]


def _plain(one: Evidence) -> dict[str, Any]:
    return {"code": one.code, "quote": one.quote, "message_id": one.message_id, "points": one.points}
