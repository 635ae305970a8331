"""Which flows nobody tries: those with neither tests of their own nor a tested flow that leads to them alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow.lint import check

ASIDE = "flow: aside\n{}steps:\n  - handoff: general\n    reason: a\n"


def untested(folder: Path, main: str, head: str = "") -> list[str]:
    (folder / "main.yaml").write_text(f"flow: main\nstart: {{words: [go]}}\nsteps:\n  - {main}\n", encoding="utf-8")
    (folder / "aside.yaml").write_text(ASIDE.format(head), encoding="utf-8")
    (folder / "tests").mkdir()
    (folder / "tests" / "main.test.yaml").write_text("tests: []\n", encoding="utf-8")
    return [one.file for one in check(folder) if one.code == "X10"]


@pytest.mark.parametrize("verb", ["call", "start_flow"])
def test_a_flow_that_only_a_tested_one_leads_to_is_tried_with_it(tmp_path: Path, verb: str) -> None:
    assert untested(tmp_path, f"{verb}: aside") == []


def test_a_flow_that_begins_by_itself_needs_a_conversation_of_its_own(tmp_path: Path) -> None:
    assert untested(tmp_path, "call: aside", "start: {words: [other]}\n") == ["aside.yaml"]


def test_a_flow_that_nothing_leads_to_is_untested(tmp_path: Path) -> None:
    assert untested(tmp_path, "end: x") == ["aside.yaml"]
