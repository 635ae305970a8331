"""Questions and look-ups that do not say what happens when they fail."""

from __future__ import annotations

from bot.flow.answers import FREE
from bot.flow.model import CallPlan, Question, Step
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for step in flow.steps:
            if isinstance(step.data, Question) and _may_fail(step.data) and "after_retries" not in step.blocks:
                report.warning("G03", step)
            for outcome in _unanswered(step):
                report.warning("G05", step, outcome=outcome)


def _unanswered(step: Step) -> list[str]:
    """Ways a look-up may end that lead nowhere of their own."""
    if not isinstance(step.data, CallPlan):
        return []
    outcomes = ("failed",) if step.data.is_write else ("not_found", "failed")
    return [outcome for outcome in outcomes if outcome not in step.blocks]


def _may_fail(question: Question) -> bool:
    """Any words answer a question for free text, unless it checks them."""
    return not question.gives_up and (question.is_choice or question.type not in FREE or bool(question.checks))


RULE = Rule("ways_on", ("G03", "G05"), check)
