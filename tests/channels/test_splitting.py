"""Texts cut between words, links and graphemes, counted as each provider counts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.gsm import fold, is_gsm, segments
from channels.limits import OCTETS, octets, units
from channels.marks import without_marks
from channels.splitting import cut, split

FAMILY = "👩‍👩‍👧‍👦"
LINK = "https://example.com/" + "a" * 60


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("*hola* y _adiós_", "hola y adiós"),
        ("~no~ `AB-1`", "no AB-1"),
        ("AB_12_C y 3*4*5", "AB_12_C y 3*4*5"),
        ("https://x.com/_a_/b ya", "https://x.com/_a_/b ya"),
        ("_mira https://x.com/?a=_b_", "_mira https://x.com/?a=_b_"),
        ("* lista", "* lista"),
    ],
)
def test_marks_are_taken_out_where_they_would_show(marked: str, plain: str) -> None:
    assert without_marks(marked) == plain


def test_text_is_cut_at_lines_before_words() -> None:
    assert split("primera línea aquí\nsegunda línea", 24) == ["primera línea aquí", "segunda línea"]


def test_link_stays_whole() -> None:
    text = "mira aquí: " + LINK

    assert LINK in split(text, 85)[-1]


def test_emoji_of_a_family_stays_whole() -> None:
    pieces = split(FAMILY * 9, 25)

    assert all(piece.replace(FAMILY, "") == "" for piece in pieces)


def test_flags_stay_whole() -> None:
    assert split("🇪🇸🇵🇹🇲🇽", 10) == ["🇪🇸🇵🇹", "🇲🇽"]


def test_letter_and_its_accent_stay_together() -> None:
    assert split("e\u0301" * 6, 5) == ["e\u0301" * 2] * 3


def test_instagram_counts_bytes() -> None:
    assert [octets(piece) for piece in split("ñ" * 30, 21, OCTETS)] == [20, 20, 20]


def test_cut_says_that_it_cut() -> None:
    assert (cut("Devoluciones", 8), cut("Envíos", 8)) == ("Devoluc…", "Envíos")


@given(st.text(alphabet=st.sampled_from("aá é\n👍🏽́"), max_size=120), st.integers(min_value=8, max_value=40))
def test_split_loses_nothing_but_spaces_at_the_cuts(text: str, limit: int) -> None:
    pieces = split(text, limit)

    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
    assert all(units(piece) <= limit for piece in pieces)


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("€" * 81, 2), ("a" * 152 + "€" + "a" * 153, 3), ("á" * 70, 1),
     ("á" * 71, 2), ("👍" * 35, 1), ("👍" * 36, 2), ("👍" * 67, 3)],
)  # fmt: skip
def test_segments_are_counted_as_they_are_paid(text: str, count: int) -> None:
    assert segments(text) == count


def test_folding_touches_no_letter() -> None:
    assert fold("¿Cuándo llegará mañana, João?") == "¿Cuándo llegará mañana, João?"
    assert is_gsm("¿Qué? €ñ") and not is_gsm("á")
