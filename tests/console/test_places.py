"""Where words stand: what is marked is what was said, letter for letter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.places import place
from console.segments import segments

PIECES = ["ya ", "YA ", "playa ", "otra vez ", "vergüenza", "ver\u0301guenza ", "👩🏽‍🚚", "😡😡", "\n", "\r\n", "  ", "https://a.example/ya ",
          "İ", "ß", "ﬁn", "?!", "\u200d", "日本", "a\u0301", "١٢"]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(st.characters(blacklist_characters="*"), max_size=4), min_size=1,
                 max_size=60).map("".join)


def cited(text: str, quotes: list[tuple[int, str]], number: int) -> str:
    return "".join(piece.text for piece in segments(text, quotes) if number in piece.cites)


@given(TEXTS, st.data())
def test_the_marked_letters_are_the_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1)) if text else 0
    quote = text[start : data.draw(st.integers(start, len(text)))]

    assert cited(text, [(1, quote)], 1) == (quote if quote.strip() else "")


@given(TEXTS, st.data())
def test_each_of_several_quotes_keeps_its_own_letters(text: str, data: st.DataObject) -> None:
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=5))
    quotes = [(number, text[min(span) : max(span)]) for number, span in enumerate(spans, 1)]

    assert all(cited(text, quotes, number) == (quote if quote.strip() else "") for number, quote in quotes)


@given(TEXTS, st.data())
def test_no_letter_of_the_text_is_lost_or_told_twice(text: str, data: st.DataObject) -> None:
    quotes = [(1, text[: data.draw(st.integers(0, len(text)))]), (2, data.draw(st.sampled_from(PIECES)))]

    assert "".join(piece.text for piece in segments(text, quotes)) == text


@given(TEXTS, st.data())
def test_every_number_is_shown_once(text: str, data: st.DataObject) -> None:
    quote = data.draw(st.sampled_from(PIECES))
    shown = [number for piece in segments(text, [(1, quote), (2, text)]) for number in piece.discs]

    assert shown.count(1) == (place(text, quote) is not None) and shown.count(2) == bool(text.strip())


@pytest.mark.parametrize(("text", "words", "marked"), [
    ("La playa ya no", "ya", (9, 11)),  # the word, not the end of another one
    ("Ya te dije que ya", "ya", (15, 17)),  # its own capitals before others
    ("Es un ROBO", "un robo", (3, 10)),
    ("no\nme   sirve", "no me sirve", (0, 13)),
    ("vergüenza", unicodedata.normalize("NFD", "vergüenza"), (0, 9)),
    ("que\u200b asco", "que asco", (0, 9)),
    ("cafe\u0301 y cafe", "cafe", (8, 12)),  # not without its accent
    ("👩🏽 👩", "👩", (3, 4)),  # not without its colour
])
def test_words_are_found_where_a_reader_sees_them(text: str, words: str, marked: tuple[int, int]) -> None:
    assert place(text, words) == marked


@pytest.mark.parametrize("words", ["", " \n", "no está", "3×", "\u200d"])
def test_what_does_not_stand_there_is_not_found(words: str) -> None:
    assert place("Hola", words) is None


def test_a_quote_inside_an_address_leaves_the_address_whole() -> None:
    found = segments("mira https://a.example/pedido ya", [(1, "example")])

    assert {piece.href for piece in found if piece.cites} == {"https://a.example/pedido"}


def test_a_long_message_is_marked_at_its_end_too() -> None:
    text = "Hola, escribo por mi pedido. " * 140 + "Esto es una vergüenza 😡"

    assert cited(text, [(1, "una vergüenza 😡")], 1) == "una vergüenza 😡"
