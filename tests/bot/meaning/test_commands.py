"""Commands: only as the whole message, in every language of the shop, whatever is pending."""

from __future__ import annotations

import pytest

from tests.bot.flow.builders import Talk, a_library
from tests.bot.meaning.shops import a_talk, decided


@pytest.mark.parametrize("word", ["agente", "una persona", "agent", "a human", "atendente", "Persona, por favor", "¡HUMANO!"])
@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_a_person_comes_at_a_word_of_any_language(word: str, language: str) -> None:
    assert a_talk(word, language=language).handoff is not None


@pytest.mark.parametrize("word", ["cancelar", "cancel", "olvídalo", "esquece", "cancelar por favor", "please, cancel"])
def test_cancel_ends_what_is_under_way(word: str) -> None:
    talk = a_talk("mi pedido", word)

    assert talk.state["frames"] == [] and talk.turn.outcome == "answered"


@pytest.mark.parametrize("word", ["menú", "menu", "inicio", "início", "home"])
def test_the_menu_comes_in_place_of_everything(word: str) -> None:
    talk = a_talk("mi pedido", "quiero una lámpara", word)

    assert [frame["flow"] for frame in talk.state["frames"]] == ["menu"]


@pytest.mark.parametrize("word", ["atrás", "repite", "back", "repetir", "voltar", "menú"])
def test_with_nothing_pending_what_goes_back_shows_the_menu(word: str) -> None:
    assert a_talk(word).texts == ["¿En qué te ayudo?"]


@pytest.mark.parametrize(
    ("word", "question"),
    [
        ("english", "Which order is it?"),
        ("in english please", "Which order is it?"),
        ("inglês", "Which order is it?"),
        ("português", "De qual pedido se trata?"),
        ("portuguese", "De qual pedido se trata?"),
        ("¿hablas español?", "¿De qué pedido se trata?"),
    ],
)
@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_a_language_is_named_in_any_language_and_the_question_comes_in_it(word: str, question: str, language: str) -> None:
    talk = a_talk("mi pedido", word, language=language)

    assert talk.texts[0].endswith(question) and talk.state["frames"][0]["tries"] == 0


def test_a_language_that_the_shop_does_not_speak_is_no_command() -> None:
    project = "shop: x\nlanguages: [es]\nqueues: [general]\n"

    assert decided(Talk(a_library("  - say: Hola", _project=project, _services=""))("português")) == "not_understood"


@pytest.mark.parametrize("text", ["quiero cancelar mi suscripción", "el menú de la semana", "no sé español todavía"])
def test_a_command_within_a_sentence_is_none(text: str) -> None:
    assert decided(a_talk("llegó tarde", text)) == "free"


def test_cancel_goes_on_with_the_flow_below_after_one_sentence() -> None:
    talk = a_talk("mi pedido", "quiero una lámpara", "cancelar")

    assert talk.texts == ["De acuerdo, lo dejo aquí.", "Seguimos con lo de antes.\n¿De qué pedido se trata?"]


def test_back_never_crosses_what_was_done() -> None:
    done = (
        "flow: done\nstart: {words: [hazlo]}\ndata: {note: text, more: text}\nsteps:\n"
        '  - ask: {es: "¿Qué?", en: "What?", pt: "O quê?"}\n    save: note\n'
        "  - do: notes.create\n    with: {text: note}\n"
        '  - ask: {es: "¿Y más?", en: "More?", pt: "Mais?"}\n    save: more\n'
    )
    talk = a_talk("hazlo", "esto", done=done, _services="notes.create:\n  kind: write\n  inputs: {text: text}\n")
    talk.result("found")

    assert talk("atrás").texts == ["No hay ninguna pregunta anterior.\n¿Y más?"]


def test_back_drops_what_came_after_the_question() -> None:
    talk = a_talk("una lámpara", "roja", "atrás")

    assert talk.state["frames"][-1]["vars"]["colour"] is None
