"""The page that says what a message means: its table is the order that is in force, its dialogues pass."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from bot.flow.cases import Case, cases_in
from bot.flow.library import Library, compiled
from bot.flow.lint import check_sources
from bot.flow.tester import run
from bot.meaning import order

PAGE = (Path(__file__).parents[3] / "docs" / "meaning.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```yaml file=(\S+)\n(.*?)```", PAGE, re.DOTALL))
DIALOGUES = "for: order\ntests:\n" + "".join(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
CASES, TROUBLE = cases_in("order.test.yaml", DIALOGUES)


@cache
def library() -> Library:
    loaded = compiled(FILES)
    assert loaded.library is not None, "\n".join(finding.render("en") for finding in loaded.findings)
    return loaded.library


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_dialogue_of_the_page_passes(case: Case) -> None:
    outcome = run(library(), case, FILES)

    assert outcome.problem == "", f"{outcome.line}: {DIALOGUES.splitlines()[outcome.line - 1 : outcome.line]}"


def test_every_dialogue_of_the_page_is_read() -> None:
    assert TROUBLE == [] and len(CASES) == DIALOGUES.count("- name:")


def test_the_table_of_the_page_is_the_order_that_is_in_force() -> None:
    told = re.findall(r"^\| \d+ \| `(\w+)`", PAGE, re.MULTILINE)
    typed, tapped = ([row.name for row in rows] for rows in (order.SAID, order.PRESSED))

    assert [name for name in told if name != "tap"] == typed
    assert [name for name in told if name in tapped] == tapped


def test_every_row_of_the_table_has_its_heading() -> None:
    assert re.findall(r"^## (\d+ \w+)$", PAGE, re.MULTILINE) == [" ".join(one) for one in re.findall(r"^\| (\d+) \| `(\w+)`", PAGE, re.MULTILINE)]


def test_the_flows_of_the_page_are_in_order() -> None:
    assert [finding.render("en") for finding in check_sources(FILES) if finding.level == "error"] == []
