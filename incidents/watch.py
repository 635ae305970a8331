"""What time brings: last days that come near, tasks that are due, states that the customer has not been told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select, update

from conversation import alarms
from conversation.alarms import Trouble
from conversation.work import Work
from incidents import needs
from incidents.cases import log
from incidents.tables import OPEN_STATES, Incident, IncidentTask

AT_ONCE = 50

_incident, _task = Incident.__table__, IncidentTask.__table__


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody is to look at a case: `days` before the carrier's last day, or because of a `task`."""

    case: Mapping[str, Any]
    days: int | None = None
    task: str = ""


def alarm_key(case: Mapping[str, Any]) -> str:
    return f"case:{case['incident_id']}"


def reminders(work: Work, zone: str = "UTC") -> list[Reminder]:
    """Those that are due now and were not given before; from now on they were. Days are those of the shop's zone."""
    return [*_last_days(work, zone), *_due_tasks(work)]


def untold(work: Work) -> Sequence[Mapping[str, Any]]:
    """The cases whose state the customer has not heard; from now on somebody sees to it."""
    query = select(_incident).where(_incident.c.told_state != _incident.c.state).order_by(_incident.c.state_at).limit(AT_ONCE)
    found = work.connection.execute(query if work.is_sqlite else query.with_for_update(skip_locked=True)).mappings().all()
    for case in found:
        _write(work, case, {"told_state": case["state"]})
    return found


def _last_days(work: Work, zone: str) -> list[Reminder]:
    today = work.now.astimezone(ZoneInfo(zone)).date()
    query = select(_incident).where(
        _incident.c.state.in_(("open", "ready")), _incident.c.state.in_(OPEN_STATES),
        _incident.c.deadline_on <= today + timedelta(days=max(needs.SOON_DAYS)), _is_untold(today, zone),
    ).order_by(_incident.c.deadline_on).limit(AT_ONCE)
    found = work.connection.execute(query if work.is_sqlite else query.with_for_update(skip_locked=True)).mappings().all()
    due = []
    for case in found:
        days = needs.reminder(case["deadline_on"], None, today)
        _write(work, case, {"deadline_told_at": work.now})
        facts = {"code": case["code"], "day": case["deadline_on"].isoformat(), "order": case["order_reference"]}
        alarms.raise_alarm(work, Trouble(alarm_key(case), "case_deadline", facts=facts))
        log(work, case, "case_reminder", "system", days=days, day=case["deadline_on"].isoformat())
        due.append(Reminder(case, days))
    return due


def _is_untold(today: date, zone: str) -> ColumnElement[bool]:
    """As `needs.reminder` has it, asked of the rows: one that was told already must not take the place of another."""
    again = []
    for ahead in range(max(needs.SOON_DAYS) + 1):
        last = today + timedelta(days=ahead)
        nearest = min(days for days in needs.SOON_DAYS if ahead <= days)
        begins = datetime.combine(last - timedelta(days=nearest), time(), ZoneInfo(zone)).astimezone(UTC)
        again.append(and_(_incident.c.deadline_on == last, _incident.c.deadline_told_at < begins))
    return or_(_incident.c.deadline_told_at.is_(None), *again)


def _due_tasks(work: Work) -> list[Reminder]:
    query = (
        select(_task.c.incident_task_id, _task.c.code.label("task"), _incident)
        .join(_incident, _incident.c.incident_id == _task.c.incident_id)
        .where(_task.c.done_at.is_(None), _task.c.warned_at.is_(None), _task.c.due_at <= work.now).limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=_task)
    )
    found = work.connection.execute(query).mappings().all()
    for row in found:
        work.connection.execute(update(_task).where(_task.c.incident_task_id == row["incident_task_id"]).values(warned_at=work.now))
        log(work, row, "case_task_due", "system", task=row["task"])
    return [Reminder(row, task=row["task"] or "own") for row in found]


def _write(work: Work, case: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """What the clock does is no change that an agent's page would have to fear: the version stays."""
    work.connection.execute(update(_incident).where(_incident.c.incident_id == case["incident_id"]).values(**columns))
