"""The carriers' rules: complete, with their sources; a shop's own file says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from incidents import rule_files, vocabulary
from incidents.claim_rules import DOCUMENTS, PHOTO_KINDS, STATEMENTS, UNKNOWN
from incidents.rule_book import Rules
from incidents.tables import KINDS

OURS, FINDINGS = rule_files.ours()
WANTED = ("correos", "seur", "mrw", "gls", "dhl", "ups", "estafeta", "servientrega", "correios", "ctt")
WRITTEN = """\
carrier: seur
kinds:
  damaged:
    deadline: {days: soon, from: delivery}
    photos: {item: 2, roof: 1}
    source: x
"""


def test_the_ten_carriers_have_rules_without_a_mistake() -> None:
    assert (set(WANTED) - set(OURS.carriers), FINDINGS) == (set(), [])


def test_every_rule_has_a_source_with_the_day_it_was_read() -> None:
    rules = [rule for carrier in OURS.carriers.values() for rule in carrier.kinds.values()]

    assert all(rule.sources and all(one.url.startswith("http") for one in rule.sources) for rule in rules)


@pytest.mark.parametrize(("written", "key"), [("SEUR S.A.", "seur"), ("Correos Express", "correos"), ("Veloz24", ""), ("", "")])
def test_a_carrier_is_known_by_how_shops_write_it(written: str, key: str) -> None:
    assert OURS.key_of(written) == key


def test_what_no_documentation_shows_is_unknown_and_not_nothing() -> None:
    servientrega = OURS.rule("servientrega", "lost")

    assert (servientrega.deadline, servientrega.photos, OURS.rule("veloz24", "lost")) == (None, None, UNKNOWN)


@pytest.mark.parametrize(("carrier", "kind", "terms"), [
    ("seur", "damaged", "documented"), ("servientrega", "damaged", "partly"), ("mrw", "damaged", "unknown"), ("veloz24", "lost", "unknown")])
def test_it_is_known_how_much_of_a_claim_is_documented(carrier: str, kind: str, terms: str) -> None:
    assert OURS.rule(carrier, kind).terms == terms


def test_a_last_day_of_the_law_is_told_from_one_of_the_carrier() -> None:
    periods = [OURS.rule(carrier, "damaged").deadline for carrier in ("mrw", "seur")]

    assert [(period.days, period.by) for period in periods if period] == [(7, "law"), (7, "carrier")]


@pytest.mark.parametrize(("text", "days", "wrong"), [("own_days: 3\n", 3, 0), ("own_days: soon\n", 7, 1), ("carriers: []\n", 7, 0)])
def test_the_shop_sets_its_own_aim(tmp_path: Path, text: str, days: int, wrong: int) -> None:
    path = tmp_path / "_claims.yaml"
    path.write_text(text, "utf-8")
    book, findings = rule_files.with_shops(OURS, path)

    assert (book.own_days, len(findings)) == (days, wrong)


def test_a_source_without_an_address_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "_claims.yaml"
    path.write_text('carrier: seur\nkinds: {wrong: {sources: [{url: "javascript:alert(1)", read: 2026-11-22}]}}\n', "utf-8")
    book, findings = rule_files.with_shops(OURS, path)

    assert (book.rule("seur", "wrong").sources, "address" in findings[0].text) == ((), True)


def test_each_mistake_is_told_with_its_line_and_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "_claims.yaml"
    path.write_text(WRITTEN, "utf-8")
    book, findings = rule_files.with_shops(OURS, path)

    assert [(one.line, one.file) for one in findings] == [(6, "_claims.yaml"), (4, "_claims.yaml"), (5, "_claims.yaml")]
    assert dict(book.rule("seur", "damaged").photos or {}) == {"item": 2}
    assert all(one.mend for one in findings)


def test_a_file_that_is_no_yaml_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "_claims.yaml"
    path.write_text("carrier: [seur", "utf-8")
    rules = Rules(path)

    assert rules.book.rule("seur", "damaged") == OURS.rule("seur", "damaged")
    assert [one.line for one in rules.findings] == [1]


def test_a_file_that_is_not_utf_8_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "_claims.yaml"
    path.write_bytes("carrier: seur\nname: Envíos".encode("latin-1"))
    rules = Rules(path)

    assert rules.book.rule("seur", "damaged") == OURS.rule("seur", "damaged")
    assert ["UTF-8" in one.mend for one in rules.findings] == [True]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("carrier: seur\nname: Uno\nname: Dos\n", 3, "twice"),
        ("carrier: seur\nwhere: &a {url: x}\nkinds: *a\n", 2, "Anchors"),
        ("carrier: seur\nwhere: &a [*a]\n", 2, "Anchors"),
        ("carrier: seur\nwhere: " + "[" * 30 + "]" * 30, 2, "deep"),
        ("carrier: seur\n# " + "x" * 300_000, 1, "longer"),
    ],
)
def test_what_a_shop_can_write_into_it_is_bounded(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "_claims.yaml"
    path.write_text(text, encoding="utf-8")
    findings = rule_files.with_shops(OURS, path)[1]

    assert [one.line for one in findings if says in one.text] == [line]


def test_of_two_values_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "_claims.yaml"
    path.write_text("carrier: seur\nname: Uno\nname: Dos\n", encoding="utf-8")

    assert rule_files.with_shops(OURS, path)[0].carriers["seur"].name == "Uno"


def test_the_shops_file_is_read_again_once_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "_claims.yaml"
    rules = Rules(path)
    assert rules.book.rule("seur", "wrong") == UNKNOWN
    path.write_text("carriers:\n  - carrier: seur\n    kinds: {wrong: {photos: {item: 3}, sources: [{url: https://a.example, read: 2026-11-22}]}}\n", "utf-8")

    assert dict(rules.book.rule("seur", "wrong").photos or {}) == {"item": 3}


def test_every_word_is_there_in_three_languages() -> None:
    known = {language: {(group, code) for group, words in vocabulary.words(language).items() for code in words} for language in ("es", "en", "pt")}

    assert known["es"] == known["en"] == known["pt"]
    assert {("needs", code) for code in (*DOCUMENTS, *STATEMENTS)} | {("kinds", kind) for kind in KINDS} <= known["es"]
    assert {("photos", kind) for kind in PHOTO_KINDS} <= known["es"]
