"""The states of an outbound part, one function per step: accepted, in doubt, again, ended.

Each is a conditional update: of two that know of the same attempt, one changes the part. A part that ends without having
been delivered is seen by a person: in the conversation and among the dead letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, update

from channels.delivery import Verdict
from conversation.events import Notice, TimelineLine
from conversation.outbox import SETTLED_CHECKS
from conversation.prepared import Prepared
from conversation.tables import OPEN_PART_STATES, OutboxPart
from conversation.work import Work
from pipeline import dead_letters

LOST = "The provider's answer was lost."
RESENT = "resent"  # how often an accepted part was sent again after a report, kept with its request

_part = OutboxPart.__table__
_is_open = or_(*(_part.c.state == state for state in OPEN_PART_STATES))
_ending = update(_part).where(_part.c.part_id == bindparam("id")).values(
    state=bindparam("new_state"), error_code=bindparam("code"), error_text=bindparam("why"), owner=None, lease_until=None)
_end = _ending.where(_part.c.state.in_(OPEN_PART_STATES))
_end_reported = _ending.where(_part.c.state.in_((*OPEN_PART_STATES, "sent")))
# An acceptance may be heard of after the report that this very attempt could not be delivered: then it is over.
_is_not_over = or_(_part.c.earlier_id.is_(None), _part.c.earlier_id != bindparam("provider"))
_accepted = Prepared(
    update(_part).where(_part.c.part_id == bindparam("id"), _is_not_over)
    .values(provider_id=func.coalesce(_part.c.provider_id, bindparam("provider")), owner=None, lease_until=None,
            sent_at=func.coalesce(_part.c.sent_at, bindparam("now")), state=case((_is_open, "sent"), else_=_part.c.state),
            error_code=case((_is_open, None), else_=_part.c.error_code),
            error_text=case((_is_open, None), else_=_part.c.error_text))
)
_again = (  # not once a later attempt is under way: another sender may have looked into the same doubt
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.attempt == bindparam("tried"))
    .values(state=bindparam("new_state"), not_before=bindparam("later"), checked=bindparam("times"), owner=None,
            lease_until=None, error_code=bindparam("code"), error_text=bindparam("why"))
)
_again_after = _again.where(_part.c.state.in_(("sending", "unknown")))
_again_settled = _again.where(_part.c.state == "unknown")
_resend = (
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.attempt == bindparam("tried"),
                        or_(_part.c.state.in_(("sending", "unknown", "sent")),
                            and_(_part.c.state == "queued", _part.c.attempt > 0)))
    .values(state="queued", not_before=bindparam("later"), checked=0, owner=None, lease_until=None, sent_at=None,
            provider_id=None, earlier_id=func.coalesce(bindparam("provider"), _part.c.provider_id),
            error_code=bindparam("code"), error_text=bindparam("why"))
)
_change = update(_part).where(_part.c.part_id == bindparam("id")).values(request=bindparam("new_request"))
_hold = Prepared(
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.state == "queued")
    .values(not_before=bindparam("later"), error_code=func.coalesce(bindparam("code"), _part.c.error_code))
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send a part, as far as its end concerns."""

    part_id: str
    conversation_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no to one attempt. `provider_id` is the provider's id where it had taken the part (`is_reported`)."""

    attempt: Attempt
    kind: str
    account: str
    request: Mapping[str, Any]
    first_at: datetime
    code: str
    text: str
    verdict: Verdict
    retry_after: float | None = None
    is_reported: bool = False
    provider_id: str = ""

    @property
    def resent(self) -> int:
        return int(self.request.get(RESENT, 0))


@dataclass(frozen=True, slots=True)
class Next:
    """When an attempt is followed by another one, and why."""

    later: datetime
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a part ends: `failed`, `expired` or `suppressed`.

    `is_reported`: the provider had taken it before. `is_kept`: among the dead letters, from where it may be run again.
    """

    code: str
    why: str = ""
    state: str = "failed"
    is_reported: bool = False
    is_kept: bool = True


def accept_all(work: Work, accepted: Sequence[Mapping[str, Any]]) -> None:
    """The provider has them: {id, provider, now} each."""
    _accepted.run(work.connection, accepted)


def accept(work: Work, part_id: str, provider_id: str) -> None:
    """The provider has it: found in its list."""
    accept_all(work, [{"id": part_id, "provider": provider_id, "now": work.now}])


def look_again(work: Work, attempt: Attempt, times: int, later: datetime) -> bool:
    """The outcome is still unknown; look once more then."""
    return _step(work, _again_settled, attempt, ("unknown", times), Next(later, "unknown", LOST))


def send_again(work: Work, attempt: Attempt) -> bool:
    """It is proven not to have been accepted: back to the head of its conversation."""
    return _step(work, _again_settled, attempt, ("queued", 0), Next(work.now, "", ""))


def doubt(work: Work, attempt: Attempt, next_: Next) -> bool:
    """The answer was lost: it may have been accepted."""
    return _step(work, _again_after, attempt, ("unknown", 0), next_)


def again(work: Work, attempt: Attempt, next_: Next) -> bool:
    """It was not accepted for certain: send it again then."""
    return _step(work, _again_after, attempt, ("queued", 0), next_)


def _step(work: Work, statement: Any, attempt: Attempt, to: tuple[str, int], next_: Next) -> bool:
    state, times = to
    done = work.connection.execute(statement, {
        "id": attempt.part_id, "tried": attempt.number, "new_state": state, "later": next_.later, "times": times,
        "code": next_.code or None, "why": next_.why or None})
    return bool(done.rowcount)


def resend(work: Work, attempt: Attempt, provider_id: str, next_: Next) -> bool:
    """It was accepted, and reported as failed: send it once more then, as a new attempt."""
    done = work.connection.execute(_resend, {
        "id": attempt.part_id, "tried": attempt.number, "later": next_.later, "provider": provider_id or None,
        "code": next_.code, "why": next_.why})
    return bool(done.rowcount)


def change(work: Work, part_id: str, request: Mapping[str, Any]) -> None:
    """Say it another way from the next attempt on."""
    work.connection.execute(_change, {"id": part_id, "new_request": dict(request)})


def hold_all(work: Work, held: Sequence[Mapping[str, Any]]) -> None:
    """Not before `later`: {id, later, code or None} each; its place in the conversation is kept."""
    _hold.run(work.connection, held)


def end(work: Work, attempt: Attempt, ending: Ending) -> bool:
    """It will not be sent (again), and a person sees it; returns whether that is news."""
    if not _end_as(work, attempt, ending):
        return False
    if ending.is_kept:
        dead_letters.bury(work, "send", attempt.conversation_id, f"{ending.code}: {ending.why}",
                          {"part": attempt.part_id})
    return True


def _end_as(work: Work, attempt: Attempt, ending: Ending) -> bool:
    done = work.connection.execute(_end_reported if ending.is_reported else _end, {
        "id": attempt.part_id, "new_state": ending.state, "code": ending.code, "why": ending.why or None})
    return bool(done.rowcount)


def suppress(work: Work, attempt: Attempt, code: str) -> None:
    """It may not be said any more; says so in the row and in the timeline."""
    if _end_as(work, attempt, Ending(code, state="suppressed")):
        work.record(TimelineLine("suppressed", attempt.conversation_id, "system",
                                 data={"part": attempt.part_id, "why": code}))


def leave_unknown(work: Work, attempt: Attempt) -> bool:
    """Nobody will ever settle it: the conversation goes on, a person may send it again."""
    work.notify(Notice("deliver", attempt.conversation_id))
    return look_again(work, attempt, SETTLED_CHECKS, work.now)
