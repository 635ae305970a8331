"""What people write while they wait, and after it is over. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handoff import reopening, waiting_room
from handoff.waiting_room import Wish

CLOSED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", [
    "¿Cuánto falta?", "cuanto tarda??", "¿hay alguien ahí?", "How long will it take?", "anybody there?", "Quanto tempo?",
    "Vai demorar?", "HOLA, ¿SIGUE AHÍ?", "¿Cuántas personas hay delante de mí?",
])
def test_how_long_is_understood(text: str):
    assert waiting_room.understand(text) is Wish.HOW_LONG


@pytest.mark.parametrize("text", ["bot", "*Bot*", "Volver al bot", "Back to the bot", "voltar ao bot", "asistente."])
def test_bot_is_understood(text: str):
    assert waiting_room.understand(text) is Wish.BOT


@pytest.mark.parametrize("text", ["cancelar", "Cancel!", "Déjalo", "never mind", "já resolvi", "Ya no hace falta"])
def test_cancel_is_understood(text: str):
    assert waiting_room.understand(text) is Wish.CANCEL


@pytest.mark.parametrize("text", [
    "La caja llegó rota", "", "👍", "Quiero cancelar el pedido AB-12345", "El bot no me entiende", "3", "2",
    "Cuánto falta me parece que da igual porque llevo dos semanas así y nadie me ha dicho nada",
])
def test_everything_else_is_kept_for_the_agent(text: str):
    assert waiting_room.understand(text) is Wish.WAIT


@pytest.mark.parametrize(("text", "payload", "wish"), [
    ("Volver al bot", "desk.bot", Wish.BOT), ("Esperar", "desk.wait", Wish.STAY), ("x", "desk.write", Wish.WRITE), ("x", "flow.1", Wish.WAIT),
])
def test_a_tap_is_taken_at_its_word(text: str, payload: str, wish: Wish):
    assert waiting_room.understand(text, payload) is wish


def test_a_number_means_a_choice_only_once_choices_were_shown():
    assert [waiting_room.understand(n, was_offered=True) for n in "123"] == [Wish.STAY, Wish.WRITE, Wish.BOT]


@pytest.mark.parametrize("language", ["es", "en", "pt", "pt-BR", "de"])
def test_every_tap_we_show_is_one_we_understand(language: str):
    choices = waiting_room.late_choices(language)

    assert [waiting_room.understand(choice.label, choice.id) for choice in choices] == [Wish.STAY, Wish.WRITE, Wish.BOT]
    assert [waiting_room.understand(choice.label, was_offered=True) for choice in choices] == [Wish.STAY, Wish.WRITE, Wish.BOT]
    assert all(len(choice.label) <= 20 for choice in choices)


@pytest.mark.parametrize("text", [
    "gracias", "¡Muchas gracias!", "vale, gracias", "Ok perfecto, muchas gracias por todo", "👍", "❤️🙏", "Thank you so much!",
    "yes, thanks", "Obrigada!!", "tudo certo, obrigado pela ajuda", "listo",
])
def test_thanks_leave_a_resolved_ticket_alone(text: str):
    assert reopening.decide(text, "message", CLOSED, CLOSED + timedelta(minutes=5)) == "stays"


@pytest.mark.parametrize("text", [
    "gracias, pero sigue sin llegar", "no gracias a vosotros", "vale y el reembolso?", "sí", "?", "¿?", "bien", "Hola",
    "gracias por nada, es una vergüenza", "",
])
def test_anything_more_than_thanks_is_the_same_matter_again(text: str):
    assert reopening.decide(text, "message", CLOSED, CLOSED + timedelta(minutes=5)) == "queue"


def test_a_form_is_never_just_thanks():
    assert reopening.decide("gracias", "form", CLOSED, CLOSED) == "queue"


@pytest.mark.parametrize(("hours", "meaning"), [(47.99, "queue"), (48, "bot"), (1_000, "bot")])
def test_after_two_days_a_message_is_a_new_matter(hours: float, meaning: str):
    assert reopening.decide("sigue sin llegar", "message", CLOSED, CLOSED + timedelta(hours=hours)) == meaning


@pytest.mark.parametrize("disposition", ["cancelled", "spam"])
def test_what_the_contact_left_herself_is_not_reopened(disposition: str):
    assert reopening.decide("otra cosa", "message", CLOSED, CLOSED, disposition) == "bot"


def test_a_ticket_without_an_end_is_nothing_to_come_back_to():
    assert reopening.decide("otra cosa", "message", None, CLOSED) == "bot"
