"""Files that are more than any shop writes: reading them ends soon, and says where it gave up."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as some

from bot.flow import translations
from bot.flow.findings import MOST, Reporter, near
from bot.flow.formatting import formatted
from bot.flow.tree import read
from tests.bot.flow.builders import a_flow, findings


def codes(text: str) -> list[str]:
    return [one.code for one in findings(text)]


def test_brackets_that_are_never_closed_are_found_before_the_parser_counts_them() -> None:
    report = Reporter("main.yaml", "a: [\n" * 300)

    assert read("a: [\n" * 300, report) is None
    assert [(one.code, one.line, one.column) for one in report.findings] == [("Y17", 201, 4)]


def test_such_a_file_is_not_laid_out() -> None:
    assert formatted("a: [\n" * 300) == "a: [\n" * 300


def test_many_placeholders_are_not_deep() -> None:
    assert "Y17" not in codes(a_flow(f'  - say: "{"{shop} " * 300}"'))


def test_a_file_of_mistakes_says_the_first_of_them() -> None:
    found = [one for one in findings(a_flow("  - sya: hola\n" * 600)) if one.level == "error"]

    assert len(found) == MOST
    assert found[0].line == 4


def test_warnings_hide_no_mistake() -> None:
    report = Reporter("main.yaml", "a\nb")
    for _ in range(MOST + 1):
        report.warning("T03", read("a: b", report))
    report.error("S01", read("a: b", report))

    assert report.findings[-1].code == "S01"


def test_a_text_of_mistakes_says_the_first_of_them() -> None:
    assert codes(a_flow(f'  - say: "{"{x} " * 300}"')).count("E01") == 20


def test_a_placeholder_that_never_ends_is_too_long() -> None:
    assert "E07" in codes(a_flow(f'  - say: "{{shop{" | upper" * 200}}}"'))


@given(some.text("abcde_", max_size=8), some.lists(some.text("abcde_", min_size=1, max_size=8), max_size=20, unique=True))
def test_the_quick_look_finds_the_same_word(word: str, names: list[str]) -> None:
    expected = difflib.get_close_matches(word, names, 1, 0.6)

    assert near(word, names) == (expected[0] if expected else "")


def test_aliases_are_no_texts_for_translators() -> None:
    bomb = "a: &a {es: x, en: y}\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdef", "bcdefg", strict=True))

    assert translations.rows({"menu.yaml": bomb}, ["es", "en"]) == []


def test_an_alias_of_itself_is_no_crash() -> None:
    assert translations.rows({"menu.yaml": "a: &a [*a]\n"}, ["es"]) == []


def test_what_is_too_deep_has_no_texts_for_translators() -> None:
    assert translations.rows({"menu.yaml": "x: " + "[" * 2_000}, ["es"]) == []
    assert translations.rows({"menu.yaml": "x: " + "{a: " * 900 + "1" + "}" * 900}, ["es"]) == []
