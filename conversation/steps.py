"""What customers did at each step of a flow: asked, answered, asked again, given up, passed to a person.

Read from the step log, one row a turn, wherever it lies: both databases take its lists apart themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from conversation.tables import StepLog

Reader = Session | Connection
ENTERED, ANSWERED, ASKED_AGAIN, DROPPED, HANDED_OFF, NO_REPLY, ENDED = (
    "entered", "answered", "re-asked", "dropped", "handed_off", "no_reply", "ended")
AT_A_STEP = (ENTERED, ANSWERED, ASKED_AGAIN, DROPPED, HANDED_OFF, NO_REPLY)
_log = StepLog.__table__


@dataclass(frozen=True, slots=True)
class StepCount:
    """One question of one revision of a flow. `entered` is how often it was asked anew; of these so many were
    `answered`, `dropped` (the flow was over first) or `handed_off`; the rest is still open. `asked_again` counts every
    time it was put once more, `no_reply` every silence.
    """

    flow: str
    revision: str
    step: str
    entered: int = 0
    answered: int = 0
    asked_again: int = 0
    dropped: int = 0
    handed_off: int = 0
    no_reply: int = 0

    @property
    def open(self) -> int:
        """Who has not answered yet, or had not when the time began that is looked at."""
        return max(0, self.entered - self.answered - self.dropped - self.handed_off)


@dataclass(frozen=True, slots=True)
class Ending:
    """How often a revision of a flow ended with an outcome."""

    flow: str
    revision: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """All that is known of a flow since a time."""

    steps: tuple[StepCount, ...] = ()
    endings: tuple[Ending, ...] = ()


def funnel(reader: Reader, flow: str, since: datetime, revision: str = "") -> Funnel:
    """Every question of `flow` with what came of it, by revision; `revision` limits it to one. In the order of the
    steps' names: the flow itself knows the order of its steps.
    """
    found: dict[tuple[str, str], dict[str, int]] = {}
    endings: list[Ending] = []
    for of, step, what, outcome, count in reader.execute(_query(reader, flow, since)):
        if revision and of != revision:
            continue
        if what == ENDED:
            endings.append(Ending(flow, of, outcome, count))
        elif step:
            counts = found.setdefault((of, step), {})
            counts[what] = counts.get(what, 0) + count
    steps = tuple(
        StepCount(flow, of, step, *(counts.get(what, 0) for what in AT_A_STEP))
        for (of, step), counts in sorted(found.items()))
    return Funnel(steps, tuple(sorted(endings, key=lambda one: (one.revision, -one.count, one.outcome))))


def _query(reader: Reader, flow: str, since: datetime) -> Select[Any]:
    """revision, step, what, outcome and how often; only what ends a flow has an outcome."""
    entry, part = _entry(_dialect(reader))
    outcome = case((part(3) == ENDED, func.coalesce(part(4), "")), else_="")
    columns = (part(1), part(2), part(3), outcome)
    return (
        select(*columns, func.count()).select_from(_log, entry)
        .where(_log.c.at >= since, part(0) == flow, part(3).in_([*AT_A_STEP, ENDED]))
        .group_by(*columns)
    )


def _entry(dialect: str) -> tuple[FromClause, Callable[[int], ColumnElement[Any]]]:
    """The entries of a turn as rows, and how to get the n-th word of one."""
    if dialect == "postgresql":
        entry = func.jsonb_array_elements(_log.c.steps).table_valued("value", name="entry", joins_implicitly=True)
        return entry, lambda n: entry.c.value.op("->>")(literal_column(str(n)))
    entry = func.json_each(_log.c.steps).table_valued("value", name="entry", joins_implicitly=True)
    return entry, lambda n: func.json_extract(entry.c.value, literal_column(f"'$[{n}]'"))


def _dialect(reader: Reader) -> str:
    return (reader.connection() if isinstance(reader, Session) else reader).dialect.name
