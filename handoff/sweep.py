"""What time does at the desk, once a second: broken promises are admitted, snoozes end, absent holders lose tickets.

Only tickets that nobody took can be late. A holder loses one only while its contact waits for her.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from conversation.tables import Conversation
from conversation.work import Work
from handoff import claims, ledger, moves, queues, sla, telling, waiting_room
from handoff.ledger import Change, Standing
from handoff.tables import Agent, Ticket

AT_ONCE = 50
REPLY_MINUTES = 5.0
AWAY_FOR = timedelta(minutes=5)

_ticket, _agent, _conversation = Ticket.__table__, Agent.__table__, Conversation.__table__


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a holder may be away (no page of hers open), and may leave a contact without a first word."""

    away: timedelta = AWAY_FOR
    reply_minutes: float = REPLY_MINUTES


def tick(work: Work, patience: Patience = Patience()) -> int:
    """Do what is due now; returns how many tickets changed. Twice at the same instant is the same as once."""
    due = [
        *((row, _admit_late) for row in _rows(work, _late(work.now))),
        *((row, _wake) for row in _rows(work, _slept(work.now))),
        *((row, _put_back) for row in _neglected(work, patience)),
    ]
    # in one order, so that two processes never wait for each other
    due.sort(key=lambda pair: pair[0]["conversation_id"])
    return sum(_settle(work, row, settle) for row, settle in due)


def _settle(work: Work, row: Mapping[str, Any], settle: Callable[[Work, Standing], bool]) -> int:
    held = ledger.standing(work, row)
    if held.ticket["state"] != row["state"] or held.ticket["epoch"] != row["epoch"]:
        return 0  # somebody was faster; the next tick looks again
    return int(settle(work, held))


def _admit_late(work: Work, held: Standing) -> bool:
    first = work.connection.execute(
        update(_ticket).where(_ticket.c.ticket_id == held.ticket_id, _ticket.c.late_at.is_(None)).values(late_at=work.now))
    if first.rowcount != 1:
        return False
    ledger.log(work, held, "late", "system", {"queue": held.ticket["queue_id"]})
    if telling.once(work, held, "late"):
        choices = waiting_room.late_choices(held.language)
        telling.say(work, held, work.text("late", held.language), choices)
    return True


def _wake(work: Work, held: Standing) -> bool:
    claims.wake(work, held, moves.CLOCK)
    return True


def _put_back(work: Work, held: Standing) -> bool:
    holder = ledger.name_of(work, held.ticket["holder_id"])
    change = Change(moves.find("release", held.ticket["state"]), moves.CLOCK, data={"agent": holder, "reason": "no_reply"})
    claims.put_back(work, held, change)
    return True


def _late(now: datetime) -> Any:
    return and_(_ticket.c.state == "queued", _ticket.c.late_at.is_(None), _ticket.c.due_at <= now)


def _slept(now: datetime) -> Any:
    return and_(_ticket.c.state == "snoozed", _ticket.c.snoozed_until <= now)


def _rows(work: Work, condition: Any) -> Sequence[Mapping[str, Any]]:
    return work.connection.execute(select(_ticket).where(condition).limit(AT_ONCE)).mappings().all()


def _neglected(work: Work, patience: Patience) -> list[Mapping[str, Any]]:
    silent_since_claim = or_(_ticket.c.replied_at.is_(None), _ticket.c.replied_at < _ticket.c.claimed_at)
    oldest = work.now - min(patience.away, timedelta(minutes=patience.reply_minutes))
    query = (
        select(_ticket, _agent.c.last_seen_at, silent_since_claim.label("is_silent"))
        .join(_agent, _agent.c.agent_id == _ticket.c.holder_id)
        .join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
        .where(_ticket.c.state == "assigned", _conversation.c.waiting_since.is_not(None), _ticket.c.claimed_at <= oldest)
    )
    found = work.connection.execute(query).mappings().all()
    clocks = {queue["queue_id"]: queue for queue in queues.every(work.connection)} if found else {}
    return [row for row in found if _is_neglected(row, clocks[row["queue_id"]], work.now, patience)][:AT_ONCE]


def _is_neglected(row: Mapping[str, Any], queue: Mapping[str, Any], now: datetime, patience: Patience) -> bool:
    seen_at = max(row["last_seen_at"] or row["claimed_at"], row["claimed_at"])
    if now - seen_at > patience.away + queues.ONLINE_FOR:
        return True
    reply_due = sla.reply_is_due(queue, row["claimed_at"], patience.reply_minutes)
    return bool(row["is_silent"]) and reply_due is not None and now >= reply_due
