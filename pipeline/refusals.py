"""A provider says no: the one place that knows what follows, whether it comes with the answer or in a report later.

Handled once for each attempt: the part's own state is the lock, and what follows for the contact, the channel and the
operators is written in the transaction that moved the part. What a code asks for is in channels/delivery.py; the table
of what we do is `_plan`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from channels.degrading import plain
from channels.delivery import Verdict
from conversation.work import Work
from pipeline import consequences, delivery_counts, parts
from pipeline.parts import RESENT, Ending, Next, Refusal

RETRY_FIRST_SECONDS, RETRY_LONGEST_SECONDS = 0.5, 60.0
REPORTED_SECONDS = 30.0  # before the next attempt, when the provider took one and then could not deliver it
LATE_SECONDS = (900.0, 1200.0)  # a phone that is off: not before a quarter of an hour
PAIR_SECONDS = 6.0  # Meta, "Pair rate limits": one message in six seconds, and 4^X seconds after refusals
SPAM_SECONDS = 600.0
PAUSED_SECONDS = 5.0  # the channel's own rest decides; this only takes the part out of the way
TOMORROW_SECONDS = 900.0  # caps end at midnight, not to the minute
PATIENT_SECONDS = 86_400.0
MOST_RESENDS = 5
CLOSED = "window_closed"
_TO_PHONE = Verdict("DEAD", "phone")


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the part: another attempt in `wait` seconds (`request`: said another way), or its end."""

    wait: float | None = None
    request: Mapping[str, Any] | None = None
    changed: tuple[str, ...] = ()
    code: str = ""
    is_kept: bool = True


def is_patient(verdict: Verdict) -> bool:
    """Whether parts with this verdict may wait longer than the usual quarter of an hour.

    A phone that is off, a daily cap, a number held back for spam, and a broken set-up: there the words are kept for a
    day, because what is wrong is not theirs and an operator was told. After that they expire, seen by all; and whatever
    closed meanwhile (window, consent, the conversation's owner) stops them when they are claimed.
    """
    return (verdict.error_class, verdict.action) in (("RETRY", "late"), ("RATE", "day"), ("RATE", "spam"), ("CONFIG", ""))


def handle(work: Work, refusal: Refusal, give_up: float) -> bool:
    """Do what the refusal asks for; returns whether it was news. `give_up` is how long all tries together may take."""
    if refusal.verdict == _TO_PHONE and not consequences.move_to_phone(work, refusal.attempt.conversation_id):
        refusal = replace(refusal, verdict=Verdict("DEAD"))
    plan = _within_time(refusal, _plan(refusal, work.now), work.now, give_up)
    if not _apply(work, refusal, plan):
        return False
    delivery_counts.count_code(work, refusal.kind, refusal.code)
    consequences.follow(work, refusal, is_over=plan.wait is None)
    if plan.changed:
        consequences.tell_degraded(work, refusal.attempt.part_id, plan.changed)
    return True


def _plan(refusal: Refusal, now: datetime) -> Plan:
    """What the class and its finer action ask for."""
    verdict, backoff = refusal.verdict, _backoff(refusal)
    match verdict.error_class, verdict.action:
        case "RETRY", "once" | "late":
            wait = random.uniform(*LATE_SECONDS) if verdict.action == "late" else backoff
            return Plan(wait, _marked(refusal)) if not refusal.resent else Plan()
        case "RETRY", "media":
            return Plan(backoff, _marked(refusal)) if refusal.resent < 2 else _plainly(refusal, backoff)
        case "RETRY", _:
            return Plan() if refusal.is_reported and refusal.resent else Plan(backoff, _reported(refusal))
        case "RATE", "pair":
            return Plan(max(PAIR_SECONDS, backoff), _reported(refusal))
        case "RATE", "day":
            return Plan(_until_tomorrow(now), _reported(refusal))
        case "RATE", "spam":
            return Plan(SPAM_SECONDS * random.uniform(1.0, 2.0), _reported(refusal))
        case "RATE", _:
            return Plan(backoff, _reported(refusal))
        case "CONFIG", "":
            return Plan(PAUSED_SECONDS, _reported(refusal))
        case "CONTENT", "plain":
            return _plainly(refusal, backoff)
        case "WINDOW", _:
            return Plan(code=CLOSED)
        case "DEAD", "phone":
            return Plan(0.0, _marked(refusal)) if not refusal.resent else Plan()
        case _:
            return Plan(is_kept=verdict.action != "filtered")


def _plainly(refusal: Refusal, wait: float) -> Plan:
    simpler = plain(refusal.request)
    return Plan(wait, simpler[0], simpler[1]) if simpler else Plan()


def _marked(refusal: Refusal) -> dict[str, Any]:
    return {**refusal.request, RESENT: refusal.resent + 1}


def _reported(refusal: Refusal) -> dict[str, Any] | None:
    return _marked(refusal) if refusal.is_reported else None


def _backoff(refusal: Refusal) -> float:
    """0.5, 1, 2, 4 … 60 s with jitter, or what the provider said."""
    if refusal.retry_after is not None:
        return refusal.retry_after
    if refusal.is_reported:
        return REPORTED_SECONDS * random.uniform(0.8, 1.2)
    doubled = RETRY_FIRST_SECONDS * 2 ** min(refusal.attempt.number - 1, 12)
    return min(RETRY_LONGEST_SECONDS, doubled) * random.uniform(0.8, 1.2)


def _until_tomorrow(now: datetime) -> float:
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds() + random.uniform(0.0, TOMORROW_SECONDS)


def _within_time(refusal: Refusal, plan: Plan, now: datetime, give_up: float) -> Plan:
    """No attempt beyond the time that all of them have together."""
    if plan.wait is None:
        return plan
    longest = max(PATIENT_SECONDS, give_up) if is_patient(refusal.verdict) else give_up
    is_too_late = (now - refusal.first_at).total_seconds() + plan.wait > longest
    return Plan() if is_too_late or refusal.resent >= MOST_RESENDS else plan


def _apply(work: Work, refusal: Refusal, plan: Plan) -> bool:
    why = refusal.text or "The provider refused it."
    if plan.wait is None:
        code = plan.code or refusal.code
        why = why if code == refusal.code else f"{refusal.code}: {why}"
        return parts.end(work, refusal.attempt, Ending(code, why, "failed", refusal.is_reported, plan.is_kept))
    following = Next(work.now + timedelta(seconds=plan.wait), refusal.code, why)
    if refusal.is_reported:
        is_news = parts.resend(work, refusal.attempt, refusal.provider_id, following)
    else:
        is_news = parts.again(work, refusal.attempt, following)
    if is_news and plan.request is not None:
        parts.change(work, refusal.attempt.part_id, plan.request)
    return is_news

