"""Services that fail: which, since when, how many contacts it touched, and when that becomes an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from conversation import alarms
from conversation.alarms import Trouble
from conversation.work import Work
from pipeline.tables import FAILED, SlowWork

Reader = Session | Connection
TOO_MANY = 3  # a single call that fails is weather
WITHIN = timedelta(minutes=10)

_slow = SlowWork.__table__


def failing(reader: Reader, since: datetime) -> list[Mapping[str, Any]]:
    """Each service that failed since then: {service, times, customers, first_at, last_at, error}, the latest first."""
    newest = func.max(_slow.c.answered_at)
    query = select(
        _slow.c.service, func.count().label("times"), func.count(_slow.c.conversation_id.distinct()).label("customers"),
        func.min(_slow.c.answered_at).label("first_at"), newest.label("last_at"),
    ).where(FAILED, _slow.c.answered_at >= since).group_by(_slow.c.service).order_by(newest.desc())
    return [{**row, "error": _last_error(reader, row["service"], row["last_at"])} for row in reader.execute(query).mappings()]


def note(work: Work, service: str, failed: bool) -> None:
    """A call of a service is over: the third that failed within ten minutes is an alarm, one that works ends it."""
    key = f"service:{service}"
    if not failed:
        alarms.clear(work, key)
        return
    lately = select(func.count()).select_from(_slow).where(
        FAILED, _slow.c.answered_at >= work.now - WITHIN, _slow.c.service == service)
    times = work.connection.execute(lately).scalar_one()
    if times >= TOO_MANY:
        alarms.raise_alarm(work, Trouble(key, "service_failing", facts={"service": service, "times": times}))


def _last_error(reader: Reader, service: str, at: datetime) -> str:
    query = select(_slow.c.error).where(FAILED, _slow.c.answered_at == at, _slow.c.service == service).limit(1)
    return reader.execute(query).scalar() or ""
