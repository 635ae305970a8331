"""The clocks of a ticket: by when it is answered, taken, settled; all in the minutes its queue is open, all stored.

First answer: from the handoff. Each further one: from the oldest message nobody has answered. The whole: without the
time it was laid aside or waited for the contact. What the bot did before is in none of them. A clock warns at three
quarters and breaks once; `…_check_at` is when it is looked at next. Everything but `recompute` is pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from conversation.tables import Conversation
from conversation.work import Work
from handoff import hours, queues, rungs
from handoff.tables import LIVE_TICKET_STATES, Ticket

WARNING_SHARE = 0.75
REPLY_WARNING_SHARE = 0.6
NO_REPLY_TIMER = {"reply_due_at": None, "reply_warn_at": None}
AT_AN_END = {**NO_REPLY_TIMER, "rung_due_at": None, "due_check_at": None, "resolve_check_at": None}
Columns = dict[str, Any]

_ticket, _conversation = Ticket.__table__, Conversation.__table__
_live_of = (
    select(_ticket, _conversation.c.waiting_since.label("unanswered_since"))
    .join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
    .where(_ticket.c.queue_id == bindparam("queue"), _ticket.c.state.in_(LIVE_TICKET_STATES))
    .order_by(_ticket.c.conversation_id)
)


def due_at(queue: Mapping[str, Any], opened_at: datetime) -> datetime | None:
    """The end of the queue's promise, in the minutes it is open; None for a queue that never opens."""
    return hours.add_open_time(queue, opened_at, timedelta(minutes=queue["promise_minutes"]))


def first_answer(queue: Mapping[str, Any], opened_at: datetime) -> Columns:
    """The clock that starts with the handoff."""
    return _response(queue, opened_at, queue["promise_minutes"])


def next_answer(queue: Mapping[str, Any], since: datetime) -> Columns:
    """The clock of a contact who has been waiting since then for a further answer."""
    return _response(queue, since, queue["answer_minutes"])


def reply_timer(queue: Mapping[str, Any], since: datetime) -> Columns:
    """By when who takes it now must have written; she is reminded before."""
    minutes = queue["reply_minutes"]
    return {"reply_due_at": _open(queue, since, minutes), "reply_warn_at": _open(queue, since, minutes * REPLY_WARNING_SHARE)}


def settlement(queue: Mapping[str, Any], ticket: Mapping[str, Any]) -> Columns:
    """The clock of the whole, with what it rested; its stage (to be warned of, warned of, broken) stays."""
    minutes, rest = queue["resolve_minutes"], ticket["rest_seconds"] / 60
    if minutes is None:
        return {"resolve_due_at": None, "resolve_check_at": None}
    due = _open(queue, ticket["opened_at"], minutes + rest)
    check = _open(queue, ticket["opened_at"], minutes * WARNING_SHARE + rest)
    return {"resolve_due_at": due, "resolve_check_at": _staged(ticket, "resolve", due, check)}


def of_new(queue: Mapping[str, Any], opened_at: datetime) -> Columns:
    """All clocks of a ticket that opens now."""
    fresh = {"opened_at": opened_at, "rest_seconds": 0, "resolve_due_at": None, "resolve_check_at": None}
    return first_answer(queue, opened_at) | settlement(queue, fresh)


def answered(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> Columns:
    """A person has written: nobody waits for an answer, and the clock of the whole waits for the contact."""
    return {**NO_REPLY_TIMER, "due_at": None, "due_check_at": None, **resting(queue, ticket, now)}


def resting(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> Columns:
    """The contact is to write; after hours of silence the ticket closes by itself, unless it is laid aside."""
    closes_at = None if ticket["state"] == "snoozed" else silent_until(queue, now)
    return {"resting_since": ticket["resting_since"] or now, "rung_due_at": closes_at}


def silent_until(queue: Mapping[str, Any], since: datetime) -> datetime | None:
    """When a ticket whose contact has been silent since then closes by itself; None in a queue that never closes any."""
    return since + timedelta(hours=queue["auto_resolve_hours"]) if queue["auto_resolve_hours"] else None


def asked(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> Columns:
    """The contact writes after an answer: she waits for the next one, and the clock of the whole goes on."""
    clock = next_answer(queue, now) if ticket["first_reply_at"] else {}
    return rested(queue, ticket, now) | clock | {"rung_due_at": None}


def rested(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> Columns:
    """The clock of the whole goes on after its rest."""
    if ticket["resting_since"] is None:
        return {}
    rest = ticket["rest_seconds"] + int(hours.open_time(queue, ticket["resting_since"], now).total_seconds())
    return {"rest_seconds": rest, "resting_since": None} | settlement(queue, {**ticket, "rest_seconds": rest})


def moved(queue: Mapping[str, Any], ticket: Mapping[str, Any], is_waiting: bool) -> Columns:
    """The same clocks by the rules of another queue, or by new rules of its own. `is_waiting`: for an answer."""
    if ticket["first_reply_at"] is None:
        fresh = first_answer(queue, ticket["opened_at"])
    else:
        fresh = next_answer(queue, ticket["waiting_since"])
    clock: Columns = {}
    if is_waiting and (ticket["due_at"] or ticket["first_reply_at"]):
        clock = fresh | {"due_check_at": _staged(ticket, "due", fresh["due_at"], fresh["due_check_at"])}
    return clock | settlement(queue, ticket)


def recompute(work: Work, queue_id: str) -> int:
    """Its hours or its minutes changed: every due time of what is live in it again. Returns how many tickets.

    Raises UnknownQueue.
    """
    queue = queues.get(work.connection, queue_id)
    rows = work.connection.execute(_live_of, {"queue": queue_id}).mappings().all()
    for ticket in rows:
        changed = _again(queue, ticket, work.now)
        work.connection.execute(update(_ticket).where(_ticket.c.ticket_id == ticket["ticket_id"]).values(**changed))
    return len(rows)


def _again(queue: Mapping[str, Any], ticket: Mapping[str, Any], now: datetime) -> Columns:
    changed = moved(queue, ticket, ticket["unanswered_since"] is not None)
    if ticket["promised"] and ticket["rung"] < rungs.OVERFLOW:
        changed["promised"] = ticket["promised"] | {"target": queue["promise_minutes"]}
        if "to" not in ticket["promised"]:  # what she was told stays what she was told
            until = due_at(queue, ticket["opened_at"])
            changed["promised"] |= {"until": until.isoformat() if until else None}
    if ticket["reply_due_at"] is not None:
        changed |= reply_timer(queue, ticket["claimed_at"])
        if ticket["reply_warn_at"] is None:
            changed["reply_warn_at"] = None  # she was reminded before
    if ticket["rung_due_at"] is not None and ticket["state"] == "queued":
        changed["rung_due_at"] = rungs.watch_at(queue, {**ticket, **changed}, now)
    elif ticket["state"] == "assigned" and ticket["unanswered_since"] is None:
        changed["rung_due_at"] = silent_until(queue, ticket["resting_since"] or now)
    return changed


def _response(queue: Mapping[str, Any], since: datetime, minutes: float | None) -> Columns:
    if minutes is None:
        return {"due_at": None, "due_check_at": None}
    return {"due_at": _open(queue, since, minutes), "due_check_at": _open(queue, since, minutes * WARNING_SHARE)}


def _open(queue: Mapping[str, Any], since: datetime, minutes: float) -> datetime | None:
    return hours.add_open_time(queue, since, timedelta(minutes=minutes))


def _staged(ticket: Mapping[str, Any], clock: str, due: datetime | None, check: datetime | None) -> datetime | None:
    old_due, old_check = ticket["resolve_due_at" if clock == "resolve" else "due_at"], ticket[f"{clock}_check_at"]
    if old_due is None:
        return check
    if old_check is None:
        return None  # it broke before
    return due if old_check == old_due else check
