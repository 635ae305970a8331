"""Questions a shop has answered once for all: found when they are asked, and only then."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.flow.faq import LIKELY, STRONG, WHOLE, Faq
from bot.flow.words import tokens
from tests.bot.flow.builders import a_flow, compiled, sources

HERE = Path(__file__).parent
LINES = [
    tuple(line.split("\t"))
    for language in ("es", "en", "pt")
    for line in (HERE / f"faq_{language}.tsv").read_text(encoding="utf-8").splitlines()
]
SAY = a_flow("  - say: Hola", head="start: {words: [mi pedido]}")


@cache
def the_faq() -> Faq:
    return read((HERE / "faq.yaml").read_text(encoding="utf-8"))


def read(text: str) -> Faq:
    library = compiled({**sources(main=SAY), "_faq.yaml": text}).library
    assert library is not None
    return library.faq


def found(text: str) -> str:
    one = the_faq().find(tokens(text))
    return one.entry.id if one else "-"


def codes(text: str) -> list[str]:
    return [f"{one.code}:{one.line}" for one in compiled({**sources(main=SAY), "_faq.yaml": text}).findings]


def test_nothing_is_answered_that_was_not_asked() -> None:
    assert [line for line in LINES if line[0] == "-" and found(line[1]) != "-"] == []


def test_no_question_gets_the_answer_of_another() -> None:
    assert [line for line in LINES if line[0] != "-" and found(line[1]) not in ("-", line[0])] == []


@pytest.mark.parametrize("language", range(3))
def test_three_of_four_paraphrases_are_answered(language: int) -> None:
    asked = [line for line in LINES[language * 120 : (language + 1) * 120] if line[0] != "-"]

    assert sum(found(text) == name for name, text in asked) >= 0.73 * len(asked)


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("¿Cuánto cuesta el envío?", WHOLE),
        ("hola, ¿cuánto cuesta el envío? gracias", WHOLE),
        ("cuanto me cuesta el envio", STRONG),
        ("tiene garantía la lámpara?", STRONG),
        ("cuanto sale el envio", LIKELY),
    ],
)
def test_how_sure_it_is_goes_by_how_much_was_said(text: str, strength: int) -> None:
    one = the_faq().find(tokens(text))

    assert one is not None and one.strength == strength


@pytest.mark.parametrize("text", ["gastos de envíio", "polítca de devoluciones", "shiping costs", "formas de pagamemto"])
def test_a_typing_error_does_not_hide_a_question(text: str) -> None:
    assert found(text) != "-"


@pytest.mark.parametrize(
    "text",
    [
        "no me dan la garantía",
        "mi garantía",
        "cuándo llega el reembolso de la garantía de la tienda",
        "",
        "¿?",
        "envío " * 40,
        "cuánto cuesta el envío y además os cuento que ayer estuve en casa esperando toda la tarde a que viniera alguien",
    ],
)
def test_what_only_touches_a_question_is_none(text: str) -> None:
    assert found(text) == "-"


ENTRY = '- question: {es: "¿Hay wifi?", en: "Is there wifi?", pt: "Tem wifi?"}\n  answer: {es: "Sí", en: "Yes", pt: "Sim"}\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENTRY + ENTRY, "Q40:3"),
        ('- question: {es: "¿Hay wifi?"}\n  answer: {es: "Sí", en: "Yes", pt: "Sim"}\n', "Q41:1"),
        ('- question: "¿Hay wifi?"\n', "Q42:1"),
        ('- question: "¿Hay wifi?"\n  answer: {es: "", en: "Yes", pt: "Sim"}\n', "T06:2"),
        ('- question: Mi pedido\n  answer: {es: "Sí", en: "Yes", pt: "Sim"}\n', "Q43:1"),
        ('- question: Persona\n  answer: {es: "Sí", en: "Yes", pt: "Sim"}\n', "Q43:1"),
        ('- question: "¿Cuánto es?"\n  answer: {es: "Sí", en: "Yes", pt: "Sim"}\n', "Q44:1"),
        (ENTRY + "  awnser: x\n", "S01:3"),
        (ENTRY + "  queue: nobody\n", "V01:3"),
        (ENTRY + "  when: nothng\n", "E01:3"),
        (ENTRY + "  id: Uno\n", "S11:3"),
        ("- hola\n", "S05:1"),
        ("hola: 1\n", "S05:1"),
        ('- answer: {es: "Sí", en: "Yes", pt: "Sim"}\n', "S02:1"),
    ],
)
def test_a_mistake_in_the_file_is_found_at_its_line(text: str, code: str) -> None:
    assert code in codes(text)


def test_a_good_file_has_no_findings() -> None:
    assert codes(ENTRY) == [] and codes("") == [] and codes((HERE / "faq.yaml").read_text(encoding="utf-8")) == []


def test_two_languages_may_ask_in_the_same_words() -> None:
    assert codes(ENTRY.replace("Tem wifi?", "¿Hay wifi?")) == []


def test_entries_without_a_name_are_numbered() -> None:
    assert [one.id for one in read(ENTRY).entries] == ["q1"]
