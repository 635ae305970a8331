"""Questions and look-ups that do not say what happens when they fail."""

from __future__ import annotations

from bot.flow.model import CallPlan, Question, Step
from bot.flow.proof.ways import may_miss
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for step in flow.steps:
            if isinstance(step.data, Question) and _is_given_up(step.data) and "after_retries" not in step.blocks:
                report.warning("G03", step)
            for outcome in _unanswered(step):
                report.warning("G05", step, outcome=outcome)


def _unanswered(step: Step) -> list[str]:
    """Ways a look-up may end that lead nowhere of their own."""
    if not isinstance(step.data, CallPlan):
        return []
    outcomes = ("failed", "unsure") if step.data.is_write else ("not_found", "failed")
    return [outcome for outcome in outcomes if outcome not in step.blocks]


def _is_given_up(question: Question) -> bool:
    return may_miss(question) and not question.gives_up


RULE = Rule("ways_on", ("G03", "G05"), check)
