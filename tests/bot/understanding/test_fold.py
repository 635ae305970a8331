"""Folding, and the way back to the contact's own words."""

import pytest

from bot.understanding.fold import MAX_CHARACTERS, fold, plain_word


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Canción", "cancion"),
        ("hooolaaa", "hola"),
        ("m13rda", "mierda"),
        ("f***", "maskedswear"),
        ("*nota*", "nota"),
        ("don't", "dont"),
        ("VERGÜENZA", "verguenza"),
        ("per\u200bsona", "persona"),
        ("12345", "12345"),
        ("AB12345", "ab12345"),
    ],
)
def test_word_is_folded(typed, folded):
    assert plain_word(typed) == folded


def test_signs_become_words_of_their_own():
    assert fold("Hola, ¿qué tal? 😡").text == " hola , que tal | emoangry "


def test_end_of_sentence_stands_once_and_not_in_front():
    assert fold("...Ya!!! no").text == " ya | no "


def test_quote_is_the_writing_of_the_contact():
    folded = fold("Pues  ¡QUÉ   vergüenza!, de verdad")

    start = folded.text.index(" que ")

    assert folded.quote(start, start + len(" que verguenza ")) == "QUÉ   vergüenza"


def test_quote_survives_what_was_left_out():
    folded = fold("ser\u200bvicio pe\u0301simo")

    assert folded.quote(0, len(folded.text)) == "ser\u200bvicio pe\u0301simo"


def test_folded_text_is_cut():
    assert len(fold("ab " * 4000).text) <= MAX_CHARACTERS + 2
