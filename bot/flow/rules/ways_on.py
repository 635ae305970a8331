"""Questions and look-ups that do not say what happens when they fail."""

from __future__ import annotations

from bot.flow.answers import FREE
from bot.flow.model import CallPlan, Question
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for step in flow.steps:
            if isinstance(step.data, Question) and _may_fail(step.data) and "after_retries" not in step.blocks:
                report.warning("G03", step)
            if isinstance(step.data, CallPlan):
                outcomes = ("failed",) if step.data.is_write else ("not_found", "failed")
                for outcome in outcomes:
                    if outcome not in step.blocks:
                        report.warning("G05", step, outcome=outcome)


def _may_fail(question: Question) -> bool:
    """Any words answer a question for free text, unless it checks them."""
    return question.is_choice or question.type not in FREE or bool(question.checks)


RULE = Rule("ways_on", ("G03", "G05"), check)
