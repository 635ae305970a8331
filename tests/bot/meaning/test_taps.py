"""Taps: of the pending question, of an older one, of buttons that are never over."""

from __future__ import annotations

import pytest

from bot.flow.events import Pressed
from tests.bot.meaning.shops import a_talk

NEWS = (
    "flow: news\nstart: {words: [noticias], payloads: [NEWS]}\nsteps:\n"
    '  - say: {es: "Hay novedades.", en: "There is news.", pt: "Há novidades."}\n'
    '    buttons: {lamp: {es: "Lámparas", en: "Lamps", pt: "Luminárias"}, agente: {es: "Alguien", en: "Someone", pt: "Alguém"}, '
    'x: {es: "Gastos de envío", en: "Shipping costs", pt: "Frete"}}\n'
)


def test_an_older_button_repeats_the_question_with_its_tries_unchanged() -> None:
    talk = a_talk("una lámpara", "verde")
    old = talk.choices[0]
    talk("roja")("muchas")

    assert talk(Pressed(old, "Roja")).texts == ["Ese menú ya había terminado.\n¿Cuántas quieres?"]
    assert talk.state["frames"][0]["tries"] == 1


@pytest.mark.parametrize("payload", ["lamp:colour:roja", "foreign", "", "lamp:colour", ":::", "x" * 500])
def test_a_tap_with_nothing_pending_is_answered(payload: str) -> None:
    assert a_talk("hola", "cancelar")(Pressed(payload, "Roja")).texts[0].startswith("Ese menú ya había terminado. Escribe")


def test_with_nothing_pending_the_words_on_an_old_button_may_begin_a_flow() -> None:
    assert a_talk()(Pressed("gone:1:order", "Mi pedido")).texts == ["¿De qué pedido se trata?"]


def test_yes_to_the_question_for_a_person_counts_also_later() -> None:
    assert a_talk("mi pedido")(Pressed("ask_person:yes_word", "Sí")).handoff is not None


def test_no_to_it_later_goes_on_with_the_question() -> None:
    talk = a_talk("mi pedido")(Pressed("ask_person:no_word", "No"))

    assert talk.texts == ["De acuerdo, seguimos por aquí.\n¿De qué pedido se trata?"]


@pytest.mark.parametrize(
    ("payload", "label", "answer"),
    [
        ("say:lamp", "Lámparas", "¿De qué color la quieres?"),
        ("say:NEWS", "Más", "Hay novedades."),
        ("say:x", "Gastos de envío", "El envío cuesta 4,90 €."),
        ("say:menu", "Todo", "¿En qué te ayudo?"),
    ],
)
def test_a_button_beside_a_say_is_never_over(payload: str, label: str, answer: str) -> None:
    assert a_talk("noticias", "hola", "cancelar", news=NEWS)(Pressed(payload, label)).texts[0] == answer


def test_a_button_beside_a_say_may_be_a_command() -> None:
    assert a_talk("noticias", news=NEWS)(Pressed("say:agente", "Alguien")).handoff is not None


def test_a_button_that_begins_a_flow_digresses_from_a_question() -> None:
    talk = a_talk("mi pedido", news=NEWS)(Pressed("NEWS", "Novedades"))

    assert talk.texts == ["Hay novedades.", "Seguimos con lo de antes.\n¿De qué pedido se trata?"]


def test_a_button_of_the_running_flow_repeats_its_question() -> None:
    assert a_talk("una lámpara")(Pressed("say:lamp", "Lámparas")).texts == ["¿De qué color la quieres?"]


@pytest.mark.parametrize(("text", "answer"), [("1", "¿De qué color la quieres?"), ("lámparas", "¿De qué color la quieres?"), ("la tercera", "El envío cuesta 4,90 €.")])
def test_a_button_beside_the_last_words_is_chosen_by_number_and_name_too(text: str, answer: str) -> None:
    assert a_talk("noticias", text, news=NEWS).texts == [answer]


def test_its_number_means_nothing_once_something_else_was_said() -> None:
    assert a_talk("noticias", "gastos de envío", "1", news=NEWS).texts == ["No te he entendido."]
