"""A message that is exactly the phrase of a flow begins it, whatever understanding would make of its words."""

from __future__ import annotations

import pytest

from tests.bot.meaning.shops import a_talk, decided

PHONE = (
    "flow: phone\nstart: {words: {es: [cambiar el teléfono, prefiero hablar con alguien de verdad], en: [change my phone], pt: [mudar o telefone]}}\n"
    'steps:\n  - say: {es: "Cambiado.", en: "Changed.", pt: "Mudado."}\n'
)
SHUT = (
    "flow: shut\ninterrupts: no\nstart: {words: [cerrado]}\ndata: {story: text}\nsteps:\n"
    '  - ask: {es: "¿Y bien?", en: "So?", pt: "E então?"}\n    save: story\n'
    '  - say: {es: "Anotado.", en: "Noted.", pt: "Anotado."}\n'
)


@pytest.mark.parametrize("text", ["cambiar el teléfono", "Cambiar el telefono.", "¡cambiar el teléfono!", "prefiero hablar con alguien de verdad"])
def test_the_phrase_of_a_flow_is_never_judged(text: str) -> None:
    talk = a_talk(text, phone=PHONE)

    assert (decided(talk), talk.texts, talk.handoff) == ("start_phrase", ["Cambiado."], None)


def test_it_begins_in_the_middle_of_a_question_too() -> None:
    assert a_talk("llegó tarde", "cambiar el teléfono", phone=PHONE).texts == ["Cambiado.", "Seguimos con lo de antes.\n¿Qué pasó?"]


def test_a_command_comes_before_the_phrase() -> None:
    assert decided(a_talk("agente", phone=PHONE.replace("[cambiar el teléfono,", "[agente,"))) == "command"


def test_a_flow_that_forbids_interruption_is_not_left() -> None:
    assert a_talk("cerrado", "una lámpara", shut=SHUT).texts == ["Anotado."]


def test_a_first_message_sets_the_language_by_its_phrase_too() -> None:
    assert a_talk("change my phone", phone=PHONE).texts == ["Changed."]


@pytest.mark.parametrize(("begin", "row"), [("opinión", "reply"), ("una queja", "gather")])
def test_what_takes_every_message_takes_the_phrase(begin: str, row: str) -> None:
    assert decided(a_talk(begin, "un regalo")) == row


def test_more_words_than_the_phrase_are_judged() -> None:
    assert a_talk("prefiero hablar con una persona", phone=PHONE).handoff is not None
