"""What was asked as sensitive and is put where the whole team, or the contact's page for ever, would show it."""

from __future__ import annotations

from bot.flow.model import HandOffPlan
from bot.flow.rule import Rule, Subject
from bot.flow.texts import Texts


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for step in flow.steps if flow.sensitive else ():
            texts = step.data.summary if isinstance(step.data, HandOffPlan) else step.data
            if step.kind.name in ("handoff", "note") and isinstance(texts, Texts):
                for name in sorted(_names(texts) & flow.sensitive):
                    report.warning("G13", step, name=name, verb=step.kind.name)


def _names(texts: Texts) -> frozenset[str]:
    return frozenset(name for found in texts.by_language.values() for template in found for name in template.names)


RULE = Rule("sensitive", ("G13",), check)
