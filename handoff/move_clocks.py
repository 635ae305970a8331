"""What a move does to the clocks of a ticket. Pure; `ledger.apply` writes it together with the move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handoff import rungs, sla
from handoff.moves import Move
from handoff.sla import Columns

ENDED = {**sla.AT_AN_END, "held_outside_until": None}


def after(row: Move, queue: Mapping[str, Any], ticket: Mapping[str, Any], is_waiting: bool, now: datetime) -> Columns:
    """The columns that change with this move. `queue` is where the ticket is afterwards, `ticket` as it was before;
    `is_waiting`: its contact waits for an answer.
    """
    match row.before, row.after:
        case _, "snoozed":
            rest = {"resting_since": ticket["resting_since"] or now, "rung_due_at": None}
            return {**sla.NO_REPLY_TIMER, **rest, "former_snooze": None}
        case "snoozed", "assigned":
            return _woken(queue, ticket, is_waiting, now)
        case _, "assigned":
            return _taken(queue, ticket, is_waiting, now)
        case _, "queued":
            return _put_back(queue, ticket, is_waiting, now)
    return dict(ENDED)


def _taken(queue: Mapping[str, Any], ticket: Mapping[str, Any], is_waiting: bool, now: datetime) -> Columns:
    """Nothing unclaimed runs any more; who has it now is to write."""
    broken = rungs.broken_since(ticket, now) if ticket["picked_up_at"] is None else None
    noted: Columns = {"broken_at": broken} if broken else {}
    if is_waiting:
        noted |= {**sla.reply_timer(queue, now), "rung_due_at": None}
    else:
        noted |= {**sla.NO_REPLY_TIMER, **sla.resting(queue, {**ticket, "state": "assigned"}, now)}
    return {**noted, "held_outside_until": None}


def _put_back(queue: Mapping[str, Any], ticket: Mapping[str, Any], is_waiting: bool, now: datetime) -> Columns:
    """The ladder begins anew: its people are called for her from the first rung on."""
    changed: Columns = {**sla.NO_REPLY_TIMER, "requeued_at": now, "rung": 0, "former_snooze": _cut_short(ticket, now)}
    if ticket["queue_id"] != queue["queue_id"]:
        changed |= sla.moved(queue, ticket, is_waiting)
    if is_waiting:
        changed |= sla.rested(queue, ticket, now)
    watched = rungs.watch_at(queue, {**ticket, **changed}, now) if is_waiting else None
    return changed | {"rung_due_at": watched}


def _woken(queue: Mapping[str, Any], ticket: Mapping[str, Any], is_waiting: bool, now: datetime) -> Columns:
    """Where the contact is still to write, her silence counts from now: her holder wanted to come back to it."""
    rest = {} if is_waiting else sla.resting(queue, {**ticket, "resting_since": None, "state": "assigned"}, now)
    return {**sla.rested(queue, ticket, now), **rest, "former_snooze": _cut_short(ticket, now)}


def _cut_short(ticket: Mapping[str, Any], now: datetime) -> datetime | None:
    """Woken before its time: the time is kept, so that it can be laid aside until then again."""
    until = ticket["snoozed_until"]
    return until if until is not None and until > now else None
