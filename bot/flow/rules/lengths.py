"""Texts that are longer than a message may be: 4,096 signs, or 1,024 where there is something to tap or to look at."""

from __future__ import annotations

from typing import Any

from bot.flow.findings import Place, Reporter
from bot.flow.model import Question
from bot.flow.rule import Rule, Subject
from bot.flow.steps.say import Saying
from bot.flow.texts import Texts

# Meta, "Text messages" and "Interactive reply buttons messages", read 2026-11-21.
TEXT, BODY = 4_096, 1_024


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for step in flow.steps:
            if isinstance(step.data, Question):
                _check_question(step.data, report)
            elif isinstance(step.data, Saying):
                has_more = bool(step.data.buttons or step.data.media or step.data.url)
                _check(step.data.text, has_more, report)


def _check_question(question: Question, report: Reporter) -> None:
    has_options = bool(question.options or question.source)
    for texts in (question.text, *question.invalid):
        _check(texts, has_options, report)
    for one in question.checks:
        _check(one.otherwise, has_options, report)


def _check(texts: Texts, has_more: bool, report: Reporter) -> None:
    code, most = ("C10", BODY) if has_more else ("C11", TEXT)
    for language, found in texts.by_language.items():
        length = max(sum(len(part) for part in template.parts if isinstance(part, str)) for template in found)
        if length > most:
            line, column = texts.columns.get(language, (texts.line, texts.column))
            facts: dict[str, Any] = {"language": language, "length": length, "most": most, "over": length - most}
            report.error(code, Place(line, column), **facts)


RULE = Rule("lengths", ("C10", "C11"), check)
