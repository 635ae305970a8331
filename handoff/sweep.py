"""What time does at the desk, once a second: clocks warn and break, the unclaimed climb their ladder, snoozes end,
absent holders lose who waits for them, and what its contact left in silence closes.

Only what nobody took climbs the ladder. A holder loses a ticket only while its contact waits for her.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from conversation.tables import Conversation
from conversation.work import Database, Work
from handoff import claims, closing, ladder, ledger, moves, notices, presence, sla
from handoff.ledger import Change, Standing
from handoff.tables import LIVE_TICKET_STATES, Agent, Ticket

AT_ONCE = 60  # in one transaction: others write in between
BUDGET_SECONDS = 0.1  # after which no round begins until those who wait have written
AWAY_FOR = timedelta(minutes=5)

_ticket, _agent, _conversation = Ticket.__table__, Agent.__table__, Conversation.__table__
Settle = Callable[[Work, Standing], bool]


@dataclass(frozen=True, slots=True)
class Swept:
    """How many tickets changed, and whether as many again may be due."""

    changed: int
    is_behind: bool


def catch_up(database: Database, seconds: Callable[[], float] = time.monotonic) -> Swept:
    """Rounds of `tick`, each a short transaction of its own, until nothing is due or its time is over. Whoever
    is behind calls again at once: ten thousand that are due together are done within a minute, and nobody waits long.
    """
    changed, until = 0, seconds() + BUDGET_SECONDS
    while True:
        with database.work() as work:
            done = tick(work)
        changed += done
        is_behind = done * 2 >= AT_ONCE
        if not is_behind or seconds() >= until:
            return Swept(changed, is_behind)


def tick(work: Work, away_for: timedelta = AWAY_FOR) -> int:
    """Do what is due now; returns how many tickets changed. Twice at the same instant is the same as once.

    `away_for`: how long somebody may say that she is away before those who wait for her go back to the queue.
    """
    steps: tuple[tuple[Any, Settle], ...] = (
        (_due(_ticket.c.due_check_at, work.now), _answer_clock),
        (and_(_due(_ticket.c.resolve_check_at, work.now), _ticket.c.resting_since.is_(None)), _whole_clock),
        (_watched("queued", work.now), ladder.climb),
        (_watched("assigned", work.now), _close_silent),
        (and_(_ticket.c.state == "snoozed", _ticket.c.snoozed_until <= work.now), _wake),
        (_timed(work.now), _first_words),
    )
    found = [(_rows(work, condition), settle) for condition, settle in steps]
    found.append((_left_alone(work, away_for), _holder_gone))
    share = AT_ONCE // max(1, sum(bool(rows) for rows, _ in found))  # so that no kind waits for another
    due = [(row, settle) for rows, settle in found for row in rows[:share]]
    # in one order, so that two processes never wait for each other
    due.sort(key=lambda pair: pair[0]["conversation_id"])
    return sum(_settle(work, row, settle) for row, settle in due)


def _settle(work: Work, row: Mapping[str, Any], settle: Settle) -> int:
    held = ledger.standing(work, row)
    if held.ticket["state"] != row["state"] or held.ticket["epoch"] != row["epoch"]:
        return 0  # somebody was faster; the next tick looks again
    return int(settle(work, held))


def _answer_clock(work: Work, held: Standing) -> bool:
    """The first answer, or a further one, is to be given soon, or should have been."""
    clock = "first" if held.ticket["first_reply_at"] is None else "next"
    if held.ticket["due_at"] is None or held.ticket["due_check_at"] is None:
        return False
    if work.now < held.ticket["due_at"]:
        return _warn(work, held, clock, {"due_check_at": held.ticket["due_at"]})
    return _breach(work, held, clock, {"due_check_at": None, "breached_at": work.now})


def _whole_clock(work: Work, held: Standing) -> bool:
    due = held.ticket["resolve_due_at"]
    if due is None or held.ticket["resolve_check_at"] is None:
        return False
    if work.now < due:
        return _warn(work, held, "resolution", {"resolve_check_at": due})
    return _breach(work, held, "resolution", {"resolve_check_at": None, "breached_at": work.now})


def _warn(work: Work, held: Standing, clock: str, written: Mapping[str, Any]) -> bool:
    ledger.note_ticket(work, held.ticket_id, written)
    ledger.log(work, held, "warned", "system", {"clock": clock, "queue": held.ticket["queue_id"]})
    holder = held.ticket["holder_id"]
    if holder:  # what nobody holds calls its whole queue at this very moment: that is the ladder's
        notices.add(work, "warned", [holder], held.conversation_id, held.ticket_id, data={"clock": clock})
    return True


def _breach(work: Work, held: Standing, clock: str, written: Mapping[str, Any]) -> bool:
    ledger.note_ticket(work, held.ticket_id, written)
    ledger.log(work, held, "breached", "system", {"clock": clock, "queue": held.ticket["queue_id"]})
    holder, queue_id = held.ticket["holder_id"], held.ticket["queue_id"]
    people = [holder, *ladder.supervisors(work.connection)] if holder else ladder.members(work.connection, queue_id)
    notices.add(work, "breached", people, held.conversation_id, held.ticket_id, data={"clock": clock})
    return True


def _wake(work: Work, held: Standing) -> bool:
    claims.wake(work, held, moves.CLOCK)
    return True


def _close_silent(work: Work, held: Standing) -> bool:
    """Hours of silence, while it was the contact's turn to write."""
    if held.conversation["waiting_since"] is None:
        closing.end_silent(work, held)
        return True
    ledger.note_ticket(work, held.ticket_id, {"rung_due_at": None})
    return False


def _first_words(work: Work, held: Standing) -> bool:
    """The holder has said nothing yet: she is reminded once, then others have it."""
    due = held.ticket["reply_due_at"]
    if due is None or held.conversation["waiting_since"] is None:
        ledger.note_ticket(work, held.ticket_id, sla.NO_REPLY_TIMER)
        return False
    if work.now >= due:
        _put_back(work, held, "no_reply")
        return True
    ledger.note_ticket(work, held.ticket_id, {"reply_warn_at": None})
    ledger.log(work, held, "warned", "system", {"clock": "reply", "agent": ledger.name_of(work, held.ticket["holder_id"])})
    data = {"clock": "reply", "due": due.isoformat()}
    notices.add(work, "warned", [held.ticket["holder_id"]], held.conversation_id, held.ticket_id, data=data)
    return True


def _holder_gone(work: Work, held: Standing) -> bool:
    if held.conversation["waiting_since"] is None:
        return False
    _put_back(work, held, "holder_away")
    return True


def _put_back(work: Work, held: Standing, reason: str) -> None:
    holder = ledger.name_of(work, held.ticket["holder_id"])
    change = Change(moves.find("release", held.ticket["state"]), moves.CLOCK, data={"agent": holder, "reason": reason})
    claims.put_back(work, held, change)


def _due(column: Any, now: datetime) -> Any:
    return and_(column <= now, _ticket.c.state.in_(LIVE_TICKET_STATES))


def _watched(state: str, now: datetime) -> Any:
    return and_(_ticket.c.rung_due_at <= now, _ticket.c.state == state)


def _timed(now: datetime) -> Any:
    is_due = or_(_ticket.c.reply_due_at <= now, _ticket.c.reply_warn_at <= now)
    return and_(_ticket.c.reply_due_at.is_not(None), _ticket.c.state == "assigned", is_due)


def _rows(work: Work, condition: Any) -> Sequence[Mapping[str, Any]]:
    return work.connection.execute(select(_ticket).where(condition).limit(AT_ONCE)).mappings().all()


def _left_alone(work: Work, away_for: timedelta) -> list[Mapping[str, Any]]:
    """Held tickets whose contact waits, and whose holder has no page open, or has been away for too long.

    Away and yet writing is not gone: what she answered a moment ago stays hers.
    """
    since = work.now - away_for
    offline = or_(_agent.c.last_seen_at.is_(None), _agent.c.last_seen_at <= work.now - presence.ONLINE_FOR)
    away = and_(_agent.c.presence == presence.AWAY, _agent.c.presence_at <= since)
    # the few who are gone first: what all the others hold is not looked at
    gone = {row.agent_id: row.is_offline for row in work.connection.execute(
        select(_agent.c.agent_id, offline.label("is_offline")).where(or_(offline, away)))}
    if not gone:
        return []
    query = (
        select(_ticket)
        .join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
        .where(_ticket.c.holder_id.in_(sorted(gone)), _ticket.c.state == "assigned", _conversation.c.waiting_since.is_not(None))
    )
    found = work.connection.execute(query).mappings().all()
    return [row for row in found if _is_left(row, gone[row["holder_id"]], work.now, since)][:AT_ONCE]


def _is_left(row: Mapping[str, Any], is_offline: bool, now: datetime, since: datetime) -> bool:
    if is_offline:
        return bool(row["claimed_at"] <= now - presence.ONLINE_FOR)
    return bool(row["claimed_at"] <= since) and not (row["replied_at"] and row["replied_at"] > since)
