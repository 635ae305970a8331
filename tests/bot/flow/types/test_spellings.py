"""Answers as people write them: `spellings.tsv`, a line each."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.flow.answers import FOUND_ANYWHERE, TYPES, Spoken, found_early, read, shape

TODAY = date(2026, 11, 23)
SHAPES = (shape("AA-99999"),)
LINES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "spellings.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def spoken(text: str, locale: str = "es_ES", country: str = "ES", **more: Any) -> Spoken:
    return Spoken(text, today=TODAY, locale=locale, country=country, shapes=SHAPES, **more)


@pytest.mark.parametrize(("kind", "locale", "country", "text", "value"), LINES, ids=["·".join(line[:4]) for line in LINES])
def test_a_spelling_has_its_value(kind: str, locale: str, country: str, text: str, value: str) -> None:
    assert read(kind, spoken(text.replace("\\n", "\n"), locale, country)) == json.loads(value)


def test_every_type_that_is_written_has_its_spellings() -> None:
    assert set(TYPES) - {line[0] for line in LINES} <= {"any", "file"} and len(LINES) >= 250


@pytest.mark.parametrize(("kind", "media", "value"), [
    ("image", ("image",), "image"), ("image", ("document",), None), ("document", ("document",), "document"),
    ("document", ("image",), "image"), ("file", ("video",), "video"), ("document", ("file",), "file"), ("file", ("file",), "file"), ("image", ("file",), None), ("file", ("sticker",), None),
    ("any", ("audio",), "audio"), ("list", ("image", "image"), ["image", "image"]),
])
def test_what_is_sent_is_an_answer_of_its_kind(kind: str, media: tuple[str, ...], value: Any) -> None:
    assert read(kind, spoken("", media=media)) == value


def test_a_shared_place_is_an_answer() -> None:
    assert read("location", spoken("", location={"lat": 1.5, "lon": 2.5})) == {"latitude": 1.5, "longitude": 2.5}


@pytest.mark.parametrize(("kind", "text", "value"), [
    ("order_number", "mi pedido AB-12345 no llega", "AB-12345"), ("email", "soy ana@mail.example y quiero cambiarlo", "ana@mail.example"),
    ("nif", "la factura a nombre de 12345678Z por favor", "12345678Z"), ("cpf", "nota no cpf 390.533.447-05", "39053344705"),
    ("rfc", "facturar a GODE561231GR8", "GODE561231GR8"), ("cnpj", "empresa 16.727.230/0001-97", "16727230000197"),
])
def test_what_stands_out_is_found_before_it_is_asked_for(kind: str, text: str, value: str) -> None:
    assert kind in FOUND_ANYWHERE
    assert found_early((("it", kind),), spoken(text)) == {"it": value}
