"""The flows that Relevo ships: clean, tested, and complete in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow import tester
from bot.flow.library import load
from bot.flow.lint import check
from bot.flow.project import defaults

FLOWS = Path(__file__).parents[3] / "flows"
LIBRARY = load(FLOWS).library
assert LIBRARY is not None
CASES, _ = tester.cases(FLOWS)


def test_lint_finds_nothing() -> None:
    assert [finding.render("en") for finding in check(FLOWS)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.flow}-{case.line}")
def test_a_conversation_goes_as_written(case: tester.Case) -> None:
    assert LIBRARY is not None
    outcome = tester.run(LIBRARY, case)

    assert not outcome.problem, f"{outcome.place}: {case.name}: {outcome.problem}"


def test_every_step_is_tested() -> None:
    assert LIBRARY is not None
    outcomes = [tester.run(LIBRARY, case) for case in CASES]

    assert {one.flow: one.missing for one in tester.coverage(LIBRARY, outcomes) if one.missing} == {}


@pytest.mark.parametrize("language", ["es", "en", "pt"])
@pytest.mark.parametrize("key", sorted(defaults()["texts"]))
def test_every_sentence_of_the_system_is_there_in_every_language(key: str, language: str) -> None:
    assert LIBRARY is not None
    filled = dict.fromkeys(("queue", "wait", "n", "a", "b", "when", "agent"), "X")

    assert LIBRARY.text(key, language, **filled).strip()


@pytest.mark.parametrize("queue", ["shipping", "returns", "billing", "general"])
def test_every_queue_has_a_title(queue: str) -> None:
    assert LIBRARY is not None
    assert LIBRARY.text(f"queue.{queue}", "es")


def test_no_sentence_uses_a_word_that_is_rude_somewhere() -> None:
    written = "".join(path.read_text(encoding="utf-8").lower() for path in FLOWS.glob("*.yaml"))

    assert not any(rude in written for rude in ("coger", " coge ", "cojo", "cogido"))
