"""How people name one of several options: by its place, its label, a beginning of it; in three languages."""

from __future__ import annotations

import pytest

from bot.flow.words import position
from tests.bot.flow.builders import Talk, a_flow, a_library

DATA = "start: {words: [go]}\ndata: {note: text, sure: yes_no, many: integer}"
MENU = (
    "  - menu: ¿Cuál?\n    options:\n"
    "      order: {text: {es: 'Mi pedido', en: 'My order', pt: 'Meu pedido'}}\n"
    "      back: {text: {es: 'Devolución', en: 'Return', pt: 'Devolução'}}\n"
    "      money: {text: {es: 'Devolver el dinero', en: 'Money back', pt: 'Reembolso'}}\n"
    "  - say: fin\n"
)
NOTE = "  - ask: ¿Qué talla?\n    save: note\n    buttons: {s: Pequeña, l: Grande}\n  - say: 'Talla {note}'\n"
SURE = "  - ask: ¿Seguro?\n    save: sure\n    buttons: {yes: 'Sí', no: 'No'}\n  - say: 'Es {sure}'\n"


def chosen(text: str, *steps: str, language: str = "es") -> str:
    """The option that this text chose; '' for none."""
    talk = Talk(a_library(*(steps or (MENU,)), head=DATA), language=language)("go")(text)
    found = [trace.decision.removeprefix("answer:") for trace in talk.turn.trace if trace.decision.startswith("answer:")]
    return found[0] if found else ""


@pytest.mark.parametrize("text", [
    "2", "2.", "2)", "2️⃣", " 2 ", "dos", "la segunda", "la 2", "la 2ª", "opción 2", "opción dos", "la segunda opción",
    "quiero la segunda", "prefiero la 2 por favor", "two", "the second", "the second one", "number two", "2nd",
    "option two please", "dois", "a segunda", "o segundo", "a 2ª opção", "quero a segunda",
])
def test_a_place_is_read_as_people_write_it(text: str) -> None:
    assert position(text) == 2


@pytest.mark.parametrize(("text", "place"), [("🔟", 10), ("once", 11), ("doze", 12), ("the fifteenth", 15), ("la 20", 20),
                                             ("0", 0), ("cero", 0)])
def test_long_lists_have_places_too(text: str, place: int) -> None:
    assert position(text) == place


@pytest.mark.parametrize("text", ["", "123", "2 o 3", "AB-2", "dos pedidos", "2026-11-22", "¿y el segundo pedido que hice ayer?"])
def test_what_is_more_than_a_place_is_none(text: str) -> None:
    assert position(text) is None


@pytest.mark.parametrize(("text", "option"), [
    ("devolucion", "back"), ("DEVOLUCIÓN", "back"), ("devoluc", "back"), ("mi", "order"), ("mi ped", "order"),
    ("devolver", "money"), ("devol", ""), ("m", ""), ("de", ""),
])
def test_the_beginning_that_only_one_label_has_means_it(text: str, option: str) -> None:
    assert chosen(text) == option


@pytest.mark.parametrize(("language", "text", "option"), [("en", "retu", "back"), ("pt", "reemb", "money"), ("pt", "meu", "order")])
def test_beginnings_are_those_of_her_language(language: str, text: str, option: str) -> None:
    assert chosen(text, language=language) == option


LAMPS = (
    "  - menu: ¿Cuál?\n    options: {warm: Bombilla cálida, cold: Lámpara fría, red: La roja, "
    "money: Devolver el dinero, no: 'No', many: Los dos, mine: Mi pedido}\n"
)


@pytest.mark.parametrize(("text", "option"), [
    ("la bombilla", "warm"), ("una lámpara", "cold"), ("the bombilla", "warm"), ("roja", "red"), ("la", "red"),
    ("a lámpara", "cold"), ("el", ""), ("la cálida", ""), ("las rojas", ""),
])
def test_an_article_before_the_beginning_of_a_label_is_no_part_of_it(text: str, option: str) -> None:
    assert chosen(text, LAMPS) == option


@pytest.mark.parametrize("text", ["la bombilla", "una bombilla"])
def test_a_beginning_that_two_labels_have_is_none_with_an_article_either(text: str) -> None:
    assert chosen(text, "  - menu: ¿Cuál?\n    options: {a: Bombilla cálida, b: Bombilla fría}\n") == ""


@pytest.mark.parametrize(("text", "option"), [
    ("quiero devolver el dinero", "money"), ("Devolver el dinero, por favor", "money"),
    ("hola, quería una bombilla cálida", "warm"), ("no quiero devolver el dinero", ""), ("no lo sé", ""),
    ("quiero devolver el dinero de mi pedido", ""), ("quiero devolver dinero", ""),
])
def test_a_whole_label_within_the_message_means_it(text: str, option: str) -> None:
    assert chosen(text, LAMPS) == option


OTHER = a_flow("  - say: Otro", name="other", head="start: {words: [bombilla cálida para el baño]}")


def test_a_longer_phrase_of_another_flow_is_stronger_than_a_label() -> None:
    talk = Talk(a_library(LAMPS, head=DATA, other=OTHER))("go")

    assert talk("busco una bombilla cálida para el baño").texts[0] == "Otro"


def test_longer_words_of_another_option_are_stronger_than_a_label() -> None:
    menu = "  - menu: ¿Cuál?\n    options: {a: Devolver, b: {text: Otra cosa, words: [devolver el dinero]}}\n"

    assert chosen("quiero devolver el dinero", menu) == "b"


def test_a_command_is_stronger_than_the_beginning_of_a_label() -> None:
    menu = "  - menu: ¿Cuál?\n    options: {a: {text: Cancelar el pedido}, b: {text: Otra cosa}}\n"

    assert chosen("cancelar", menu) == ""
    assert chosen("cancelar el", menu) == "a"


def test_a_number_beside_buttons_is_a_place() -> None:
    assert chosen("2", NOTE) == "l"


def test_a_number_answers_yes_or_no() -> None:
    assert (chosen("1", SURE), chosen("2", SURE)) == ("yes", "no")


def test_a_number_is_a_number_where_one_was_asked_for() -> None:
    many = "  - ask: ¿Cuántos?\n    save: many\n    buttons: {1: Uno, 7: Siete}\n  - say: 'Son {many}'\n"

    talk = Talk(a_library(many, head=DATA))("go")("2")

    assert talk.texts == ["Son 2"]


def test_a_number_alone_is_text_where_nothing_was_offered() -> None:
    ask = "  - ask: ¿Qué pasó?\n    save: note\n  - say: 'Dices {note}'\n"

    assert Talk(a_library(ask, head=DATA))("go")("2").texts == ["Dices 2"]


ANSWERS = "  - menu: ¿Vale así?\n    options: {keep: 'Sí, así', change: 'No, gracias', later: '¡Listo!'}\n"


@pytest.mark.parametrize(("text", "option"), [
    ("sí", "keep"), ("Si!", "keep"), ("sí así", "keep"), ("no", "change"), ("No.", "change"), ("no gracias", "change"),
    ("listo", "later"), ("¡Listo!", "later"),
])
def test_yes_and_no_choose_the_option_that_begins_so(text: str, option: str) -> None:
    assert chosen(text, ANSWERS) == option


def test_they_do_at_a_question_for_free_text_too() -> None:
    assert chosen("sí", "  - ask: ¿Así?\n    save: note\n    buttons: {a: 'Sí, así', b: 'No, gracias'}\n") == "a"


def test_a_yes_that_two_options_begin_with_chooses_neither() -> None:
    assert chosen("sí", "  - menu: ¿Cuál?\n    options: {a: 'Sí, así', b: 'Sí, otro', c: 'No'}\n") == ""


def test_an_option_that_is_called_so_is_stronger_than_one_that_begins_so() -> None:
    assert chosen("no", "  - menu: ¿Cuál?\n    options: {a: 'No, gracias', b: 'No', c: 'Sí'}\n") == "b"


@pytest.mark.parametrize("text", ["listo", "¡Listo!", "listo…"])
def test_signs_around_the_words_of_an_option_do_not_count(text: str) -> None:
    assert chosen(text, "  - menu: ¿Cuál?\n    options: {a: {text: Uno, words: ['¡Listo!']}, b: Dos}\n") == "a"
