"""YAML as ops people type it: nothing is turned into something else, and every trap is explained."""

from __future__ import annotations

import pytest

from bot.flow.findings import Reporter
from bot.flow.tree import plain, read


def codes(source: str) -> list[str]:
    report = Reporter("x.yaml", source)
    read(source, report)
    return [f"{one.code}:{one.line}" for one in report.findings]


@pytest.mark.parametrize("written", ["no", "off", "9:00", "0123", "2026-11-21", "1e5", "null", "~", "+34600111222"])
def test_scalars_stay_as_they_were_typed(written: str) -> None:
    assert plain(read(f"a: {written}\n", Reporter("x.yaml"))) == {"a": written}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("\tes: Hola\n", "Y01:1"),
        ("a:\n \u00a0es: Hola\n", "Y02:2"),
        ('es: "Hola\n', "Y03:1"),
        ("es: *Importante* hola\n", "Y04:1"),
        ("es: {nombre} hola\n", "Y05:1"),
        ("es: @hola\n", "Y06:1"),
        ("es: Estado: enviado\n", "Y08:1"),
        ("a: b\nes:Hola\nc: d\n", "Y09:2"),
        ("es: !Hola\n", "Y10:1"),
        ("!!python/object:os.system a: b\n", "Y10:1"),
        ("es: Tu pedido #1023 va\n", "Y11:1"),
        ("a: 1\nb: 2\na: 3\n", "Y12:3"),
        ("steps:\n  - say: x\n   save: y\n", "Y13:3"),
        ("a: &x 1\n", "Y14:1"),
        ("<<: {a: 1}\n", "Y15:1"),
        ("a: 1\n---\nb: 2\n", "Y16:2"),
        ("a: {es: ¿Qué tal?}\n", "Y18:1"),
    ],
)
def test_each_trap_of_yaml_is_named_at_its_line(source: str, code: str) -> None:
    assert code in codes(source)


@pytest.mark.parametrize("source", ["cases: {yes: order_ref, no: order_ref}\n", "with: {id: order_ref}\n", "data: {cp: postcode}\n"])
def test_names_in_braces_need_no_quotes_only_sentences_do(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    "written",
    ["data: {at: time, id: text}", "with: {id: x, es: y}", "set: {n1: '1', en: x}", "options: {es: Español, en: English}",
     "gives: {pt: x}", "arms: {en: b}"],
)  # fmt: skip
def test_short_names_in_braces_are_no_texts(written: str) -> None:
    assert codes(f"{written}\n") == []


def test_repeated_aliases_are_refused_before_they_can_grow() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi"))

    assert {code.split(":")[0] for code in codes(bomb)} <= {"Y14", "Y04"}


def test_a_file_beyond_the_size_limit_is_refused() -> None:
    assert codes("a: " + "x" * 300_000) == ["Y17:1"]


def test_nesting_without_end_is_a_finding_and_no_crash() -> None:
    assert codes("[" * 3000) != []


def test_text_in_quotes_may_hold_what_plain_text_may_not() -> None:
    assert codes('es: "Estado: enviado #1 *ya* {x}"\n') == []
