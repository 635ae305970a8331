"""A shop's own types: one of a few words, or a pattern; in linear time, whatever the pattern and the text."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bot.flow.answers import Spoken, early, read
from bot.flow.findings import Reporter
from bot.flow.library import Library, compiled
from bot.flow.project import read_project
from bot.flow.tree import read as read_yaml
from tests.bot.flow.builders import PROJECT, Talk, a_flow, sources

TYPES = """
types:
  size: {one_of: [S, M, L, XL]}
  finish:
    one_of:
      matt: [mate, {en: "dull"}, fosco]
      gloss: [brillante, brilho]
  loyalty: {pattern: "LL-99999"}
  voucher: {pattern: "AA99"}
  plate: {pattern: '[0-9]{4} ?[B-DF-HJ-NP-TV-Z]{3}'}
  sign: {one_of: ["+", "-"]}
"""


def own(text: str) -> tuple[dict[str, Any], list[str]]:
    report = Reporter("_project.yaml", text)
    project = read_project(read_yaml(text, report), report)
    return dict(project.types), [finding.code for finding in report.findings]


def value(kind: str, text: str) -> Any:
    return read(kind, Spoken(text, types=own(TYPES)[0]))


@pytest.mark.parametrize(("kind", "text", "expected"), [
    ("size", "M", "M"), ("size", "m", "M"), ("size", "talla M", "M"), ("size", "la xl por favor", "XL"), ("size", "M o L", None),
    ("size", "XXL", None), ("size", "mediana", None), ("finish", "mate", "matt"), ("finish", "Dull!", "matt"), ("finish", "FOSCO", "matt"),
    ("finish", "lo quiero brillante", "gloss"), ("finish", "matt", "matt"), ("finish", "ninguno", None), ("loyalty", "ll 12345", "LL-12345"),
    ("loyalty", "mi tarjeta es LL12345.", "LL-12345"), ("loyalty", "LL-1234", None), ("voucher", "ab12", "AB12"),
    ("plate", "es la 1234 bcd", "1234 bcd"), ("plate", "1234ABC", None), ("plate", "x1234BCD", None), ("sign", "+", "+"), ("sign", "", None),
])
def test_a_type_of_the_shop_reads_its_own_answers(kind: str, text: str, expected: Any) -> None:
    assert value(kind, text) == expected


@pytest.mark.parametrize(("written", "code"), [
    ("size: {}", "V30"), ("size: [S, M]", "V30"), ("size: {one_of: [S], pattern: AA}", "V30"), ("size: {one_of: S}", "S05"),
    ("size: {one_of: []}", "S05"), ("size: {one_of: [S], like: x}", "S01"), ("text: {one_of: [S]}", "S11"), ("Size: {one_of: [S]}", "S11"),
    ("x: {pattern: ''}", "S10"), ("x: {pattern: 'hola'}", "S10"), ("x: {pattern: '[0-9'}", "V32"), ("x: {pattern: '[0-9]*'}", "V36"),
    ("x: {pattern: '(?=a)b+'}", "V31"), ("x: {pattern: '(?<!a)b+'}", "V31"), ("x: {pattern: '(a+)\\1'}", "V31"),
    ("x: {pattern: '(?P<n>a+)(?P=n)'}", "V31"), ("x: {pattern: '(?>a+)b'}", "V31"), ("x: {pattern: 'a++b'}", "V31"),
])
def test_a_wrong_type_has_its_finding(written: str, code: str) -> None:
    assert code in own(f"types:\n  {written}\n")[1]


def test_types_are_a_table() -> None:
    assert own("types: [size]\n")[1] == ["S05"]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a|aa)+b", "([a-z]+)*[0-9]", "(.*a){12}b"])
def test_patterns_that_ruin_other_engines_end_at_once(pattern: str) -> None:
    types, codes = own(f"types:\n  x: {{pattern: '{pattern}'}}\n")
    began = time.process_time()
    found = read("x", Spoken("a" * 4000 + "!", types=types))

    assert codes == [] and found is None
    assert time.process_time() - began < 5.0  # others would need longer than the universe has


@pytest.mark.parametrize(("kind", "stands_out"), [("loyalty", True), ("plate", True), ("size", False), ("email", True), ("phone", False)])
def test_what_stands_out_may_come_before_its_question(kind: str, stands_out: bool) -> None:
    assert early(kind, own(TYPES)[0]) is stands_out


def library(steps: str) -> Library:
    flow = a_flow(steps, head="start: {words: [go]}\ndata: {size: size, card: loyalty}")
    loaded = compiled({**sources(main=flow), "_project.yaml": PROJECT + TYPES})
    assert loaded.library is not None, "\n".join(one.render("en") for one in loaded.findings)
    return loaded.library


def test_a_flow_asks_for_a_type_of_the_shop() -> None:
    talk = Talk(library("  - ask: ¿Talla?\n    save: size\n  - say: 'Talla {size}'\n"))("go")

    assert talk("azul").texts[0].endswith("¿Talla?")
    assert talk("la m").texts == ["Talla M"]


def test_a_type_of_the_shop_may_come_before_its_question() -> None:
    steps = "  - ask: ¿Tarjeta?\n    save: card\n    if_known: skip\n  - say: 'Es {card}'\n"

    assert Talk(library(steps))("go, tengo la ll-12345").texts == ["Es LL-12345"]


def test_a_type_that_is_gone_takes_any_words() -> None:
    assert read("size", Spoken("lo que sea")) == "lo que sea"


def test_an_unknown_type_is_a_finding_that_knows_those_of_the_shop() -> None:
    flow = a_flow("  - say: x", head="data: {s: sise}")
    (found,) = [one for one in compiled({**sources(main=flow), "_project.yaml": PROJECT + TYPES}).findings if one.code == "V09"]

    assert "size" in found.mend("en")
