"""What customers did at each question of a flow in the last weeks, and who waits there now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.flow.live import Standing
from bot.flow.model import Flow
from conversation import steps
from conversation.steps import StepCount

LOOKED_AT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Stage:
    """One question, all wordings of it together. `line` is 0 for one that the flow does not have any more."""

    step: str
    line: int
    now: int
    entered: int
    answered: int
    asked_again: int
    dropped: int
    handed_off: int


def journey(session: Session, flow: Flow, standings: Iterable[Standing], now: datetime) -> list[Stage]:
    """In the order of the flow; what it does not have any more comes last."""
    counted: dict[str, list[StepCount]] = {}
    for one in steps.funnel(session, flow.name, now - LOOKED_AT).steps:
        counted.setdefault(one.step, []).append(one)
    waiting: dict[str, int] = {}
    for standing in standings:
        if standing.flow == flow.name:
            waiting[standing.step] = waiting.get(standing.step, 0) + standing.count
    stages = [_stage(flow, step, counted.get(step, []), waiting.get(step, 0)) for step in {**counted, **waiting}]
    return sorted(stages, key=lambda stage: (stage.line == 0, stage.line, stage.step))


def _stage(flow: Flow, step: str, counts: list[StepCount], waiting: int) -> Stage:
    return Stage(
        step=step,
        line=flow.steps[flow.by_id[step]].line if step in flow.by_id else 0,
        now=waiting,
        entered=sum(one.entered for one in counts),
        answered=sum(one.answered for one in counts),
        asked_again=sum(one.asked_again for one in counts),
        dropped=sum(one.dropped for one in counts),
        handed_off=sum(one.handed_off for one in counts),
    )
