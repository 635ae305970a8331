"""Words that unsubscribe a contact when they are sent alone in an SMS: no option may ask for one of them."""

from __future__ import annotations

import re

from bot.flow.findings import Place
from bot.flow.model import Question
from bot.flow.rule import Rule, Subject
from bot.flow.texts import Texts

# Twilio, "Twilio support for opt-out keywords (SMS STOP filtering)", read 2026-11-22, and two of our own.
STOP_WORDS = frozenset(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "baja", "sair"))
# A text asks for a word by marking it: *BAJA*, "STOP", “SAIR”.
_ASKED = re.compile(r"[*\"“«]([^\W\d_]{3,12})[*\"”»]")


def check(subject: Subject) -> None:
    for flow, report in subject.flows():
        found = [one for texts in flow.texts for one in _asked_for(texts)]
        found += [one for step in flow.steps if isinstance(step.data, Question) for one in _offered(step.data)]
        found += [
            (phrase[0], Place(line, column))
            for phrase, (line, column) in flow.triggers.places.items()
            if len(phrase) == 1 and phrase[0] in STOP_WORDS
        ]
        for word, place in found:
            report.error("T05", place, word=word)


def _offered(question: Question) -> list[tuple[str, Place]]:
    return [
        (word, Place(option.label.line, option.label.column))
        for option in question.options
        for word in sorted(option.folded & STOP_WORDS)
    ]


def _asked_for(texts: Texts) -> list[tuple[str, Place]]:
    found = []
    for language, templates in texts.by_language.items():
        line, column = texts.columns.get(language, (texts.line, texts.column))
        for template in templates:
            words = _ASKED.findall(template.source)
            found += [(word, Place(line, column)) for word in words if word.lower() in STOP_WORDS]
    return found


RULE = Rule("stop_words", ("T05",), check)
