"""Plain values out of what strangers send: exact, storable, or not there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import plain


@pytest.mark.parametrize(
    ("given", "clean"), [("a\x00b", "ab"), ("a\ud83db", "a\ufffdb"), ("ñ👍", "ñ👍"), ("a\u202eb", "a\u202eb")]
)
def test_text_can_be_stored_and_is_otherwise_unchanged(given: str, clean: str) -> None:
    assert plain.clean(given) == clean


def test_a_tree_is_clean_to_its_leaves_and_bounded() -> None:
    deep: Any = "x\x00"
    for _ in range(200):
        deep = {"a\x00": deep}

    assert "\x00" not in repr(plain.clean_tree({"k\x00": ["v\x00"]}))
    assert repr(plain.clean_tree(deep)).count("'a'") == plain.MAX_DEPTH


def test_a_number_too_long_to_be_one_costs_only_itself() -> None:
    assert plain.json_of('{"a": ' + "9" * 9000 + ', "b": 1}') == {"a": "9" * 9000, "b": 1}


@pytest.mark.parametrize(
    ("written", "number"),
    [("7.483920184759302841e18", 7483920184759302841), ("1e17", 10**17), ("9007199254740993.0", 2**53 + 1), ("0.0", 0.0),
     ("-1e-7", -1e-7), ("1e999", None), ("-1e309", None), ("1e99999999999999999999", None), ("NaN", None)],
)
def test_a_number_is_exact_or_not_there(written: str, number: float | None) -> None:
    assert plain.json_of(f'{{"a": {written}}}') == {"a": number}


@pytest.mark.parametrize(
    ("given", "text"), [("a", "a"), (7, "7"), (7.0, "7"), (1e300, ""), (0.5, ""), (True, ""), (None, ""), ([], ""), ({}, "")]
)
def test_an_id_is_text_also_where_it_came_as_a_number(given: Any, text: str) -> None:
    assert plain.text_of(given) == text


@pytest.mark.parametrize(
    ("given", "number"), [("0", 0.0), (0, 0.0), ("-58.38", -58.38), ("1_000", None), ("nan", None), ("inf", None), (True, None)]
)
def test_a_number_may_come_as_text(given: Any, number: float | None) -> None:
    assert plain.number_of(given) == number


@pytest.mark.parametrize("given", [1795255200, "1795255200", 1795255200000, "1795255200000", 1795255200.0])
def test_a_time_is_told_by_its_size(given: Any) -> None:
    assert plain.moment_of(given) == 1795255200000


@pytest.mark.parametrize("given", [None, True, "mañana", -1, 0, "99999999999", 9_795_255_200_123, 10**40, [1], float("inf")])
def test_a_time_that_cannot_be_is_not_there(given: Any) -> None:
    assert plain.moment_of(given) is None


@given(st.integers() | st.floats() | st.text(max_size=8) | st.none())
def test_no_value_breaks_the_reading_of_a_time(given: Any) -> None:
    moment = plain.moment_of(given)

    assert moment is None or plain.EARLIEST_MS <= moment <= plain.LATEST_MS
