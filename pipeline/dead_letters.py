"""Dead letters: what could not be done, kept with its reason where a person sees it (the console's page of troubles)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, insert, select, update

import metrics
from conversation import alarms, ids
from conversation.alarms import Trouble
from conversation.errors import UnknownDeadLetter
from conversation.events import TimelineLine
from conversation.tables import DeadLetter
from conversation.work import Work

REASON_CHARACTERS = 500
ALARM = "given_up"

_letter = DeadLetter.__table__
_add = insert(_letter)
_settle = (
    update(_letter).where(_letter.c.dead_letter_id == bindparam("id"), _letter.c.state == "open")
    .values(state=bindparam("new_state"), settled_at=bindparam("at"), settled_by=bindparam("by"))
)
_is_any_open = select(_letter.c.dead_letter_id).where(_letter.c.state == "open").limit(1)


def bury(work: Work, kind: str, conversation_id: str | None, reason: str, payload: Mapping[str, Any]) -> str:
    """Keep work that was given up; returns the dead letter's id."""
    dead_letter_id = ids.new("ded")
    work.connection.execute(_add, {
        "dead_letter_id": dead_letter_id, "conversation_id": conversation_id, "kind": kind,
        "reason": reason[:REASON_CHARACTERS], "payload": dict(payload), "state": "open", "created_at": work.now})
    work.record(TimelineLine("dead_letter", conversation_id or "", "system", data={"kind": kind}))
    alarms.raise_alarm(work, Trouble(ALARM, "given_up"))
    metrics.dead_letters.labels(kind).inc()
    return dead_letter_id


def dismiss(work: Work, dead_letter_id: str, by: str) -> None:
    """Leave it as it is; it stays readable. Raises UnknownDeadLetter."""
    settle(work, dead_letter_id, "dismissed", by)


def settle(work: Work, dead_letter_id: str, state: str, by: str) -> None:
    """It is no longer open: `rerun` or `dismissed`, by whom. Raises UnknownDeadLetter."""
    done = work.connection.execute(_settle, {"id": dead_letter_id, "new_state": state, "at": work.now, "by": by})
    if done.rowcount == 0:
        raise UnknownDeadLetter(f"There is no open dead letter {dead_letter_id}; somebody may have settled it.")
    if work.connection.execute(_is_any_open).first() is None:
        alarms.clear(work, ALARM)
