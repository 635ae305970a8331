"""The FAQ in a talk: when it answers, what becomes of the pending question, who takes over afterwards."""

from __future__ import annotations

import pytest

from tests.bot.meaning.shops import a_talk, decided
from tests.bot.meaning.test_page import FILES

ASKED = "¿cuánto cuesta el envío?"
ANSWER = "El envío cuesta 4,90 €."


def test_it_answers_with_nothing_pending() -> None:
    assert a_talk(ASKED).texts == [ANSWER]


@pytest.mark.parametrize(("asked", "answer"), [("shipping costs?", "Shipping is €4.90."), ("quanto custa o frete", "O frete custa 4,90 €.")])
def test_it_answers_in_the_language_of_who_asks(asked: str, answer: str) -> None:
    assert a_talk(asked, language=asked[:2].replace("sh", "en").replace("qu", "pt")).texts == [answer]


@pytest.mark.parametrize(
    ("begin", "question"),
    [("mi pedido", "¿De qué pedido se trata?"), ("una lámpara", "¿De qué color la quieres?"), ("regalo", "¿Es para regalo?")],
)
def test_the_question_comes_again_after_one_sentence_with_its_tries_unchanged(begin: str, question: str) -> None:
    talk = a_talk(begin, ASKED)

    assert talk.texts == [ANSWER, f"Seguimos con lo de antes.\n{question}"]
    assert talk.state["frames"][0]["tries"] == 0


@pytest.mark.parametrize("text", [
    ASKED, "gastos de envío", "Gastos de envío.", "una cosa, ¿cuánto cuesta el envío?", "espera: cuánto cuesta el envío",
    "¿cuánto cuesta el envío? es que no lo veo",
])
def test_free_text_that_asks_strongly_is_answered(text: str) -> None:
    assert a_talk("llegó tarde", text).texts == [ANSWER, "Seguimos con lo de antes.\n¿Qué pasó?"]


@pytest.mark.parametrize("text", [
    "los gastos de envío me parecieron caros y además llegó tarde", "¿y lo del envío?", "llegó tarde, gastos de envío aparte",
    "me llegó la caja de la semana pasada abierta, ¿cuánto cuesta el envío?", "me cobraron el envío, no lo entiendo",
])
def test_free_text_that_only_touches_it_is_free_text(text: str) -> None:
    assert decided(a_talk("llegó tarde", text)) == "free"


def test_a_longer_wording_is_stronger_than_a_shorter_trigger_within_it() -> None:
    trade = FILES["gift.yaml"].replace("[regalo, un regalo]", "[envío]")

    assert a_talk(ASKED, gift=trade).texts == [ANSWER]
    assert a_talk("envío", gift=trade).texts == ["¿Es para regalo?"]
    assert a_talk("quiero hacer un envío", gift=trade).texts == ["¿Es para regalo?"]


def test_a_phrase_that_is_all_of_the_message_is_stronger_than_a_known_question() -> None:
    trade = FILES["gift.yaml"].replace("[regalo, un regalo]", "[gastos de envío]")

    assert a_talk("gastos de envío", gift=trade).texts == ["¿Es para regalo?"]


def test_the_people_of_the_last_answer_take_over() -> None:
    faq = FILES["_faq.yaml"].replace("  ways: {es: [gastos", "  queue: shipping\n  ways: {es: [gastos")
    talk = a_talk(ASKED, "agente", _faq=faq)

    assert talk.handoff is not None and talk.handoff.queue == "shipping"


def test_an_entry_answers_only_while_its_condition_holds() -> None:
    faq = FILES["_faq.yaml"].replace("  ways: {es: [gastos", '  when: channel == "twilio-sms"\n  ways: {es: [gastos')

    assert a_talk(ASKED, _faq=faq).texts == ["No te he entendido."]


def test_what_is_said_while_a_flow_waits_leaves_the_wait_alone() -> None:
    talk = a_talk("avísame")
    before = talk.state["wait"]

    assert talk(ASKED).texts == [ANSWER] and talk.state["wait"] == before


def test_the_trace_names_the_entry() -> None:
    assert [one.decision for one in a_talk(ASKED).turn.trace] == ["faq_at_choice", "faq:shipping_cost"]
