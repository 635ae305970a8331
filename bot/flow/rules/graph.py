"""Steps that are never reached, and circles in which nobody is asked anything."""

from __future__ import annotations

from bot.flow.findings import Reporter
from bot.flow.model import Flow, Question, Step
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
    following = set(step.blocks.values())
    if step.kind.name == "goto":
        following.add(flow.by_id.get(step.data, -1))
    if step.when is not None or _falls_through(step):
        following.add(step.next)
    return {index for index in following if index >= 0}


def _falls_through(step: Step) -> bool:
    """Whether the next step of the block may follow: not when every way leads elsewhere."""
    if isinstance(step.data, Question):
        options = step.data.options if step.data.is_choice else ()
        return not options or any(f"then.{option.key}" not in step.blocks for option in options)
    if step.kind.name in ("if", "switch"):
        return "else" not in step.blocks or _has_empty_branch(step)
    return not step.kind.ends


def _has_empty_branch(step: Step) -> bool:
    if step.kind.name == "switch":
        return any(block not in step.blocks for block in step.data.cases.values())
    return any(block not in step.blocks for _, block in step.data)


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
