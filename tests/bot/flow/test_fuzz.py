"""Files made worse at random: no crash, no finding without a place and a mend. `fuzzing` tries many more."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow.findings import Reporter
from bot.flow.formatting import formatted
from bot.flow.lint import check_sources
from bot.flow.tree import plain, read
from tests.bot.flow import mistakes
from tests.bot.flow.fuzzing import mutated, tried


def meaning(text: str) -> object:
    return plain(read(text, Reporter("x.yaml", text)))


def test_an_empty_id_is_no_crash() -> None:
    source = mistakes.GOOD.replace("id: other_way", "id:")

    assert "S11" in {one.code for one in check_sources({**mistakes.files(), "main.yaml": source})}


@pytest.mark.parametrize(("number", "seed"), [(1476, 1), (1332, 12), (6213, 11), (7421, 12), (15840, 21)])
def test_what_went_wrong_once_goes_well(number: int, seed: int) -> None:
    assert tried(random.Random(f"{seed}.{number}"), number)[0] == []


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_a_file_made_worse_is_explained(seed: int) -> None:
    assert tried(random.Random(seed), 0)[0] == []


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_laying_out_never_changes_what_a_file_says(seed: int) -> None:
    text = mutated(random.Random(seed))[1]

    assert meaning(formatted(text)) == meaning(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_read_without_a_crash(text: str) -> None:
    report = Reporter("x.yaml", text)
    read(text, report)

    assert all(1 <= one.line <= len(report.lines) + 1 for one in report.findings)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_may_stand_in_a_sentence(text: str) -> None:
    quoted = text.replace("'", "''")
    files = mistakes.files()
    files["other.yaml"] = files["other.yaml"].replace('"Te paso con alguien."', f"'{quoted}'")

    assert isinstance(check_sources(files), tuple)
