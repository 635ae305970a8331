"""What starts two flows, chooses two options of a menu or is a command; an order's number that nobody takes."""

from __future__ import annotations

from bot.flow.findings import Place, Reporter
from bot.flow.model import Flow, Question
from bot.flow.rule import Rule, Subject


def check(subject: Subject) -> None:
    commands = subject.library.project.commands
    owners: dict[tuple[str, ...], str] = {}
    named: dict[str, str] = {}
    for flow, report in subject.flows():
        if flow.triggers.order_number:
            _check_number(flow, subject.library.by_number, report)
        for phrase, (line, column) in flow.triggers.places.items():
            said = " ".join(phrase)
            if phrase in owners:
                report.error("G04", Place(line, column), phrase=said, other=owners[phrase])
            owners.setdefault(phrase, flow.name)
            if said in commands:
                report.warning("G07", Place(line, column), phrase=said, command=commands[said])
        for name, (line, column) in flow.triggers.named_at.items():
            if named.setdefault(name, flow.name) != flow.name:
                report.error("G04", Place(line, column), phrase=name, other=named[name])
        for step in flow.steps:
            if isinstance(step.data, Question):
                _check_options(step.data, report)


def _check_number(flow: Flow, first: str, report: Reporter) -> None:
    place = Place(flow.line, flow.column)
    if flow.name != first:
        report.error("G04", place, phrase="order_number", other=first)
    if all(kind != "order_number" for _, kind in flow.early):
        report.error("G08", place)


def _check_options(question: Question, report: Reporter) -> None:
    taken: dict[str, str] = {}
    for option in question.options:
        for word in sorted(option.folded):
            if word in taken:
                place = Place(option.label.line, option.label.column)
                report.error("G06", place, first=taken[word], second=option.key, word=word)
            taken.setdefault(word, option.key)


RULE = Rule("triggers", ("G04", "G06", "G07", "G08"), check)
