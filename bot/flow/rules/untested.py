"""Flows without a conversation that shows what they do."""

from __future__ import annotations

from bot.flow.findings import Place
from bot.flow.proof.ways import target
from bot.flow.rule import Rule, Subject

_LEADS = ("call", "start_flow")


def check(subject: Subject) -> None:
    if subject.tested is None:
        return
    shown = _shown(subject, subject.tested)
    for flow, report in subject.flows():
        if flow.name not in shown:
            report.warning("X10", Place(flow.line, flow.column), name=flow.name)


def _shown(subject: Subject, tested: frozenset[str]) -> set[str]:
    """The flows with tests, and those that only other flows lead to: the conversations of these go through them."""
    led = {
        name: {target(step) for step in flow.steps if step.kind.name in _LEADS}
        for name, flow in subject.library.flows.items()
    }
    shown, waiting = set(tested), list(tested)
    while waiting:
        for name in led.get(waiting.pop(), set()) - shown:
            if name in subject.library.flows and not _begins_itself(subject, name):
                shown.add(name)
                waiting.append(name)
    return shown


def _begins_itself(subject: Subject, name: str) -> bool:
    start = subject.library.flows[name].triggers
    return bool(start.words or start.intents or start.payloads or start.event or start.first_message)


RULE = Rule("untested", ("X10",), check)
