"""Pictures and files that a `say` names and that are not there."""

from __future__ import annotations

from bot.flow.findings import Place, near
from bot.flow.model import Flow
from bot.flow.rule import Rule, Subject
from bot.flow.steps.say import Saying
from bot.flow.texts import Texts


def check(subject: Subject) -> None:
    if subject.media is None:
        return
    for flow, report in subject.flows():
        for name, place in _named(flow):
            if name not in subject.media and not name.startswith("https://"):
                listed = ", ".join(sorted(subject.media)[:10]) or "–"
                report.error("F03", place, name=name, near=near(name, subject.media), known=listed)


def _named(flow: Flow) -> list[tuple[str, Place]]:
    texts = [step.data.media for step in flow.steps if isinstance(step.data, Saying) and step.data.media is not None]
    return [one for found in texts for one in _constants(found)]


def _constants(texts: Texts) -> list[tuple[str, Place]]:
    """Names that stand in the file as they are; one that is filled in at run time cannot be looked up here."""
    return [
        (template.constant.strip(), Place(*texts.columns.get(language, (texts.line, texts.column))))
        for language, templates in texts.by_language.items()
        for template in templates
        if template.constant is not None
    ]


RULE = Rule("media_files", ("F03",), check)
