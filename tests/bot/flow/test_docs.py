"""The page about flows: every verb, function and filter is in it, and its examples can be copied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.flow import filters, formulas
from bot.flow.language import kinds
from bot.flow.lint import check_sources
from tests.bot.flow.builders import sources

PAGE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")
FIRST = re.search(r"```yaml\n(flow: opening_hours.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_verb_has_its_heading(kind: str) -> None:
    assert f"\n### {kind}\n" in PAGE


@pytest.mark.parametrize("name", sorted({*formulas.BY_NAME, *filters.BY_NAME}))
def test_every_function_and_filter_is_named(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_option_of_a_verb_is_named(kind: str) -> None:
    assert [option for option in kinds()[kind].options if option not in PAGE] == []


def test_the_first_flow_can_be_copied() -> None:
    assert FIRST is not None
    other = 'flow: order_status\nsteps:\n  - say: {es: "a", en: "b", pt: "c"}\n'
    found = check_sources({**sources(order_status=other), "opening_hours.yaml": FIRST[1]})

    assert [finding.render("en") for finding in found] == []
