"""The card an agent sees first. Pure."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from handoff import card

WORDS = "quiero hablar con alguien ya"


@pytest.mark.parametrize(("language", "sentence"), [
    ("es", "Pidió una persona: «quiero hablar con alguien ya»"),
    ("en", "Asked for a person: “quiero hablar con alguien ya”"),
    ("pt-BR", "Pediu uma pessoa: “quiero hablar con alguien ya”"),
    ("de", "Asked for a person: “quiero hablar con alguien ya”"),
])
def test_the_reason_is_one_sentence_in_the_agents_language(language: str, sentence: str):
    assert card.sentence("human_request", ["", WORDS], language) == sentence


def test_a_reason_without_words_of_the_contact_stands_alone():
    assert card.sentence("bot_error", [], "es") == "El asistente falló"


def test_a_reason_we_have_no_words_for_is_shown_as_it_is():
    assert card.label("customs_held", "es") == "Customs held"


@pytest.mark.parametrize(("language", "sentence"), [
    ("es", "El asistente dio 3 veces la misma respuesta"),
    ("en", "The assistant gave the same answer 3 times"),
    ("pt", "O assistente deu 3 vezes a mesma resposta"),
])
def test_a_count_is_a_sentence_with_its_number(language: str, sentence: str):
    assert card.counting("same_answer", "3", language) == sentence


def test_what_counts_nothing_has_no_such_sentence():
    assert card.counting("profanity", "3", "es") == ""


def test_a_signal_is_explained_and_a_step_of_a_flow_is_not():
    assert card.explained("insult", "es-AR") == "Las palabras van contra la tienda o contra alguien."
    assert card.explained("customs_held", "es") == ""


def test_a_long_quote_is_cut_to_fit():
    assert len(card.shortened("a" * 500)) == 160 and card.shortened("a" * 500).endswith("…")


def test_every_reason_has_words_in_three_languages():
    reasons = yaml.safe_load(Path(card.REASONS).read_text(encoding="utf-8"))

    assert all(set(words) == {"es", "en", "pt"} and all(words.values()) for words in reasons.values())
