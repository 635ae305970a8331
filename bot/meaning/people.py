"""A person asked for, or frustration: weighed by `bot.escalation`, with the contact's own words as evidence."""

from __future__ import annotations

from typing import Any

from bot import escalation
from bot.flow.events import CallResult
from bot.flow.moves import Move, ToPeople
from bot.hearing import Hearing
from bot.meaning import second_opinion, triggers
from bot.meaning.answers import within
from bot.meaning.offer import offer
from bot.understanding.reading import Reading


def decide(hearing: Hearing) -> Move | None:
    reading = hearing.understood()
    follow_language(hearing, reading)
    state, policy = hearing.state, policy_of(hearing)
    if escalation.is_left_alone(reading, policy, _place(hearing)):
        return None
    before = state.get("mood") or {}
    mood, verdict = _weighed(hearing, reading)
    state["mood"] = mood
    if policy.judge and verdict.decision != "handoff" and not before.get("guard"):
        second_opinion.ask(hearing, verdict)
    if verdict.decision == "none":
        return None
    if verdict.reason == "no_progress" and hearing.pending:
        # The question counts its own tries and says itself where the contact goes when they run out.
        state["mood"] = escalation.set_aside(before, mood)
        return None
    if verdict.decision == "ask":
        return offer(hearing, hearing.text)
    return hand_over(hearing, verdict)


def _place(hearing: Hearing) -> str:
    """Is it an answer to what was asked, a question that is known, a flow's phrase; may it be an answer at least?"""
    if within(hearing) or hearing.asked or triggers.whole_phrase(hearing):
        return escalation.SURE_PLACE
    return escalation.FREE_PLACE if hearing.is_free else ""


def asked_for(hearing: Hearing) -> Move | None:
    """Only what is said outright, for moments at which everything else has to wait."""
    if not hearing.text or triggers.whole_phrase(hearing):
        return None
    reading = hearing.understood()
    if reading.human_request < policy_of(hearing).human_request_high:
        return None
    mood, verdict = _weighed(hearing, reading)
    if verdict.decision != "handoff":
        return None
    hearing.state["mood"] = mood
    return hand_over(hearing, verdict)


def judged(hearing: Hearing, result: CallResult) -> Move | None:
    """What a judge's opinion, come later, changes: a person, the gentle question, or nothing."""
    verdict = second_opinion.heard(hearing, result, policy_of(hearing))
    if verdict.decision == "none" or hearing.state.get("gentle"):
        return None
    mood, today = hearing.state.get("mood") or {}, hearing.moment.now.date().isoformat()
    if verdict.decision == "handoff" or mood.get("asked_on") == today:
        return hand_over(hearing, verdict)
    hearing.state["mood"] = {**mood, "asked_on": today}
    return offer(hearing)


def people_of(hearing: Hearing) -> str:
    """Who takes over when no flow is running: the people of what the message, or the last answer, is about."""
    if hearing.state.get("frames"):
        return ""
    name = hearing.library.trigger(hearing.words, hearing.text)
    return hearing.library.flows[name].queue if name else str(hearing.state.get("topic") or "")


def policy_of(hearing: Hearing) -> escalation.Policy:
    """The policy as it holds on this channel and in this language."""
    policy: escalation.Policy = hearing.library.policy
    return policy.at(hearing.moment.channel, hearing.state["lang"][:2])


def _weighed(hearing: Hearing, reading: Reading) -> tuple[dict[str, Any], escalation.Verdict]:
    last = hearing.state.get("last") or {}
    heard = escalation.Heard(
        text=hearing.text,
        reading=reading,
        message_id=hearing.said.message_id,
        now=hearing.moment.now,
        last_outcome=last.get("outcome", ""),
        last_answer=last.get("answer", ""),
        last_slot=last.get("slot", ""),
        channel=hearing.moment.channel,
        language=hearing.state["lang"][:2],
    )
    return escalation.weigh(hearing.state.get("mood") or {}, heard, hearing.library.policy)


def hand_over(hearing: Hearing, verdict: escalation.Verdict) -> ToPeople:
    return ToPeople(
        reason=verdict.reason,
        queue=people_of(hearing),
        priority=verdict.priority,
        evidence=verdict.evidence,
        score=verdict.score,
        threshold=verdict.threshold,
    )


def follow_language(hearing: Hearing, reading: Reading) -> None:
    """The first message sets the language; later it takes two running in another one."""
    state, found = hearing.state, reading.language
    if found is None or found not in hearing.library.project.languages or found == state["lang"][:2]:
        state["other"] = None
    elif not state.get("met") or state.get("other") == found:
        state["lang"], state["other"] = found, None
    else:
        state["other"] = found
