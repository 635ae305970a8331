"""Answers as people write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.flow.answers import Spoken, read, shape
from bot.flow.words import position

SHAPES = (shape("AA-99999"),)


def parsed(kind: str, text: str) -> Any:
    return read(kind, Spoken(text, today=date(2026, 11, 23), shapes=SHAPES))


@pytest.mark.parametrize(
    "text",
    [
        "AB-12345",
        "ab12345",
        "ab 12345",
        "es el AB.12345",
        "#ab-12345!",
        "el pedido es ab-12345 gracias",
        "AB–12345",
        "ab_12345",
        "(AB 12345)",
    ],
)
def test_an_order_number_is_found_however_it_is_written(text: str) -> None:
    assert parsed("order_number", text) == "AB-12345"


@pytest.mark.parametrize("text", ["12345", "AB-1234", "AB-123456", "XAB-12345", "A-12345", "AB 12 345 6", ""])
def test_what_only_looks_like_an_order_number_is_none(text: str) -> None:
    assert parsed("order_number", text) is None


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [("9999", "estado 1234", "1234"), ("#9999", "el 1234", "#1234"), ("AA99", "xy 12", "XY12")],
)
def test_a_shop_may_write_its_numbers_as_it_likes(written: str, text: str, expected: str) -> None:
    assert shape(written).find(text) == expected


@pytest.mark.parametrize("written", ["pedido", "", "-", "A" * 41])
def test_a_shape_without_letters_or_digits_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="AA-99999"):
        shape(written)


@pytest.mark.parametrize(
    "text", ["sí", "Si!", "claro", "vale", "dale", "sim", "yes please", "👍", "de una", "por supuesto"]
)
def test_yes_is_understood(text: str) -> None:
    assert parsed("yes_no", text) is True


@pytest.mark.parametrize("text", ["no", "No.", "nop", "não", "no, gracias", "para nada", "👎", "no thanks"])
def test_no_is_understood(text: str) -> None:
    assert parsed("yes_no", text) is False


@pytest.mark.parametrize("text", ["no me ha llegado nada", "quizá", "", "sí pero no sé si mañana o pasado o nunca"])
def test_neither_yes_nor_no_is_no_answer(text: str) -> None:
    assert parsed("yes_no", text) is None


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("number", "son 1.234,50 €", "1234.50"),
        ("number", "1,234.50", "1234.50"),
        ("number", "3", 3),
        ("number", "2 o 3", None),
        ("integer", "tengo 4", 4),
        ("integer", "4,5", None),
        ("money", "59,9", "59.9"),
        ("date", "el 5/11/2026", "2026-11-05"),
        ("date", "2026-11-05", "2026-11-05"),
        ("date", "mañana", "2026-11-24"),
        ("date", "31/02/2026", None),
        ("time", "a las 9:30", "09:30"),
        ("time", "9 pm", "21:00"),
        ("time", "99:99", None),
        ("email", "es Marta@Example.com.", "marta@example.com"),
        ("email", "marta arroba example", None),
        ("phone", "+34 600 111 222", "+34600111222"),
        ("phone", "123", None),
        ("postcode", "mi código es 28013", "28013"),
        ("postcode", "01310-100", "01310-100"),
        ("text", "  hola ", "hola"),
        ("image", "hola", None),
        ("location", "hola", None),
    ],
)
def test_each_type_reads_its_answer(kind: str, text: str, expected: Any) -> None:
    assert parsed(kind, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", 2),
        ("2)", 2),
        ("dos", 2),
        ("la segunda", 2),
        ("opción 2", 2),
        ("number two", 2),
        ("o primeiro", 1),
        ("quiero 2 lámparas", None),
        ("hola", None),
        ("", None),
    ],
)
def test_a_place_in_a_list_is_named_by_digit_or_word(text: str, expected: int | None) -> None:
    assert position(text) == expected
