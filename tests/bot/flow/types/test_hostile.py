"""Whatever a customer writes, no type raises, gives anything but plain JSON, or takes long over it."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from datetime import date
from re import _constants as signs  # type: ignore[attr-defined]
from re import _parser as sre_parse  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow import types
from bot.flow.answers import PARSERS, Spoken, read, shape
from bot.flow.order_shapes import Shape

SHAPES: tuple[Shape, ...] = (shape("AA-99999"),)
LOCALES = (("es_ES", "ES"), ("es_MX", "MX"), ("en_US", "US"), ("en_GB", "GB"), ("pt_BR", "BR"), ("xx", "ZZ"), ("", ""))
PIECES = (
    "3", "31", "/", "-", ".", ",", " de ", "marzo", "mañana", "a las ", "5", "pm", "@", "arroba", "punto", "com", "+34", "600 111 222",
    "€", "$", "R$", "AB-12345", "12345678Z", "sí", "no", "👍", "⭐", "lunes", "próximo", "hace ", "días", "\n", "1.234,50", "²", "٣", "½",
    "28013", "Ⅷ", "\u202e", "\x00", "\ud800", "9" * 30, "(", "nada", "½/3", "0", "24:00", "29/02", "2027", "q",
)  # fmt: skip
HOSTILE = (
    "1 ", "1.", "1/2 ", ". ", "ana arroba ", "punto ", "+34 600 ", "12345678Z ", "3 de ", "si no ", "a@b.", "600 111 222 ", "AB 123 ",
    "hace dos ", " ", "1,", "\u00a0", "40.123, ", "R$ ", "GODE561231 ", "12:", "\n", "- ", "a", "de la ", "y ", "el 1",
)  # fmt: skip


def spoken(text: str, place: tuple[str, str] = LOCALES[0]) -> Spoken:
    return Spoken(text, today=date(2026, 11, 23), locale=place[0], country=place[1], shapes=SHAPES)


@settings(max_examples=400, deadline=None)
@given(
    text=st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=9).map("".join)),
    place=st.sampled_from(LOCALES),
)
def test_no_type_raises_and_every_value_is_plain_json(text: str, place: tuple[str, str]) -> None:
    for kind in PARSERS:
        value = read(kind, spoken(text, place))
        assert json.loads(json.dumps(value)) == value


@settings(max_examples=200, deadline=None)
@given(day=st.dates(date(1950, 1, 1), date(2045, 12, 31)), place=st.sampled_from(LOCALES[:5]))
def test_a_date_with_its_year_is_read_back_as_it_was(day: date, place: tuple[str, str]) -> None:
    written = f"{day.month}/{day.day}/{day.year}" if place[0] == "en_US" else f"{day.day}/{day.month}/{day.year}"

    assert read("date", spoken(written, place)) == day.isoformat()


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_of_the_clock_is_read_back_as_it_was(hour: int, minute: int) -> None:
    assert read("time", spoken(f"{hour:02}:{minute:02}")) == f"{hour:02}:{minute:02}"


@given(st.integers(0, 999_999_999), st.integers(0, 99))
def test_an_amount_is_read_back_however_its_thousands_are_written(whole: int, cents: int) -> None:
    spanish, mexican = f"{whole:,}.{cents:02} €".translate(str.maketrans(".,", ",.")), f"${whole:,}.{cents:02}"

    assert read("money", spoken(spanish)) == read("money", spoken(mexican, ("es_MX", "MX"))) == f"{whole}.{cents:02}"


def steps(kind: str, text: str) -> int:
    """Lines of Python run while a text is read."""
    counted = 0

    def count(*_: object) -> object:
        nonlocal counted
        counted += 1
        return count

    read(kind, spoken(text))
    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]
    try:
        read(kind, spoken(text))
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_twice_the_text_is_at_most_thrice_the_work(piece: str) -> None:
    half, whole = (piece * 4000)[:2000], (piece * 4000)[:4000]

    assert [kind for kind in PARSERS if steps(kind, whole) > 3 * steps(kind, half) + 2000] == []


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for info in pkgutil.iter_modules(types.__path__):
        module = importlib.import_module(f"bot.flow.types.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{info.name}.{name}", value


def unbounded(parsed: Any) -> bool:
    """Does anything in this pattern repeat without end? Then a long message could be tried from each of its letters."""
    for sign, argument in parsed:
        if sign in (signs.MAX_REPEAT, signs.MIN_REPEAT) and argument[1] is signs.MAXREPEAT:
            return True
        parts = argument if isinstance(argument, (tuple, list)) else (argument,)
        for part in parts:
            inner = part if isinstance(part, (list, tuple)) else (part,)
            if any(isinstance(one, sre_parse.SubPattern) and unbounded(one) for one in inner):
                return True
    return False


def test_the_check_of_patterns_sees_what_repeats_without_end() -> None:
    assert unbounded(sre_parse.parse(r"a(?:b|c+)d")) and not unbounded(sre_parse.parse(r"a{1,9}(?:b|c?)"))


def test_no_pattern_repeats_without_end() -> None:
    found = dict(patterns())

    assert len(found) > 40
    assert [name for name, one in found.items() if unbounded(sre_parse.parse(one.pattern, one.flags))] == []
