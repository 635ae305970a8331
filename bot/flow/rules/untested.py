"""Flows without a conversation that shows what they do."""

from __future__ import annotations

from bot.flow.findings import Place
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        if subject.tested is not None and flow.name not in subject.tested:
            report.warning("X10", Place(flow.line, flow.column), name=flow.name)


RULE = Rule("untested", ("X10",), check)
