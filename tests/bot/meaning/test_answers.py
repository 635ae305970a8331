"""Answers, and what else a message says: two in one, in advance, in another language, taken back, of several parts."""

from __future__ import annotations

import pytest

from bot.flow.events import Pressed, Said
from bot.flow.words import denied, denies, tokens, without_courtesy
from tests.bot.meaning.shops import a_talk, decided
from tests.bot.meaning.test_page import FILES


@pytest.mark.parametrize("text", ["AB-12345, ana@mail.com", "ana@mail.com y es el ab 12345", "es el AB12345. Correo: ana@mail.com"])
def test_one_message_answers_two_questions(text: str) -> None:
    assert a_talk("factura", text).texts == ["Factura de AB-12345 a ana@mail.com."]


def test_an_answer_in_advance_is_not_asked_for_again() -> None:
    assert a_talk("factura del AB-12345 a ana@mail.com").texts == ["Factura de AB-12345 a ana@mail.com."]


def test_one_value_in_advance_answers_one_question() -> None:
    two = (
        "flow: two\nstart: {words: [cambiar de pedido]}\ndata: {old: order_number, new: order_number}\nsteps:\n"
        '  - ask: {es: "¿El viejo?", en: "The old?", pt: "O velho?"}\n    save: old\n    if_known: skip\n'
        '  - ask: {es: "¿El nuevo?", en: "The new?", pt: "O novo?"}\n    save: new\n    if_known: skip\n'
    )

    assert a_talk("cambiar de pedido AB-12345", two=two).texts == ["¿El nuevo?"]
    assert a_talk("cambiar de pedido", "AB-12345", two=two).texts == ["¿El nuevo?"]


@pytest.mark.parametrize(
    ("text", "language"), [("Red", "en"), ("Vermelha", "pt"), ("azul", "es"), ("2", "es"), ("Roja", "es"), ("rojo", "es")]
)
def test_an_option_by_its_name_in_one_other_language_changes_the_conversations(text: str, language: str) -> None:
    assert a_talk("una lámpara", text).state["lang"] == language


@pytest.mark.parametrize(("text", "language"), [("yes", "en"), ("sim", "pt"), ("sí", "es"), ("ok", "es"), ("👍", "es"), ("1", "es")])
def test_so_does_yes_or_no(text: str, language: str) -> None:
    assert a_talk("regalo", text).state["lang"] == language


def test_a_tap_says_nothing_about_her_language() -> None:
    assert a_talk("una lámpara")(Pressed("lamp:colour:roja", "Red")).state["lang"] == "es"


def test_a_value_says_nothing_about_her_language() -> None:
    assert a_talk("mi pedido", "AB-12345").state["lang"] == "es"


def test_a_number_is_a_number_where_one_was_asked_for() -> None:
    assert a_talk("una lámpara", "roja", "2").texts == ["Apuntado: 2 de color roja."]


@pytest.mark.parametrize("text", ["no quiero la roja", "I don't want the roja", "não quero a roja", "no me gusta, no quiero roja"])
def test_an_option_that_is_taken_back_is_not_chosen(text: str) -> None:
    assert decided(a_talk("una lámpara", text)) == "not_understood"


@pytest.mark.parametrize("text", ["no, quiero la roja", "no sé, la roja", "prefiero la roja"])
def test_a_no_about_something_else_takes_nothing_back(text: str) -> None:
    assert a_talk("una lámpara", text).texts == ["¿Cuántas quieres?"]


@pytest.mark.parametrize(("text", "row"), [("😀", "not_understood"), ("🤷‍♂️🤷‍♂️", "not_understood"), ("x" * 6000, "not_understood")])
def test_what_is_no_answer_costs_a_try(text: str, row: str) -> None:
    talk = a_talk("una lámpara", text)

    assert (decided(talk), talk.state["frames"][0]["tries"]) == (row, 1)


def test_a_very_long_message_is_kept_as_far_as_it_is_read() -> None:
    talk = a_talk("llegó tarde", "la caja es azul y tiene dos asas. " * 300)

    assert talk.texts == ["Anotado, gracias."]


def test_a_caption_that_is_an_answer_is_taken() -> None:
    assert a_talk("una lámpara")(Said("la roja", media=("image",))).texts == ["¿Cuántas quieres?"]


def test_a_caption_may_be_free_text() -> None:
    assert a_talk("llegó tarde")(Said("mira qué caja", media=("image",))).texts == ["Anotado, gracias."]


def test_a_caption_that_is_no_answer_is_kept_with_its_photo_and_costs_no_try() -> None:
    talk = a_talk("una lámpara")(Said("algo así", media=("image",)))

    assert talk.texts[0].startswith("Lo guardo") and talk.state["frames"][0]["tries"] == 0


@pytest.mark.parametrize("media", ["audio", "sticker", "document", "video", "image", "contacts"])
def test_what_comes_in_the_middle_of_a_question_is_kept_and_the_second_offers_a_person(media: str) -> None:
    talk = a_talk("mi pedido")(Said("", media=(media,)))

    assert talk.texts == ["Lo guardo para el equipo, aunque yo solo entiendo mensajes escritos.\n¿De qué pedido se trata?"]
    assert talk(Said("", media=(media,))).texts == ["¿Quieres que te pase con una persona?"]


PAPER = FILES["broken.yaml"].replace("photo: image", "photo: document").replace("save: photo", 'save: photo\n    invalid: {es: "Un PDF, por favor.", en: "A PDF, please.", pt: "Um PDF, por favor."}')


@pytest.mark.parametrize(("asked", "media"), [("image", "document"), ("image", "video"), ("document", "video"), ("image", "file")])
@pytest.mark.parametrize("caption", ["", "aquí va"])
def test_a_file_of_another_kind_is_a_wrong_answer_where_one_was_asked_for(asked: str, media: str, caption: str) -> None:
    talk = a_talk("llegó rota", broken=PAPER.replace("photo: document", f"photo: {asked}"))(Said(caption, media=(media,)))

    assert (talk.texts, talk.state["frames"][0]["tries"]) == (["Un PDF, por favor."], 1)


@pytest.mark.parametrize("media", ["audio", "sticker"])
def test_a_voice_note_or_a_sticker_is_kept_there_too(media: str) -> None:
    talk = a_talk("llegó rota", broken=PAPER)(Said("", media=(media,)))

    assert talk.texts[0].startswith("Lo guardo") and talk.state["frames"][0]["tries"] == 0


def test_wrong_files_run_out_of_tries() -> None:
    talk = a_talk("llegó rota", broken=PAPER)
    for _ in range(3):
        talk(Said("", media=("video",)))

    assert talk.handoff is not None and talk.handoff.reason == "no_photo"


def test_a_gathered_answer_takes_words_of_other_flows_and_photos() -> None:
    talk = a_talk("una queja", "ayer pedí un regalo", "mi pedido", "¿cuánto cuesta el envío?")(Said("", media=("image",)))

    assert (talk.texts, decided(talk)) == ([], "attachment")


@pytest.mark.parametrize("text", ["cancelar", "agente", "quiero hablar con una persona"])
def test_a_gathered_answer_gives_way_to_commands_and_people(text: str) -> None:
    assert a_talk("una queja", "ayer", text).state["frames"] == []


@pytest.mark.parametrize(
    ("text", "at", "result"),
    [
        ("no quiero devolver", 2, True),
        ("no lo quiero devolver", 3, True),
        ("no, quiero devolver", 2, False),
        ("no es una devolución", 3, True),
        ("no encuentro mi pedido", 3, False),
        ("it isn't a return", 4, True),
        ("I don't want to return it", 5, True),
        ("não quero devolver", 2, True),
        ("quiero devolver", 1, False),
        ("devolver", 0, False),
    ],
)
def test_what_is_taken_back_is_told_from_what_is_not(text: str, at: int, result: bool) -> None:
    assert denied(tokens(text), at, text) is result


@pytest.mark.parametrize(
    ("text", "result"),
    [("no quiero devolverlo", True), ("no voy a cancelar", True), ("no quiero esperar, quiero cancelar", False), ("hola", False)],
)
def test_a_message_that_only_refuses_asks_for_nothing(text: str, result: bool) -> None:
    assert denies(tokens(text), text) is result


@pytest.mark.parametrize(
    ("whole", "bare"), [("menu, por favor", "menu"), ("please cancel", "cancel"), ("por favor", "por favor"), ("gracias", "gracias")]
)
def test_courtesies_at_the_ends_do_not_matter(whole: str, bare: str) -> None:
    assert without_courtesy(whole) == bare
