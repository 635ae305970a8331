"""The table of kinds and channels in docs/channels.md says what the captures show."""

from __future__ import annotations

import pytest

import channels
from tests.channels import coverage


@pytest.mark.parametrize("row", coverage.ROWS)
def test_every_kind_of_message_a_channel_brings_has_a_capture(row: str) -> None:
    fits, kinds = coverage.ROWS[row]

    assert [kind for kind in kinds if not coverage.count(kind, fits)] == []


@pytest.mark.parametrize("kind", list(channels.adapters()))
def test_every_kind_of_channel_has_twenty_captures_and_more(kind: str) -> None:
    assert sum(1 for _ in coverage.captures(kind)) >= 20


def test_the_page_shows_the_table_of_today() -> None:
    page = coverage.PAGE.read_text("utf-8")

    assert page == coverage.written(page), "python -m tests.channels.coverage writes it anew"


def test_every_kind_of_channel_is_in_some_row() -> None:
    assert {kind for _fits, kinds in coverage.ROWS.values() for kind in kinds} == set(channels.adapters())
