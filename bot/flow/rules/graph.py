"""Steps that are never reached, and circles in which nobody is asked anything."""

from __future__ import annotations

from bot.flow.findings import Reporter
from bot.flow.model import CallPlan, Flow, Question, Step
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        reached = _reached(flow)
        # Steps behind an unreached one are unreached for the same reason: report the first of each block.
        follows = {step.next for step in flow.steps if step.index not in reached}
        for step in flow.steps:
            if step.index not in reached and step.index not in follows:
                report.error("G01", step)
        _check_circles(flow, report)


def successors(flow: Flow, step: Step) -> set[int]:
    """The steps that may come right after this one."""
    kind = step.kind
    following = set(step.blocks.values())
    if kind.name == "goto":
        following.add(flow.by_id.get(step.data, -1))
    elif kind.name in ("if", "switch"):
        if "else" not in step.blocks or _has_empty_branch(step):
            following.add(step.next)
    elif isinstance(step.data, Question):
        if _falls_through(step.data, step):
            following.add(step.next)
    elif not kind.ends or isinstance(step.data, CallPlan):
        following.add(step.next)
    if step.when is not None:
        following.add(step.next)
    return {index for index in following if index >= 0}


def _has_empty_branch(step: Step) -> bool:
    if step.kind.name == "switch":
        return any(block not in step.blocks for block in step.data.cases.values())
    return any(block not in step.blocks for _, block in step.data)


def _falls_through(question: Question, step: Step) -> bool:
    """A question is followed by the next step unless each of its options leads elsewhere."""
    if not question.is_choice:
        return True
    return any(f"then.{option.key}" not in step.blocks for option in question.options)


def _reached(flow: Flow) -> set[int]:
    waiting, reached = [0], set()
    while waiting:
        index = waiting.pop()
        if index in reached or not 0 <= index < len(flow.steps):
            continue
        reached.add(index)
        waiting += successors(flow, flow.steps[index])
    return reached


def _check_circles(flow: Flow, report: Reporter) -> None:
    """Walk without stepping over questions: whoever meets himself would run until the budget stops him."""
    done: set[int] = set()
    for start in range(len(flow.steps)):
        if start in done or _waits(flow.steps[start]):
            continue
        circle = _circle(flow, start, done)
        if circle is not None:
            report.error("G02", flow.steps[circle])


def _circle(flow: Flow, start: int, done: set[int]) -> int | None:
    path: list[int] = []
    open_steps: list[tuple[int, bool]] = [(start, False)]
    while open_steps:
        index, is_left = open_steps.pop()
        if is_left:
            path.pop()
            done.add(index)
            continue
        if index in path:
            return index
        if index in done or _waits(flow.steps[index]):
            continue
        path.append(index)
        open_steps.append((index, True))
        open_steps += [(following, False) for following in successors(flow, flow.steps[index])]
    return None


def _waits(step: Step) -> bool:
    return isinstance(step.data, Question) and not step.data.skips_known


RULE = Rule("graph", ("G01", "G02"), check)
