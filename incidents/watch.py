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
from incidents.claim_rules import OWN_DAYS
from incidents.tables import OPEN_STATES, Incident, IncidentTask

AT_ONCE = 50

_incident, _task = Incident.__table__, IncidentTask.__table__


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody is to look at a case: `days` before its last day (`is_ours`: the shop's own aim), or because of a `task`."""

    case: Mapping[str, Any]
    days: int | None = None
    task: str = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The shop's: its zone, and how many days it gives itself where no last day is known."""

    zone: str = "UTC"
    own_days: int = OWN_DAYS

    def day(self, at: datetime) -> date:
        """The day of a moment at the shop."""
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(self.zone)).date()

    def own_day(self, case: Mapping[str, Any]) -> date | None:
        """The day by which the shop wants to have claimed; None where the carrier's or the law's last day is known."""
        return None if case["deadline_on"] else needs.own_day(self.day(case["opened_at"]), self.own_days)

    def begins(self, day: date) -> datetime:
        """The moment a day begins at the shop."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


UTC_DAYS = Calendar()


def alarm_key(case: Mapping[str, Any]) -> str:
    return f"case:{case['incident_id']}"


def reminders(work: Work, calendar: Calendar = UTC_DAYS) -> list[Reminder]:
    """Those that are due now and were not given before; from now on they were. Days are those of the shop's zone."""
    return [*_last_days(work, calendar), *_due_tasks(work)]


def untold(work: Work) -> Sequence[Mapping[str, Any]]:
    """The cases whose state the customer has not heard; from now on somebody sees to it."""
    query = select(_incident).where(_incident.c.told_state != _incident.c.state).order_by(_incident.c.state_at).limit(AT_ONCE)
    found = work.connection.execute(query if work.is_sqlite else query.with_for_update(skip_locked=True)).mappings().all()
    for case in found:
        _write(work, case, {"told_state": case["state"]})
    return found


def _last_days(work: Work, calendar: Calendar) -> list[Reminder]:
    today = calendar.day(work.now)
    query = select(_incident).where(
        _incident.c.state.in_(("open", "ready")), _incident.c.state.in_(OPEN_STATES), is_soon(today, calendar),
        _is_untold(today, calendar),
    ).order_by(_incident.c.deadline_on.is_(None), _incident.c.deadline_on, _incident.c.opened_at).limit(AT_ONCE)
    found = work.connection.execute(query if work.is_sqlite else query.with_for_update(skip_locked=True)).mappings().all()
    return [_reminded(work, case, today, calendar) for case in found]


def _reminded(work: Work, case: Mapping[str, Any], today: date, calendar: Calendar) -> Reminder:
    ours = calendar.own_day(case)
    last = ours or case["deadline_on"]
    days = needs.reminder(last, None, today)
    _write(work, case, {"deadline_told_at": work.now})
    facts = {"code": case["code"], "day": last.isoformat(), "order": case["order_reference"]}
    alarms.raise_alarm(work, Trouble(alarm_key(case), "case_own_deadline" if ours else "case_deadline", facts=facts))
    log(work, case, "case_reminder", "system", days=days, day=last.isoformat(), **({"ours": True} if ours else {}))
    return Reminder(case, days, is_ours=ours is not None)


def is_soon(today: date, calendar: Calendar) -> ColumnElement[bool]:
    """Its last day is near, or over; where nobody knows it, ours is."""
    soon = today + timedelta(days=max(needs.SOON_DAYS))
    began = calendar.begins(soon - timedelta(days=calendar.own_days - 1))
    return or_(_incident.c.deadline_on <= soon, and_(_incident.c.deadline_on.is_(None), _incident.c.opened_at < began))


def _is_untold(today: date, calendar: Calendar) -> ColumnElement[bool]:
    """As `needs.reminder` has it, asked of the rows: one that was told already must not take the place of another."""
    again = []
    for ahead in range(max(needs.SOON_DAYS) + 1):
        last = today + timedelta(days=ahead)
        nearest = min(days for days in needs.SOON_DAYS if ahead <= days)
        opened = [calendar.begins(last - timedelta(days=calendar.own_days - more)) for more in (0, 1)]
        ours = and_(_incident.c.deadline_on.is_(None), _incident.c.opened_at >= opened[0], _incident.c.opened_at < opened[1])
        begins = calendar.begins(last - timedelta(days=nearest))
        again.append(and_(or_(_incident.c.deadline_on == last, ours), _incident.c.deadline_told_at < begins))
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
