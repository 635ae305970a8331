"""What the sender does in the database: take the next part of each conversation, and write down how it went.

One transaction a round does both. A part is `sending` in the database before its first byte leaves, under an epoch, a
window and a consent that were looked at in that same transaction; so after a person's claim commits, no word of the bot
begins its way out. The next part of a conversation waits until the one before has an outcome.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update

import channels
from channels import windows
from channels.base import Answer
from conversation.events import TimelineLine
from conversation.outbox import IS_BLOCKED, IS_OPEN, SETTLED_CHECKS
from conversation.prepared import Prepared
from conversation.tables import OPEN_PART_STATES, Channel, Conversation, OutboxPart
from conversation.work import Work
from pipeline import budget, dead_letters
from pipeline.budget import USUAL_BUDGET, Budget

RETRY_FIRST_SECONDS, RETRY_LONGEST_SECONDS = 0.5, 60.0
PATIENT_CODES = frozenset({"30003", "30022", "30023", "30027", "63038"})  # daily caps, a phone that is off
PATIENT_SECONDS = 86_400.0
READY_AT_ONCE = 512

_part, _conversation, _channel = OutboxPart.__table__, Conversation.__table__, Channel.__table__
_open_parts = (
    select(_part.c.part_id, _part.c.conversation_id, _part.c.author, _part.c.epoch, _part.c.state, _part.c.request,
           _part.c.attempt, _part.c.not_before, _part.c.first_at, _part.c.checked, _part.c.created_at, _part.c.error_code,
           _conversation.c.epoch.label("current_epoch"), _conversation.c.address,
           _conversation.c.opted_out_at, _conversation.c.last_inbound_at, _conversation.c.free_until, _channel.c.kind, _channel.c.account)
    .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_part.c.conversation_id.in_(bindparam("ids", expanding=True)),
           IS_OPEN)
    .order_by(_part.c.conversation_id, _part.c.position)
)
_ready = (
    select(_part.c.conversation_id)
    .where(IS_OPEN, _part.c.state == "queued", _part.c.not_before <= bindparam("now"), ~IS_BLOCKED)
    .order_by(_part.c.not_before).limit(bindparam("limit"))
)
_open_parts_locked = _open_parts.with_for_update(of=_conversation, skip_locked=True)
_start = Prepared(
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.state == "queued")
    .values(state="sending", owner=bindparam("by"), attempt=_part.c.attempt + 1, lease_until=bindparam("until"),
            sending_at=bindparam("now"), first_at=func.coalesce(_part.c.first_at, bindparam("now")))
)
_end = (
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.state.in_(OPEN_PART_STATES))
    .values(state=bindparam("new_state"), error_code=bindparam("code"), error_text=bindparam("why"), owner=None,
            lease_until=None)
)
_accepted = Prepared(
    update(_part).where(_part.c.part_id == bindparam("id"))
    .values(provider_id=func.coalesce(_part.c.provider_id, bindparam("provider")), owner=None, lease_until=None,
            sent_at=func.coalesce(_part.c.sent_at, bindparam("now")),
            state=case((or_(*(_part.c.state == state for state in OPEN_PART_STATES)), "sent"), else_=_part.c.state))
)
_again = (  # not once a later attempt is under way: another sender may have looked into the same doubt
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.attempt == bindparam("tried"))
    .values(state=bindparam("new_state"), not_before=bindparam("later"), checked=bindparam("times"), owner=None,
            lease_until=None, error_code=bindparam("code"), error_text=bindparam("why"))
)
_again_after = _again.where(_part.c.state.in_(("sending", "unknown")))
_again_settled = _again.where(_part.c.state == "unknown")
_stop = update(_conversation).where(_conversation.c.conversation_id == bindparam("id")).values(
    opted_out_at=func.coalesce(_conversation.c.opted_out_at, bindparam("now")))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds: a lease, the looks for an unknown outcome, and all tries together.

    `budget` is how many SMS may go out a day.
    """

    lease: float = 30.0
    proof_first: float = 30.0
    proof_last: float = 120.0
    give_up: float = 900.0
    budget: Budget = USUAL_BUDGET


@dataclass(frozen=True, slots=True)
class Claimed:
    """One part that is ours to send now."""

    part_id: str
    conversation_id: str
    kind: str
    account: str
    address: str
    author: str
    request: Mapping[str, Any]
    attempt: int
    first_at: datetime
    sending_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How sending one part went."""

    claimed: Claimed
    answer: Answer


def name_of_this_process() -> str:
    """Who holds a lease: host and process, so that the next process on this host can tell that the last one is dead."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(owner: str | None) -> bool:
    """True where the process that held a lease ran on this host and is gone."""
    host, _, pid = (owner or "").rpartition(":")
    if host != socket.gethostname() or not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def ready(work: Work, limit: int = READY_AT_ONCE) -> list[str]:
    """Conversations whose next part may go now, the longest waiting first.

    None of those that wait for an outcome or for their next try: they must not keep the others from being seen.
    """
    return list(work.connection.execute(_ready, {"now": work.now, "limit": limit}).scalars())


def take(work: Work, conversation_ids: Sequence[str], owner: str, patience: Patience) -> list[Claimed]:
    """Claim the next part of each of these conversations, where there is one that may go now."""
    query = _open_parts if work.is_sqlite else _open_parts_locked
    claimed: list[Claimed] = []
    blocked = ""
    for part in work.connection.execute(query, {"ids": list(conversation_ids)}).mappings():
        if part["conversation_id"] == blocked or (part["state"] == "unknown" and part["checked"] >= SETTLED_CHECKS):
            continue
        if part["state"] == "queued" and part["not_before"] <= work.now:
            if _is_void(work, part, patience):
                continue
            claimed.append(_claimed(part, work.now))
        blocked = part["conversation_id"]
    claimed = _within_budget(work, claimed, patience.budget)
    if claimed:
        until = work.now + timedelta(seconds=patience.lease)
        _start.run(work.connection, [
            {"id": one.part_id, "by": owner, "until": until, "now": work.now} for one in claimed])
    return claimed


def record(work: Work, outcomes: Iterable[Outcome], patience: Patience) -> None:
    """Write down how sending went."""
    accepted = []
    for outcome in sorted(outcomes, key=lambda one: one.claimed.part_id):  # as the writer locks them for receipts
        match outcome.answer.outcome:
            case "sent":
                accepted.append({"id": outcome.claimed.part_id, "provider": outcome.answer.provider_id,
                                 "now": work.now})
            case "retry":
                _retry(work, outcome, patience)
            case "unknown":
                _unknown(work, outcome, patience)
            case _:
                fail(work, outcome.claimed, outcome.answer.code, outcome.answer.text)
                if outcome.answer.error_class == "OPTOUT":
                    work.connection.execute(_stop, {"id": outcome.claimed.conversation_id, "now": work.now})
    if accepted:
        _accepted.run(work.connection, accepted)


def accept(work: Work, part_id: str, provider_id: str) -> None:
    """The provider has it: found in its list."""
    _accepted.run(work.connection, [{"id": part_id, "provider": provider_id, "now": work.now}])


def look_again(work: Work, part_id: str, tried: int, times: int, later: datetime) -> None:
    """The outcome of attempt `tried` is still unknown; look once more then."""
    work.connection.execute(_again_settled, {
        "id": part_id, "tried": tried, "new_state": "unknown", "later": later, "times": times, "code": "unknown",
        "why": "The provider's answer was lost."})


def send_again(work: Work, part_id: str, tried: int) -> None:
    """Attempt `tried` is proven not to have been accepted: back to the head of its conversation."""
    work.connection.execute(_again_settled, {
        "id": part_id, "tried": tried, "new_state": "queued", "later": work.now, "times": 0, "code": None, "why": None})


def fail(work: Work, claimed: Claimed, code: str, text: str, state: str = "failed") -> None:
    """It will not be sent. A person sees it: in the conversation and among the dead letters."""
    done = work.connection.execute(_end, {"id": claimed.part_id, "new_state": state, "code": code, "why": text})
    if done.rowcount:
        dead_letters.bury(work, "send", claimed.conversation_id, f"{code}: {text}", {"part": claimed.part_id})


def _is_void(work: Work, part: Mapping[str, Any], patience: Patience) -> bool:
    """Not to be sent any more; says so in the row and in the timeline."""
    consent = bool(part["request"].get("consent"))
    if part["author"] == "bot" and part["epoch"] != part["current_epoch"]:
        _suppress(work, part, "taken_over")
    elif part["opted_out_at"] is not None and not consent:
        _suppress(work, part, "opted_out")
    elif not _window_lets(part, work.now):
        fail(work, _claimed(part, work.now), "window_closed", "The window in which we may write freely has closed.")
    elif (work.now - part["created_at"]).total_seconds() > patience.give_up and part["error_code"] not in PATIENT_CODES:
        fail(work, _claimed(part, work.now), "expired", "It could not be sent in time.", "expired")
    else:
        return False
    return True


def _window_state(part: Mapping[str, Any], now: datetime) -> windows.State:
    return channels.adapter(part["kind"]).window.state(part["last_inbound_at"], now, part["free_until"])


def _window_lets(part: Mapping[str, Any], now: datetime) -> bool:
    is_template = "template" in part["request"]
    return channels.adapter(part["kind"]).window.lets(part["author"], _window_state(part, now), template=is_template)


def _suppress(work: Work, part: Mapping[str, Any], code: str) -> None:
    work.connection.execute(_end, {"id": part["part_id"], "new_state": "suppressed", "code": code, "why": None})
    work.record(TimelineLine("suppressed", part["conversation_id"], "system", data={"part": part["part_id"],
                                                                                   "why": code}))


def _within_budget(work: Work, claimed: list[Claimed], allowed: Budget) -> list[Claimed]:
    stopped = budget.refused(work, claimed, allowed)
    for one in claimed:
        if one.part_id in stopped:
            _suppress(work, {"part_id": one.part_id, "conversation_id": one.conversation_id}, stopped[one.part_id])
    return [one for one in claimed if one.part_id not in stopped] if stopped else claimed


def _claimed(part: Mapping[str, Any], now: datetime) -> Claimed:
    request = part["request"]
    if _window_state(part, now) == "human":
        request = {**request, "human_agent": True}
    return Claimed(part["part_id"], part["conversation_id"], part["kind"], part["account"], part["address"],
                   part["author"], request, part["attempt"] + 1, part["first_at"] or now, now)


def _retry(work: Work, outcome: Outcome, patience: Patience) -> None:
    claimed, answer = outcome.claimed, outcome.answer
    doubled = RETRY_FIRST_SECONDS * 2 ** min(claimed.attempt - 1, 12)
    wait = answer.retry_after or min(RETRY_LONGEST_SECONDS, doubled) * random.uniform(0.8, 1.2)
    longest = PATIENT_SECONDS if answer.code in PATIENT_CODES else patience.give_up
    if (work.now - claimed.first_at).total_seconds() + wait > longest:
        fail(work, claimed, answer.code, answer.text or "The provider refused it for too long.")
        return
    work.connection.execute(_again_after, {
        "id": claimed.part_id, "tried": claimed.attempt, "new_state": "queued", "later": work.now + timedelta(seconds=wait), "times": 0,
        "code": answer.code, "why": answer.text})


def _unknown(work: Work, outcome: Outcome, patience: Patience) -> None:
    later = outcome.claimed.sending_at + timedelta(seconds=patience.proof_first)
    work.connection.execute(_again_after, {
        "id": outcome.claimed.part_id, "tried": outcome.claimed.attempt, "new_state": "unknown", "later": later, "times": 0,
        "code": outcome.answer.code or "unknown", "why": outcome.answer.text or "The provider's answer was lost."})
