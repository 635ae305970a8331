"""What is done for a ticket that nobody takes: its people are called again, then others, then the contact is told.

Only unclaimed tickets are here; who takes one ends it (`move_clocks`). When each step is due stands in `rungs`. Where
somebody answers from the page's own inbox, nothing happens until twenty minutes after her last line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from conversation.work import Work
from handoff import closing, ledger, notices, queues, rungs, sla, telling, waiting_room
from handoff.access import SEES_EVERYTHING, Reader
from handoff.ledger import Standing
from handoff.tables import Agent, Membership

_agent, _membership = Agent.__table__, Membership.__table__
_active = select(_agent.c.agent_id).where(_agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False))


def members(reader: Reader, queue_id: str) -> list[str]:
    """Everybody who works in a queue, at her desk or not."""
    mine = _active.join(_membership, _membership.c.agent_id == _agent.c.agent_id)
    return list(reader.execute(mine.where(_membership.c.queue_id == queue_id)).scalars())


def supervisors(reader: Reader) -> list[str]:
    """Everybody who answers for all queues."""
    return list(reader.execute(_active.where(_agent.c.role.in_(SEES_EVERYTHING))).scalars())


def climb(work: Work, held: Standing) -> bool:
    """Do what is due for this unclaimed ticket, and note when it is to be looked at next. True: something was done."""
    queue = queues.get(work.connection, held.ticket["queue_id"])
    outside = held.ticket["held_outside_until"]
    if outside is not None:
        return _outside_is_over(work, held, queue) if work.now >= outside else False
    done = [_break(work, held, queue), _go_up(work, held, queue)]
    held = ledger.standing(work, held.ticket)
    done.append(_tell_closed(work, held, queue) or _tell_place(work, held, queue))
    held = ledger.standing(work, held.ticket)
    queue = queues.get(work.connection, held.ticket["queue_id"])
    ledger.note_ticket(work, held.ticket_id, {"rung_due_at": rungs.watch_at(queue, held.ticket, work.now)})
    return any(done)


def hold_outside(work: Work, ticket_id: str, until: datetime) -> None:
    """Somebody answers from the page's own inbox: nobody is called for it until then."""
    ledger.note_ticket(work, ticket_id, {"held_outside_until": until, "rung_due_at": until})


def _break(work: Work, held: Standing, queue: Mapping[str, Any]) -> bool:
    broken = rungs.broken_since(held.ticket, work.now)
    if broken is None:
        return False
    ledger.note_ticket(work, held.ticket_id, {"broken_at": broken})
    ledger.log(work, held, "promise_broken", "system", {"queue": queue["queue_id"], **held.ticket["promised"]})
    return True


def _go_up(work: Work, held: Standing, queue: Mapping[str, Any]) -> bool:
    """Every rung that is due; where the higher one calls people too, the lower one is left out."""
    due = rungs.reached(queue, held.ticket, work.now)
    for rung in due:
        if rung != rungs.AGAIN or len(due) == 1:
            _STEPS[rung](work, held, queue)
    if due:
        ledger.note_ticket(work, held.ticket_id, {"rung": due[-1]})
    return bool(due)


def _call_again(work: Work, held: Standing, queue: Mapping[str, Any]) -> None:
    data = {"queue": queue["queue_id"], "again": True}
    notices.add(work, "queued", members(work.connection, queue["queue_id"]), held.conversation_id, held.ticket_id, data=data)
    ledger.log(work, held, "called_again", "system", {"queue": queue["queue_id"]})


def _overflow(work: Work, held: Standing, queue: Mapping[str, Any]) -> None:
    """T is over: the supervisors know, and another queue helps where one is named and takes tickets."""
    data = {"queue": queue["queue_id"], "clock": "unclaimed"}
    notices.add(work, "breached", supervisors(work.connection), held.conversation_id, held.ticket_id, data=data)
    other = queues.get_or_default(work, queue["overflow_queue_id"] or queue["queue_id"])
    if other["queue_id"] == queue["queue_id"] or not takes_tickets(other):
        return
    ledger.note_ticket(work, held.ticket_id, {"queue_id": other["queue_id"]})
    ledger.log(work, held, "overflow", "system", {"from": queue["queue_id"], "queue": other["queue_id"]})
    told = {"queue": other["queue_id"], "from": queue["queue_id"]}
    notices.add(work, "queued", members(work.connection, other["queue_id"]), held.conversation_id, held.ticket_id, data=told)


def _apologise(work: Work, held: Standing, queue: Mapping[str, Any]) -> None:
    ledger.note_ticket(work, held.ticket_id, {"late_at": work.now})
    ledger.log(work, held, "late", "system", {"queue": queue["queue_id"]})
    if rungs.WRITE_ME not in held.ticket["told"] and telling.once(work, held, "late"):
        telling.say(work, held, work.text("late", held.language), waiting_room.late_choices(held.language))


_STEPS = {rungs.AGAIN: _call_again, rungs.OVERFLOW: _overflow, rungs.LATE: _apologise}


def takes_tickets(queue: Mapping[str, Any]) -> bool:
    """Whether new tickets may come into this queue."""
    return queue["paused_at"] is None and queue["retired_at"] is None


def _tell_closed(work: Work, held: Standing, queue: Mapping[str, Any]) -> bool:
    told = held.ticket["told"]
    if rungs.CLOSED in told or rungs.WRITE_ME in told or not rungs.day_is_over(queue, held.ticket, work.now):
        return False
    telling.once(work, held, rungs.CLOSED)
    telling.say(work, held, telling.when_closed(work, queue, held.language))
    return True


def _tell_place(work: Work, held: Standing, queue: Mapping[str, Any]) -> bool:
    if not rungs.is_told_of_place(held.ticket) or work.now < rungs.may_tell_place_at(held.ticket):
        return False
    return telling.place(work, held, queue)


def _outside_is_over(work: Work, held: Standing, queue: Mapping[str, Any]) -> bool:
    """Nobody wrote from the page's inbox for a while: who waits comes to the desk, who does not goes back to the bot."""
    if held.conversation["waiting_since"] is None:
        closing.end_outside(work, held)
        return True
    said = telling.acknowledged(work, queue, held.language)
    since = held.conversation["waiting_since"]
    told = [mark for mark in held.ticket["told"] if mark not in (rungs.QUIET, "noted", *said.marks)] + list(said.marks)
    changed = {"told": told, "held_outside_until": None, "priority": "normal", "waiting_since": since,
               "rung": 0, "requeued_at": work.now, **said.columns, **sla.first_answer(queue, work.now)}
    watched = rungs.watch_at(queue, {**held.ticket, **changed}, work.now)
    ledger.note_ticket(work, held.ticket_id, {**changed, "rung_due_at": watched})
    ledger.log(work, held, "outside_over", "system", {"queue": queue["queue_id"]})
    notices.add(work, "queued", members(work.connection, queue["queue_id"]), held.conversation_id, held.ticket_id,
                data={"queue": queue["queue_id"]})
    telling.say(work, held, said.words)
    return True

