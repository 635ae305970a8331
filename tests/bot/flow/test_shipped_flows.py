"""The flows that Relevo ships: clean, tested, and written with care in three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.flow import tester
from bot.flow.library import load
from bot.flow.lint import check
from bot.flow.project import defaults
from bot.flow.words import tokens
from bot.flow.world import World

FLOWS = Path(__file__).parents[3] / "flows"
LIBRARY = load(FLOWS).library
assert LIBRARY is not None
CASES, UNREADABLE = tester.cases(FLOWS)
LONGEST = 200
LANGUAGES = ("es", "en", "pt")

# Words that are rude, unknown or another's in some country where the language is spoken (docs/tone.md).
ELSEWHERE = {
    "es": r"(re)?co[gj](er|e|es|en|o|a|ido|iste|ió)|vale|móvil|celular|ordenador|computadora|vosotros|vuestr\w+|tenéis"
    r"|podéis|queréis|usted|ustedes|tirar|carro|ahorita|chequear|incidencia|gestionar|tramitar|operador logístico",
    "en": r"please be advised|kindly|we apologi[sz]e for any inconvenience|dear customer|valued|utili[sz]e",
    "pt": r"encomenda|telemóvel|contacto|equipa|morada|autocarro|utilizador|prezad[oa]|senhor|senhora|protocolo",
}
FINE = {"recoger", "recogida", "recogerlo"}  # “coger” is the rude one
BLAMES = {
    "es": "has escrito mal|está mal escrito|no has|incorrecto|inválido|erróneo",
    "en": "invalid|incorrect|you failed|you did not|you didn't",
    "pt": "inválid[oa]|incorret[oa]|você não escreveu|você errou",
}
PROMISES = {
    "es": "te garantizo|seguro que llega|llegará sin falta|inmediatamente",
    "en": "guarantee you|will definitely|immediately",
    "pt": "garanto|com certeza chega|imediatamente",
}


def spoken() -> Iterator[tuple[str, str, str]]:
    """Every text a contact may read: where it stands, its language, as it was written."""
    assert LIBRARY is not None
    written = [(flow.name, text) for flow in LIBRARY.flows.values() for text in flow.texts]
    written += [("_faq", entry.answer) for entry in LIBRARY.faq.entries]
    written += [("_texts", text) for key, text in LIBRARY.sentences.items() if not key.startswith("faq:")]
    for name, texts in written:
        for language, variants in texts.by_language.items():
            yield from ((f"{name}:{texts.line}", language[:2], variant.source) for variant in variants)


SPOKEN = sorted(set(spoken()))


def found(patterns: dict[str, str]) -> list[tuple[str, str]]:
    """Places and words of the texts in which one of the words of its language stands."""
    hits = []
    for place, language, text in SPOKEN:
        words = [match[0] for match in re.finditer(rf"\b({patterns[language]})\b", text, re.IGNORECASE)]
        hits += [(place, word) for word in words if word.lower() not in FINE]
    return hits


def test_lint_finds_nothing() -> None:
    assert [finding.render("en") for finding in check(FLOWS)] == []


def test_every_conversation_can_be_read() -> None:
    assert [finding.render("en") for finding in UNREADABLE] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.flow}-{case.line}")
def test_a_conversation_goes_as_written(case: tester.Case) -> None:
    assert LIBRARY is not None
    outcome = tester.run(LIBRARY, case)

    assert not outcome.problem, f"{outcome.place}: {case.name}: {outcome.problem}"


def test_every_step_is_tested_and_every_way_on() -> None:
    assert LIBRARY is not None
    outcomes = [tester.run(LIBRARY, case) for case in CASES]

    assert {one.flow: (one.missing, one.untaken) for one in tester.coverage(LIBRARY, outcomes)} == {
        name: ((), ()) for name in LIBRARY.flows
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_flow_has_a_conversation_in_every_language(language: str) -> None:
    assert LIBRARY is not None
    assert {case.flow for case in CASES if case.given.get("language") == language} == set(LIBRARY.flows)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(defaults()["texts"]))
def test_every_sentence_of_the_system_is_there_in_every_language(key: str, language: str) -> None:
    assert LIBRARY is not None
    filled = dict.fromkeys(("queue", "wait", "n", "a", "b", "when", "agent"), "X")

    assert LIBRARY.text(key, language, **filled).strip()


@pytest.mark.parametrize("queue", ["shipping", "returns", "billing", "general"])
def test_every_queue_has_a_title(queue: str) -> None:
    assert LIBRARY is not None
    assert LIBRARY.text(f"queue.{queue}", "es")


def read(text: str) -> str:
    """The text with ten letters where a value comes, and what stands before and after it."""
    return re.sub(r"\{[^{}]*\}", lambda blank: "x" * 10 + "".join(re.findall(r"(?:before|after): '([^']*)'", blank[0])), text)


def test_no_text_is_longer_than_people_read() -> None:
    assert [(place, len(read(text))) for place, _, text in SPOKEN if len(read(text)) > LONGEST] == []


def test_a_value_counts_as_what_is_read_of_it() -> None:
    assert len(read("{eta | date | before: ' on '}.")) == 15


def test_every_text_is_there_in_every_language() -> None:
    assert {language for _, language, _ in SPOKEN} == set(LANGUAGES)


def test_no_text_uses_a_word_of_one_country_alone_or_a_rude_one() -> None:
    assert found(ELSEWHERE) == []


def test_no_text_blames_who_reads_it() -> None:
    assert found(BLAMES) == []


def test_no_text_promises_what_the_shop_does_not_hold_in_its_hands() -> None:
    assert found(PROMISES) == []


def test_no_text_shouts() -> None:
    assert [place for place, _, text in SPOKEN if text.count("!") > 1 or re.search(r"\b[A-ZÁÉÍÓÚÑ]{8,}\b", text)] == []


def test_the_questions_with_an_answer_are_enough_to_be_of_use() -> None:
    assert LIBRARY is not None
    assert len(LIBRARY.faq.entries) >= 15


@pytest.mark.parametrize("entry", LIBRARY.faq.entries, ids=lambda entry: entry.id)
def test_every_way_of_asking_finds_its_own_answer(entry: object) -> None:
    assert LIBRARY is not None
    wordings = [" ".join(words) for words in entry.wordings]  # type: ignore[attr-defined]
    answers = {LIBRARY.text(f"faq:{entry.id}", language) for language in LANGUAGES}  # type: ignore[attr-defined]

    assert [asked for asked in wordings if answered(asked) not in answers] == []


def answered(asked: str) -> str:
    assert LIBRARY is not None
    world = World(LIBRARY, state={"noticed": True})
    world.say(asked)
    return world.said[0].text if len(world.said) == 1 else ""


def test_no_way_of_asking_is_one_word_that_may_mean_much() -> None:
    assert LIBRARY is not None
    single = {words for entry in LIBRARY.faq.entries for words in entry.wordings if len(words) == 1}

    assert single <= {tuple(tokens(word)) for word in ("aranceles", "wholesale")}
