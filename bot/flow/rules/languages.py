"""Texts that are missing in a language, or say different {…} in two."""

from __future__ import annotations

from bot.flow.findings import Place, Reporter
from bot.flow.rule import Rule, Subject
from bot.flow.texts import Texts


def check(subject: Subject) -> None:
    languages = subject.library.project.languages
    for flow, report in subject.flows():
        for texts in flow.texts:
            check_texts(texts, languages, report)
    for key, texts in subject.library.sentences.items():
        if texts.line:  # the built-in ones have no place
            check_texts(texts, languages, subject.reporters["_faq" if key.startswith("faq:") else "_texts"])


def check_texts(texts: Texts, languages: tuple[str, ...], report: Reporter) -> None:
    place = Place(texts.line, texts.column)
    spoken = {language[:2] for language in texts.by_language}
    if languages[0] not in spoken:
        report.error("T01", place, language=languages[0])
    for language in languages[1:]:
        if language not in spoken:
            report.warning("T03", place, language=language)
    _check_placeholders(texts, report)


def _check_placeholders(texts: Texts, report: Reporter) -> None:
    """A filter may be written for each language (plurals); the value in front of it must be the same."""
    if any(template.is_broken for found in texts.by_language.values() for template in found):
        return
    by_language = {
        language: {placeholder.split("|")[0].strip() for template in found for placeholder in template.placeholders}
        for language, found in texts.by_language.items()
    }
    first, *others = by_language
    for language in others:
        difference = by_language[language] ^ by_language[first]
        if difference:
            line, column = texts.columns.get(language, (texts.line, texts.column))
            listed = ", ".join(f"{{{one}}}" for one in sorted(difference))
            report.error("T04", Place(line, column), language=language, other=first, difference=listed)


RULE = Rule("languages", ("T01", "T03", "T04"), check)
