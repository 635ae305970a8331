"""The page about flows: every verb, function and filter is in it, and its examples can be copied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.flow import filters, formulas
from bot.flow.answers import TYPES
from bot.flow.language import kinds

PAGE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_verb_has_its_heading_or_its_row(kind: str) -> None:
    assert f"\n### {kind}\n" in PAGE or f"[{kind}](verbs/{kind}.md)" in PAGE


@pytest.mark.parametrize("name", sorted({*formulas.BY_NAME, *filters.BY_NAME}))
def test_every_function_and_filter_is_named(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_option_of_a_verb_is_named(kind: str) -> None:
    assert [option for option in kinds()[kind].options if option not in PAGE] == []


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_answer_is_named(kind: str) -> None:
    assert f"`{kind}`" in PAGE


def test_no_function_is_named_that_there_is_not() -> None:
    shown = PAGE[PAGE.index("## Conditions") : PAGE.index("## What a message means")]

    assert set(re.findall(r"`(\w+)\(", shown)) <= set(formulas.BY_NAME)
