"""Questions and look-ups that do not say what happens when they fail."""

from __future__ import annotations

from bot.flow.model import CallPlan, Question
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for step in flow.steps:
            if isinstance(step.data, Question) and "after_retries" not in step.blocks:
                report.warning("G03", step)
            if isinstance(step.data, CallPlan):
                outcomes = ("failed",) if step.data.is_write else ("not_found", "failed")
                for outcome in outcomes:
                    if outcome not in step.blocks:
                        report.warning("G05", step, outcome=outcome)


RULE = Rule("ways_on", ("G03", "G05"), check)
