"""What warehouse, carrier, desk and customer must do for a case, by when; and what people say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from conversation import ids
from conversation.work import Work
from incidents.errors import BadField, UnknownCase
from incidents.tables import WHO, IncidentStatement, IncidentTask

LONGEST = 2_000
# code: (who, after how many days); the sentence of each stands in words/
AT_BEGINNING = {
    "late": (("trace", "carrier", 2),),
    "lost": (("trace", "carrier", 2), ("ask_neighbours", "customer", 2)),
    "damaged": (("check_packing", "warehouse", 1), ("send_claim", "desk", 2)),
    "wrong": (("check_stock", "warehouse", 1), ("send_claim", "desk", 2)),
    "missing": (("check_weight", "warehouse", 1), ("send_claim", "desk", 2)),
}
AFTER = {"claimed": (("chase_answer", "carrier", 7),), "accepted": (("settle", "desk", 2),), "refused": (("object", "desk", 3),)}
OVER = {"claimed": ("send_claim", "trace", "ask_terms"), "accepted": ("chase_answer",), "refused": ("chase_answer",)}

ASK_TERMS = "ask_terms"  # what it asks for with a claim, and until when: the carrier publishes nothing

_task, _statement = IncidentTask.__table__, IncidentStatement.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that an agent writes."""

    who: str
    text: str
    due_at: datetime | None = None


def begin(work: Work, case: Mapping[str, Any]) -> None:
    """The tasks of a new case."""
    _add(work, case, AT_BEGINNING[case["kind"]])


def ask_terms(work: Work, case: Mapping[str, Any], there: Sequence[Mapping[str, Any]], is_undocumented: bool) -> None:
    """A carrier that publishes nothing is asked, once; the task is over as soon as its terms are known."""
    mine = [task for task in there if task["code"] == ASK_TERMS]
    if is_undocumented and not mine:
        _add(work, case, ((ASK_TERMS, "desk", 1),))
    for task in mine:
        if not is_undocumented and task["done_at"] is None:
            done(work, case["incident_id"], task["incident_task_id"], "system")


def moved(work: Work, case: Mapping[str, Any], state: str) -> None:
    """A case came into another state: what is over by itself is done, what follows begins."""
    query = update(_task).where(_task.c.incident_id == case["incident_id"], _task.c.done_at.is_(None))
    if state == "closed":
        work.connection.execute(query.values(done_at=work.now, done_by="system"))
        return
    work.connection.execute(query.where(_task.c.code.in_(OVER.get(state, ()))).values(done_at=work.now, done_by="system"))
    _add(work, case, AFTER.get(state, ()))


def add(work: Work, case: Mapping[str, Any], wanted: Wanted) -> str:
    """A task of an agent's own; returns its id. Raises BadField."""
    words = wanted.text.strip()[:LONGEST]
    if wanted.who not in WHO:
        raise BadField("who", f"use one of {', '.join(WHO)}.")
    if not words:
        raise BadField("text", "say what is to be done.")
    key = ids.new("itk")
    work.connection.execute(insert(_task).values(
        incident_task_id=key, incident_id=case["incident_id"], who=wanted.who, code="", text=words,
        due_at=wanted.due_at, created_at=work.now))
    return key


def done(work: Work, incident_id: str, task_id: str, by: str) -> Mapping[str, Any]:
    """Somebody did it; done twice is done once. Raises UnknownCase."""
    found = work.connection.execute(
        select(_task).where(_task.c.incident_task_id == task_id, _task.c.incident_id == incident_id)).mappings().first()
    if found is None:
        raise UnknownCase(task_id)
    work.connection.execute(update(_task).where(_task.c.incident_task_id == task_id, _task.c.done_at.is_(None))
                            .values(done_at=work.now, done_by=by))
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """A statement. `who` said it; `by` is the agent who wrote it down."""

    who: str
    text: str
    name: str = ""
    by: str | None = None
    message_id: str | None = None


def state(work: Work, case: Mapping[str, Any], said: Said) -> str:
    """Keep what somebody says about it; returns its id. Raises BadField."""
    words = said.text.strip()[:LONGEST]
    if said.who not in WHO:
        raise BadField("who", f"use one of {', '.join(WHO)}.")
    if not words:
        raise BadField("text", "write what was said.")
    key = ids.new("ist")
    work.connection.execute(insert(_statement).values(
        incident_statement_id=key, incident_id=case["incident_id"], who=said.who, name=said.name.strip()[:120],
        text=words, message_id=said.message_id, agent_id=said.by, said_at=work.now))
    return key


def _add(work: Work, case: Mapping[str, Any], planned: tuple[tuple[str, str, int], ...]) -> None:
    rows = [{"incident_task_id": ids.new("itk"), "incident_id": case["incident_id"], "who": who, "code": code, "text": "",
             "due_at": _due(work.now, case, code, days), "created_at": work.now} for code, who, days in planned]
    if rows:
        work.connection.execute(insert(_task), rows)


def _due(now: datetime, case: Mapping[str, Any], code: str, days: int) -> datetime:
    """A claim is sent at the latest on the carrier's last day but one."""
    due, last = now + timedelta(days=days), case.get("deadline_on")
    if code != "send_claim" or last is None:
        return due
    return max(now, min(due, datetime.combine(last - timedelta(days=1), time(12), UTC)))
