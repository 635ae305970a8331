"""What was asked as sensitive and is put where the whole team, or the contact's page for ever, would show it."""

from __future__ import annotations

from bot.flow.model import HandOffPlan, Step
from bot.flow.rule import Rule, Subject
from bot.flow.texts import Texts


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for step in flow.steps if flow.sensitive else ():
            for name in sorted(_for_the_team(step) & flow.sensitive):
                report.warning("G13", step, name=name, verb=step.kind.name)


def _for_the_team(step: Step) -> frozenset[str]:
    if isinstance(step.data, HandOffPlan):
        return _names(step.data.summary)
    if step.kind.name == "remember":
        return frozenset().union(*(expression.names for _, expression in step.data))
    return _names(step.data if step.kind.name == "note" else None)


def _names(texts: Texts | None) -> frozenset[str]:
    if not isinstance(texts, Texts):
        return frozenset()
    return frozenset(name for found in texts.by_language.values() for template in found for name in template.names)


RULE = Rule("sensitive", ("G13",), check)
