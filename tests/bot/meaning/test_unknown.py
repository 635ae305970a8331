"""Nothing that fits: fallback, offer, person; what is worth telling the editors; courtesies."""

from __future__ import annotations

import pytest

from bot.flow.effects import Unanswered
from bot.flow.events import Said
from tests.bot.flow.builders import PROJECT, Talk, a_flow, a_library
from tests.bot.meaning.shops import a_talk, decided

QUIET = {"_policy": "signals: off"}


def unanswered(talk: Talk) -> list[Unanswered]:
    return [effect for effect in talk.effects if isinstance(effect, Unanswered)]


def test_the_second_miss_offers_a_person_and_the_third_passes_on() -> None:
    talk = a_talk("zzz", **QUIET)

    assert talk.texts == ["No te he entendido."]
    assert talk("yyy").texts == ["¿Quieres que te pase con una persona?"]
    assert talk("xxx").handoff is not None


def test_something_understood_in_between_starts_the_count_again() -> None:
    talk = a_talk("zzz", "mi pedido AB-12345", "yyy", **QUIET)

    assert talk.texts == ["No te he entendido."]


def test_a_known_question_in_between_starts_the_count_again() -> None:
    assert a_talk("zzz", "gastos de envío", "yyy", **QUIET).texts == ["No te he entendido."]


def test_who_wants_no_person_is_not_passed_on_at_the_next_miss() -> None:
    assert a_talk("zzz", "yyy", "no", "xxx", **QUIET).texts == ["No te he entendido."]


def test_a_fallback_flow_that_ends_does_not_go_round_for_ever() -> None:
    lost = a_flow("  - say: ¿Cómo?", name="lost", head="")
    talk = Talk(a_library("  - say: x", lost=lost, _project=PROJECT + "fallback: lost\n", _policy="signals: off"))

    assert [talk(word).turn.outcome for word in ("aaa", "bbb", "ccc")] == ["fallback", "asked", "handoff"]


def test_a_fallback_flow_that_finds_an_answer_counts_no_miss() -> None:
    echo = a_flow("  - say: \"{message.text}\"\n  - end: resolved\n", name="echo", head="")
    talk = Talk(a_library("  - say: x", echo=echo, _project=PROJECT + "fallback: echo\n", _policy="signals: off"))

    assert [talk(word).texts for word in ("aaa", "bbb", "ccc", "ddd")] == [["aaa"], ["bbb"], ["ccc"], ["ddd"]]


def test_a_fallback_menu_counts_its_own_tries_first() -> None:
    menu = (
        "  - menu: ¿Qué?\n    options: {a: {text: A}}\n    retries: 1\n    after_retries:\n"
        "      - say: Bueno\n      - end: lost\n"
    )
    lost = a_flow(menu, name="lost", head="interrupts: replace")
    talk = Talk(a_library("  - say: x", lost=lost, _project=PROJECT + "fallback: lost\n", _policy="signals: off"))
    said = [talk(word).texts[-1].split("\n")[-1] for word in ("aaa", "bbb", "ccc", "ddd")]

    assert said == ["¿Qué?", "¿Qué?", "Bueno", "¿Quieres que te pase con una persona?"]
    assert talk("eee").handoff is not None


@pytest.mark.parametrize(
    "text",
    ["¿tenéis trabajo para mí?", "quiero un perro verde", "do you sell hats", "vocês vendem chapéus", "necesito hablarte de algo"],
)
@pytest.mark.parametrize("pending", ["", "una lámpara"])
def test_a_question_that_nothing_answers_is_told_once(text: str, pending: str) -> None:
    talk = a_talk(*filter(None, [pending]))(Said(text, "m7"))

    assert unanswered(talk) == [Unanswered(text, "m7")]


@pytest.mark.parametrize("text", ["zzz", "hmm bueno", "no quiero devolverlo", "gracias", "😀", "mi pedido", "gastos de envío"])
def test_what_asks_nothing_or_is_answered_is_not(text: str) -> None:
    assert unanswered(a_talk(text)) == []


def test_a_question_kept_from_before_is_told_with_its_own_message() -> None:
    talk = Talk(a_library("  - say: x"), {"noticed": True, "met": True, "lang": "es", "gentle": {"text": "¿y los perros?", "id": "m1"}})

    assert unanswered(talk(Said("no", "m2"))) == [Unanswered("¿y los perros?", "m1")]


@pytest.mark.parametrize("text", ["gracias", "muchas gracias!", "thanks", "obrigada", "adiós", "👍", "❤️", "🙏🏽🙏🏽", "ok gracias", "chau, gracias"])
def test_a_courtesy_gets_one_kind_sentence(text: str) -> None:
    assert decided(a_talk("hola", "cancelar", text)) == "courtesy"


@pytest.mark.parametrize("text", ["gracias por nada, sois unos inútiles", "gracias, ladrones", "😡", "gracias pero ¿y mi reembolso?"])
def test_what_only_looks_like_one_does_not(text: str) -> None:
    assert decided(a_talk("hola", "cancelar", text)) != "courtesy"


def test_a_courtesy_at_a_question_is_no_answer() -> None:
    assert decided(a_talk("una lámpara", "gracias")) == "not_understood"


def test_a_courtesy_at_a_menu_that_gives_way_costs_no_try() -> None:
    talk = a_talk("hola", "gracias")

    assert decided(talk) == "courtesy" and talk("mi pedido").texts == ["¿De qué pedido se trata?"]
