"""What the sender does in the database: take the next part of each conversation, and write down how it went.

One transaction a round does both. A part is `sending` in the database before its first byte leaves, under an epoch, a
window and a consent that were looked at in that same transaction; so after a person's claim commits, no word of the bot
begins its way out. The next part of a conversation waits until the one before has an outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, update

import channels
from channels import twilio_errors, verdicts, windows
from channels.base import Answer
from channels.delivery import Verdict
from conversation import outbox
from conversation.events import TimelineLine
from conversation.outbox import IS_BLOCKED, IS_OPEN, SETTLED_CHECKS
from conversation.prepared import Prepared
from conversation.tables import Channel, Contact, Conversation, OutboxPart
from conversation.work import Work
from pipeline import budget, parts, refusals
from pipeline.budget import USUAL_BUDGET, Budget
from pipeline.gates import PAUSED, Gates
from pipeline.parts import Attempt, Ending, Next, Refusal

READY_AT_ONCE = 512
LATE_CODES = tuple(code for code, one in twilio_errors.VERDICTS.items() if one.action == "late")
TO_PEOPLE = frozenset({"bot", "system"})  # authors whose words nobody is at a desk for

_part, _conversation, _channel = OutboxPart.__table__, Conversation.__table__, Channel.__table__
_contact = Contact.__table__
_open_parts = (
    select(_part.c.part_id, _part.c.conversation_id, _part.c.author, _part.c.epoch, _part.c.state, _part.c.request,
           _part.c.attempt, _part.c.not_before, _part.c.first_at, _part.c.sending_at, _part.c.checked, _part.c.created_at,
           _part.c.error_code, _part.c.position, _conversation.c.epoch.label("current_epoch"), _conversation.c.address,
           _conversation.c.opted_out_at, _conversation.c.marketing_stopped_at, _conversation.c.marketing_rests_until,
           _conversation.c.news_stopped_at,
           _conversation.c.unreachable_at, _conversation.c.last_inbound_at, _conversation.c.free_until,
           _contact.c.blocked_at, _channel.c.kind, _channel.c.account)
    .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
    .where(_part.c.conversation_id.in_(bindparam("ids", expanding=True)), IS_OPEN)
    .order_by(_part.c.conversation_id, _part.c.position)
)
_has_written_since = exists().where(  # a phone that was off is on again: what waited for it need not wait any longer
    _conversation.c.conversation_id == _part.c.conversation_id, _conversation.c.last_inbound_at > _part.c.sending_at)
_ready = (
    select(_part.c.conversation_id)
    .where(IS_OPEN, _part.c.state == "queued", ~IS_BLOCKED,
           or_(_part.c.not_before <= bindparam("now"), and_(_part.c.error_code.in_(LATE_CODES), _has_written_since)))
    .order_by(_part.c.not_before).limit(bindparam("limit"))
)
_open_parts_locked = _open_parts.with_for_update(of=_conversation, skip_locked=True)
_start = Prepared(
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.state == "queued")
    .values(state="sending", owner=bindparam("by"), attempt=_part.c.attempt + 1, lease_until=bindparam("until"),
            sending_at=bindparam("now"), first_at=func.coalesce(_part.c.first_at, bindparam("now")))
)
_started_by = select(_part.c.part_id).where(
    _part.c.part_id.in_(bindparam("ids", expanding=True)), _part.c.state == "sending", _part.c.owner == bindparam("by"))
_moved = select(func.max(func.coalesce(_part.c.sent_at, _part.c.sending_at))).where(
    _part.c.conversation_id == bindparam("id"), _part.c.position < bindparam("at"))


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

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.account)

    @property
    def attempt_id(self) -> str:
        """What the provider is told it is called."""
        return outbox.attempt_id(self.part_id, self.attempt)

    @property
    def as_attempt(self) -> Attempt:
        return Attempt(self.part_id, self.conversation_id, self.attempt)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How sending one part went."""

    claimed: Claimed
    answer: Answer


def ready(work: Work, limit: int = READY_AT_ONCE) -> list[str]:
    """Conversations whose next part may go now, the longest waiting first.

    None of those that wait for an outcome or for their next try: they must not keep the others from being seen.
    """
    return list(work.connection.execute(_ready, {"now": work.now, "limit": limit}).scalars())


def take(
    work: Work, conversation_ids: Sequence[str], owner: str, patience: Patience, gates: Gates | None = None
) -> list[Claimed]:
    """Claim the next part of each of these conversations, where there is one that may go now.

    What a channel's gate keeps back is put off in its row, and keeps its place in the conversation.
    """
    query = _open_parts if work.is_sqlite else _open_parts_locked
    claimed: list[Claimed] = []
    held: list[dict[str, Any]] = []
    blocked = ""
    for part in work.connection.execute(query, {"ids": list(conversation_ids)}).mappings():
        if part["conversation_id"] == blocked or (part["state"] == "unknown" and part["checked"] >= SETTLED_CHECKS):
            continue
        if part["state"] == "queued" and (part["not_before"] <= work.now or _is_back(part) or _is_taken_over(part)):
            if _is_void(work, part, patience):
                continue
            wait = gates.wait(part, work.now.timestamp()) if gates else None
            if wait is None:
                claimed.append(_claimed(part, work.now))
            elif not wait.is_parked:
                held.append({"id": part["part_id"], "later": work.now + timedelta(seconds=wait.seconds), "code": wait.code})
        blocked = part["conversation_id"]
    if held:
        parts.hold_all(work, held)
    claimed = _within_budget(work, claimed, patience.budget)
    if claimed:
        until = work.now + timedelta(seconds=patience.lease)
        started = _start.run(work.connection, [
            {"id": one.part_id, "by": owner, "until": until, "now": work.now} for one in claimed])
        if started < len(claimed):
            return _really_started(work, claimed, owner)
    return claimed


def _really_started(work: Work, claimed: Sequence[Claimed], owner: str) -> list[Claimed]:
    """Those that are ours: a report or a block may have settled a part since it was looked at (PostgreSQL)."""
    mine = set(work.connection.execute(_started_by, {"ids": [one.part_id for one in claimed], "by": owner}).scalars())
    return [one for one in claimed if one.part_id in mine]


def release(work: Work, keys: Iterable[tuple[str, str]]) -> int:
    """A channel was opened again: what its pause held may go now; returns how many parts."""
    there = select(_conversation.c.conversation_id).join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    return sum(
        work.connection.execute(
            update(_part).values(not_before=work.now)
            .where(IS_OPEN, _part.c.state == "queued", _part.c.error_code == PAUSED,
                   _part.c.conversation_id.in_(there.where(_channel.c.kind == kind, _channel.c.account == account)))
        ).rowcount
        for kind, account in keys)


def record(work: Work, outcomes: Iterable[Outcome], patience: Patience) -> None:
    """Write down how sending went."""
    accepted: list[dict[str, Any]] = []
    for outcome in sorted(outcomes, key=lambda one: one.claimed.part_id):  # as the writer locks them for receipts
        _tell_its_writer(work, outcome)
        if outcome.answer.outcome == "sent":
            accepted.append({"id": outcome.claimed.part_id, "provider": outcome.answer.provider_id, "now": work.now})
            continue
        _accept(work, accepted)
        if outcome.answer.outcome == "unknown":
            _doubt(work, outcome, patience)
        else:
            refusals.handle(work, _refusal(outcome), patience.give_up)
    _accept(work, accepted)


def _tell_its_writer(work: Work, outcome: Outcome) -> None:
    """What a person wrote shows on her page how it went; a refusal has its own line."""
    claimed, state = outcome.claimed, outcome.answer.outcome
    if claimed.author == "agent" and state in ("sent", "unknown"):
        work.record(TimelineLine("receipt", claimed.conversation_id, "system", data={"part": claimed.part_id, "state": state}))


def _accept(work: Work, accepted: list[dict[str, Any]]) -> None:
    """Write down together what was accepted so far; the list is empty afterwards."""
    if accepted:
        parts.accept_all(work, accepted)
        accepted.clear()


def _refusal(outcome: Outcome) -> Refusal:
    claimed, answer = outcome.claimed, outcome.answer
    usual = "RETRY" if answer.outcome == "retry" else "FINAL"
    return Refusal(claimed.as_attempt, claimed.kind, claimed.account, claimed.request, claimed.first_at, answer.code,
                   answer.text, Verdict(answer.error_class or usual, answer.action), answer.retry_after)


def _doubt(work: Work, outcome: Outcome, patience: Patience) -> None:
    answer, claimed = outcome.answer, outcome.claimed
    later = claimed.sending_at + timedelta(seconds=patience.proof_first)
    parts.doubt(work, claimed.as_attempt, Next(later, answer.code or "unknown", answer.text or parts.LOST))


def _is_back(part: Mapping[str, Any]) -> bool:
    """It waits for a phone that is off, and its owner has written since."""
    wrote, sent = part["last_inbound_at"], part["sending_at"]
    return part["error_code"] in LATE_CODES and wrote is not None and sent is not None and wrote > sent


def _is_void(work: Work, part: Mapping[str, Any], patience: Patience) -> bool:
    """Not to be sent any more; says so in the row and in the timeline."""
    attempt = Attempt(part["part_id"], part["conversation_id"], part["attempt"])
    silenced = _silenced(part, work.now)
    if silenced:
        parts.suppress(work, attempt, silenced)
    elif not _window_lets(part, work.now):
        why = "The window in which we may write freely has closed."
        parts.end(work, attempt, Ending(refusals.CLOSED, why))
    elif _is_too_old(work, part, patience):
        parts.end(work, attempt, Ending("expired", "It could not be sent in time.", "expired"))
    else:
        return False
    return True


def _is_taken_over(part: Mapping[str, Any]) -> bool:
    """Words of the bot from before people had the conversation: they hold up nobody's, whenever they were to be tried."""
    return bool(part["author"] == "bot" and part["epoch"] != part["current_epoch"])


def _silenced(part: Mapping[str, Any], now: datetime) -> str:
    """The code of why this contact is not to hear it; '' where she may. A confirmation that the law wants always goes."""
    request, author = part["request"], part["author"]
    if _is_taken_over(part):
        return "taken_over"
    if request.get("consent"):
        return ""
    if part["opted_out_at"] is not None:
        return "opted_out"
    if author in TO_PEOPLE and part["blocked_at"] is not None:
        return "blocked"
    if author in TO_PEOPLE and part["unreachable_at"] is not None and not _wrote_after(part, part["unreachable_at"]):
        return "unreachable"
    if request.get("purpose") == "utility" and author in TO_PEOPLE and part["news_stopped_at"] is not None:
        return "news_stopped"
    if request.get("purpose") != "marketing":
        return ""
    if part["marketing_stopped_at"] is not None:
        return "marketing_stopped"
    return "marketing_rest" if part["marketing_rests_until"] and part["marketing_rests_until"] > now else ""


def _wrote_after(part: Mapping[str, Any], moment: datetime) -> bool:
    return part["last_inbound_at"] is not None and part["last_inbound_at"] > moment


def _is_too_old(work: Work, part: Mapping[str, Any], patience: Patience) -> bool:
    """A quarter of an hour is all that words have; a day, where they wait for a phone, a cap or a broken set-up.

    A part that only waited behind such a one has its own time from the moment that one moved.
    """
    age = (work.now - part["created_at"]).total_seconds()
    if age <= patience.give_up:
        return False
    longest = max(patience.give_up, refusals.PATIENT_SECONDS)
    code = part["error_code"]
    if age > longest or code == PAUSED or (code and refusals.is_patient(verdicts.verdict(part["kind"], code))):
        return age > longest
    moved = work.connection.execute(_moved, {"id": part["conversation_id"], "at": part["position"]}).scalar()
    return part["attempt"] > 0 or moved is None or (work.now - moved).total_seconds() > patience.give_up


def _window_state(part: Mapping[str, Any], now: datetime) -> windows.State:
    return channels.adapter(part["kind"]).window.state(part["last_inbound_at"], now, part["free_until"])


def _window_lets(part: Mapping[str, Any], now: datetime) -> bool:
    is_template = "template" in part["request"]
    return channels.adapter(part["kind"]).window.lets(part["author"], _window_state(part, now), template=is_template)


def _within_budget(work: Work, claimed: list[Claimed], allowed: Budget) -> list[Claimed]:
    stopped = budget.refused(work, claimed, allowed)
    for one in claimed:
        if one.part_id in stopped:
            parts.suppress(work, one.as_attempt, stopped[one.part_id])
    return [one for one in claimed if one.part_id not in stopped] if stopped else claimed


def _claimed(part: Mapping[str, Any], now: datetime) -> Claimed:
    request = part["request"]
    if _window_state(part, now) == "human":
        request = {**request, "human_agent": True}
    return Claimed(part["part_id"], part["conversation_id"], part["kind"], part["account"], part["address"],
                   part["author"], request, part["attempt"] + 1, part["first_at"] or now, now)
