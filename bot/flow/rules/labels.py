"""What does not fit a WhatsApp button (20 letters; 24 in a list of more than three) or a list's line (72)."""

from __future__ import annotations

from bot.flow.findings import Place, Reporter
from bot.flow.model import Option, Question
from bot.flow.rule import Rule, Subject
from bot.flow.steps.say import Saying
from bot.flow.texts import Texts

# Meta, "Interactive reply buttons messages" and "Interactive list messages", read 2026-11-21.
BUTTON = 20
LIST_ENTRY = 24
DESCRIPTION = 72
BUTTONS = 3


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        for data in (step.data for step in flow.steps):
            if isinstance(data, Question):
                _check_options(data.options, report)
            elif isinstance(data, Saying):
                _check_options(data.buttons, report)
                _check(data.label, BUTTON, "C01", report)


def _check_options(options: tuple[Option, ...], report: Reporter) -> None:
    is_list = len(options) > BUTTONS or any(option.description for option in options)
    for option in options:
        _check(option.label, LIST_ENTRY if is_list else BUTTON, "C01", report)
        if option.description:
            _check(option.description, DESCRIPTION, "C03", report)


def _check(texts: Texts | None, most: int, code: str, report: Reporter) -> None:
    for language, found in texts.by_language.items() if texts is not None else ():
        for template in found:
            length = len(template.source)
            if template.constant is not None and length > most:
                line, column = texts.columns.get(language, (texts.line, texts.column))
                facts = {"label": template.source, "length": length, "most": most, "over": length - most}
                report.error(code, Place(line, column), **facts)


RULE = Rule("labels", ("C01", "C03"), check)
