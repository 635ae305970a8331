"""Variables whose place declares them."""

from __future__ import annotations

from tests.bot.flow.builders import PROJECT, a_flow, a_library, findings

RATE = '  - rate: {es: "¿Qué tal?", en: "How was it?", pt: "Como foi?"}\n    save: mark\n'


def test_a_rating_needs_no_line_under_data() -> None:
    assert a_library(RATE).flows["main"].data == {"mark": "integer"}


def test_a_declared_rating_keeps_its_type() -> None:
    assert a_library(RATE, head="start: {words: [go]}\ndata: {mark: number}").flows["main"].data == {"mark": "number"}


def test_a_remembered_rating_outlives_its_flow() -> None:
    remembered = PROJECT.replace("{visits: number}", "{mark: integer}")

    assert a_library(RATE, _project=remembered).flows["main"].data == {}


def test_a_name_that_cannot_be_one_is_still_found() -> None:
    assert "V05" in {one.code for one in findings(a_flow(RATE.replace("mark", "Mi nota")))}


