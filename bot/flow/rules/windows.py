"""Words that come when nobody may write freely any more: WhatsApp closes a window 24 hours after her last message.

Meta, "Customer service windows", read 2026-11-21. What is said after so long a silence must be an approved template.
"""

from __future__ import annotations

from bot.flow.model import Flow, Question, Step
from bot.flow.proof.ways import Roads, Way
from bot.flow.rule import Rule, Subject

WINDOW_SECONDS = 86_400.0
_HOUR = 3_600.0


def check(subject: Subject) -> None:
    for flow, report in subject.whole():
        road = subject.roads[flow.name]
        quiet = _quiet(flow, road)
        for step in flow.steps:
            if step.index not in quiet:
                continue
            before = quiet[step.index]
            late = [way for way in road.ways[step.index]
                    if before < WINDOW_SECONDS <= before + _passes(step, way) and _speaks(flow, road, way)]  # fmt: skip
            if late or before + _until_reminded(step) >= WINDOW_SECONDS > before:
                hours = max([before + _passes(step, way) for way in late] or [before + _until_reminded(step)]) / _HOUR
                report.warning("G12", step, hours=f"{hours:.0f}")


def _quiet(flow: Flow, road: Roads) -> dict[int, float]:
    """For each step the longest time since the contact's last message, up to the window's."""
    longest: dict[int, float] = {0: 0.0} if flow.steps else {}
    waiting = list(longest)
    while waiting:
        index = waiting.pop()
        step = flow.steps[index]
        for way in road.ways[index]:
            if way.to < 0:
                continue
            heard = way.how in ("option", "valid", "wrong", "none", "reply", "call")
            since = 0.0 if heard else min(longest[index] + _passes(step, way), WINDOW_SECONDS)
            if since > longest.get(way.to, -1.0):
                longest[way.to] = since
                waiting.append(way.to)
    return longest


def _passes(step: Step, way: Way) -> float:
    """How much time may pass at this step before it goes on this way, without a word of hers."""
    if way.how == "silence" and step.data.no_reply is not None:
        return float(step.data.no_reply.after_seconds * (2 if step.data.no_reply.remind is not None else 1))
    return float(step.data.seconds) if way.how in ("timeout", "event") and step.kind.name == "wait" else 0.0


def _until_reminded(step: Step) -> float:
    """When the reminder of a question or a wait goes out; never, where there is none."""
    if isinstance(step.data, Question):
        reminds = step.data.no_reply is not None and step.data.no_reply.remind is not None
        return step.data.no_reply.after_seconds if reminds and step.data.no_reply is not None else -WINDOW_SECONDS
    if step.kind.name == "wait" and step.data.remind is not None:
        return float(step.data.seconds / 2)
    return -WINDOW_SECONDS


def _speaks(flow: Flow, road: Roads, way: Way) -> bool:
    """Whether something other than a template is said after this way before she writes again."""
    waiting, seen = [way.to], set[int]()
    while waiting:
        index = waiting.pop()
        if index < 0 or index in seen:
            continue
        seen.add(index)
        step = flow.steps[index]
        if isinstance(step.data, Question) or (step.kind.name == "say" and not step.data.template):
            return True
        if step.kind.name != "wait":
            waiting += [one.to for one in road.ways[index]]
    return False


RULE = Rule("windows", ("G12",), check)
