"""Every code that a handoff or its evidence may carry has its words: whatever the bot, a flow or the demo says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.escalation_policy import POINTS as SIGNALS
from bot.understanding import frustration, requests
from console import naming
from handoff.card import EXPLANATIONS, REASONS

HOUSE = REASONS.parent.parent
WORDS = yaml.safe_load(REASONS.read_text("utf-8"))
EXPLAINED = yaml.safe_load(EXPLANATIONS.read_text("utf-8"))
# Where a code stands in these calls: by position or by name.
CALLS = {"Evidence": (0, "code"), "Reason": (0, "code"), "count": (0, "code"), "Verdict": (1, "reason")}
CALLS |= {"Signal": (0, "code"), "ToPeople": (0, "reason"), "HandOff": (1, "reason")}
OTHERS = {"refusals.py"}  # the verdicts there are on the error codes of providers
SOURCES = [*sorted((HOUSE / "bot").rglob("*.py")),
           *(path for path in sorted((HOUSE / "pipeline").glob("*.py")) if path.name not in OTHERS)]
FLOWS = [HOUSE / "demo/stories.yaml", *(path for path in sorted((HOUSE / "flows").glob("*.yaml")) if path.name != "_services.yaml")]


def codes_of(path: Path) -> Iterator[str]:
    """The texts that the calls of this file give as a code."""
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        place, name = CALLS.get(getattr(call.func, "attr", getattr(call.func, "id", "")), (-1, ""))
        given = [*call.args[place : place + 1]] if place >= 0 else []
        given += [keyword.value for keyword in call.keywords if name and keyword.arg == name]
        texts = (part.value for value in given for part in ast.walk(value) if isinstance(part, ast.Constant))
        yield from (text for text in texts if isinstance(text, str) and re.fullmatch("[a-z_]{4,}", text))


WRITTEN = {code for path in SOURCES for code in codes_of(path)} - {"failed"}  # a status that becomes `system_down`
UNANSWERED = {"not_found", "unsure"}  # the other statuses of a service of which a flow says nothing
OF_FLOWS = {code for path in FLOWS for code in re.findall(r"\b(?:reason|code): *(\w+)", path.read_text("utf-8"))}
OF_FLOWS -= {"text"}  # a variable that is called so, and what it holds
WEIGHED = {*SIGNALS, *frustration.POINTS, *requests.SCORES, "shouting", "frustration", "no_progress"}


@pytest.mark.parametrize("code", sorted(WRITTEN | UNANSWERED | OF_FLOWS | WEIGHED))
def test_a_code_has_words_in_three_languages(code: str) -> None:
    assert set(WORDS[code]) == {"es", "en", "pt"} and all(WORDS[code].values())


@pytest.mark.parametrize("code", sorted(WEIGHED))
def test_a_signal_is_explained_in_three_languages(code: str) -> None:
    means = EXPLAINED[code]

    assert all(means[language].endswith(".") for language in ("es", "en", "pt"))


@pytest.mark.parametrize("code", sorted(code for code in EXPLAINED if "counted" in EXPLAINED[code]))
def test_a_count_has_its_number_in_three_languages(code: str) -> None:
    counted = EXPLAINED[code]["counted"]

    assert set(counted) == {"es", "en", "pt"} and all("{n}" in sentence for sentence in counted.values())


def test_nothing_is_explained_that_has_no_name() -> None:
    assert set(EXPLAINED) <= set(WORDS)


@pytest.mark.parametrize("code", sorted(WEIGHED))
def test_a_signal_has_a_chip_of_its_own_in_the_list(code: str) -> None:
    assert naming.why(code).key != "flow"


def test_the_codes_are_found_where_they_are_written() -> None:
    assert {"human_request", "same_slot", "bot_error", "too_many", "reopened"} <= WRITTEN
    assert {"identity_failed", "repeats"} <= OF_FLOWS
