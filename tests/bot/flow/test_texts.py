"""Placeholders: filled in by name, written as the contact's language does, never read twice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.flow import formulas
from bot.flow.expressions import ExpressionError, Scope
from bot.flow.filters import Setting
from bot.flow.texts import MISSING, SETTING, Texts, compile_template

SCOPE = Scope({name: "any" for name in ("name", "total", "eta", "n", "at", "card")})


def render(source: str, locale: str = "es_ES", **values: Any) -> str:
    filled: dict[str, Any] = defaultdict(lambda: None, values)
    filled[SETTING], filled[MISSING] = Setting(locale), []
    return compile_template(source, SCOPE).render(filled)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hola {name}", "Hola Marta"),
        ("Hola {{name}}", "Hola Marta"),
        ("Hola { name }, {n}", "Hola Marta, 2"),
        ("{total | money}", "59,90\xa0€"),
        ("{total | money: 'USD'}", "59,90\xa0US$"),
        ("{eta | date}", "martes, 24 de noviembre"),
        ("{at | time}", "9:30"),
        ("{name | upper}", "MARTA"),
        ("{card | last4}", "4242"),
        ("{n | plural: 'día', 'días'}", "2 días"),
        ("{name | or: 'cliente'}", "Marta"),
        ("{eta | date | before: 'llega el '}", "llega el martes, 24 de noviembre"),
        ("{eta | date | before: 'el ', '.'}", "el martes, 24 de noviembre."),
    ],
)
def test_a_placeholder_is_filled_in(source: str, expected: str) -> None:
    values = {
        "name": "Marta",
        "n": 2,
        "total": Decimal("59.90"),
        "eta": date(2026, 11, 24),
        "at": "09:30",
        "card": "x4242",
    }

    assert render(source, **values) == expected


@pytest.mark.parametrize(
    ("locale", "expected"), [("en_GB", "Tuesday, 24 November"), ("pt_BR", "terça-feira, 24 de novembro")]
)
def test_days_are_written_in_the_contacts_language(locale: str, expected: str) -> None:
    assert render("{eta | date}", locale, eta="2026-11-24") == expected


@pytest.mark.parametrize(
    ("locale", "day", "expected"),
    [
        ("es_ES", "2023-06-15", "jueves, 15 de junio de 2023"),
        ("en_GB", "2023-06-15", "Thursday, 15 June 2023"),
        ("pt_BR", "2028-06-15", "quinta-feira, 15 de junho de 2028"),
        ("es_ES", "2027-01-05", "martes, 5 de enero"),  # which January is meant is plain in November
    ],
)
def test_a_day_that_is_far_away_has_its_year(locale: str, day: str, expected: str) -> None:
    values = {formulas.TODAY: date(2026, 11, 23), "eta": day}

    assert render("{eta | date}", locale, **values) == expected


@pytest.mark.parametrize(("locale", "expected"), [("es_ES", "13/3/2026"), ("en_GB", "13/03/2026"), ("pt_BR", "13/03/2026")])
def test_a_day_may_be_written_in_numbers(locale: str, expected: str) -> None:
    assert render("{eta | date: 'short'}", locale, eta="2026-03-13") == expected


@pytest.mark.parametrize("typed", ["{total}", "{{7*7}}", "${7*7}", "%(name)s", "{name.__class__}", "{0}"])
def test_what_a_contact_writes_is_never_a_placeholder(typed: str) -> None:
    assert render("Hola {name}", name=typed, total="secret") == f"Hola {typed}"


def test_a_value_that_is_not_known_leaves_no_brace_and_is_noted() -> None:
    filled: dict[str, Any] = {"name": None, MISSING: [], SETTING: Setting()}

    assert compile_template("Hola {name}.", SCOPE).render(filled) == "Hola ."
    assert filled[MISSING] == ["name"]


@pytest.mark.parametrize(
    ("source", "expected"), [("{name | or: 'cliente'}", "cliente"), ("x{eta | date | before: ' el '}", "x")]
)
def test_two_filters_know_what_to_do_without_a_value(source: str, expected: str) -> None:
    assert render(source) == expected


def test_output_is_bounded() -> None:
    assert len(render("{name}{name}", name="x" * 4000)) == 4096


@pytest.mark.parametrize(
    ("source", "code"), [("{nam}", "E01"), ("{name | uper}", "E09"), ("{n | plural: 'a'}", "E10"), ("{}", "E16")]
)
def test_a_mistake_in_a_placeholder_has_its_code(source: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_template(source, SCOPE)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("language", "expected"), [("es-MX", "mx"), ("es-AR", "es"), ("pt-BR", "pt"), ("fr", "es"), ("en", "es")]
)
def test_a_text_is_found_by_language_then_by_its_family_then_by_the_default(language: str, expected: str) -> None:
    texts = Texts(
        {key: (compile_template(text, SCOPE),) for key, text in {"es": "es", "es-MX": "mx", "pt": "pt"}.items()}
    )

    assert texts.pick(language, "es").render({}) == expected
