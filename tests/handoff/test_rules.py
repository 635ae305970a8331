"""docs/desk.md names the test that holds each rule of the desk; every test it names is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rules() -> dict[str, list[tuple[str, str]]]:
    """The rows of the table by rule, each with its tests; headings are left out."""
    page = (ROOT / "docs/desk.md").read_text(encoding="utf-8")
    table = page.partition("## Every rule and the test that holds it")[2]
    rows = (line.strip("| ").split(" | ", 1) for line in table.splitlines() if line.startswith("| ") and " | " in line)
    return {row[0]: TEST.findall(row[1]) for row in rows if row[0] != "rule" and not row[0].startswith("**")}


@cache
def names_in(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_rule_of_the_desk_is_held_by_a_test():
    assert [rule for rule, tests in rules().items() if not tests] == [] and len(rules()) > 50


def test_every_test_that_is_named_for_a_rule_exists():
    named = {test for tests in rules().values() for test in tests}

    assert sorted(f"{file}::{name}" for file, name in named if name not in names_in(file)) == []
