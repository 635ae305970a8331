"""The form of the policy: numbers as people type them, and a text in which nothing else changes."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalation_policy import Policy, policy_from
from console import policy_form

TEXT = """\
# When the bot gives way to a person.
human_request: {high: "0.6"}   # as asked by Ana
frustration: {high: "0.45", low: "0.25"}
by_language:
  pt:
    frustration: {high: "0.4"}
"""
NUMBERS = st.dictionaries(
    st.sampled_from([path for paths in policy_form.GROUPS.values() for path in paths]),
    st.integers(0, 100).map(lambda hundredths: hundredths / 100),
    max_size=6,
)


def typed(**values: str) -> dict[str, str]:
    return {name.replace("__", "."): value for name, value in values.items()}


def test_every_number_of_the_policy_has_a_field_with_what_holds() -> None:
    found = policy_form.groups(policy_from(policy_form.tree_of(TEXT)))

    assert [field.value for field in found["frustration"]][:2] == [0.45, 0.25]
    assert len(found["points"]) == len(Policy().points)


def test_no_number_of_the_policy_is_without_a_field() -> None:
    numbers = {field.name for field in fields(Policy) if isinstance(getattr(Policy(), field.name), float)}

    assert numbers == {"_".join(path) for paths in policy_form.GROUPS.values() for path in paths} & numbers


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    found = policy_form.groups(Policy())

    assert policy_form.changes(found) == {}


@pytest.mark.parametrize("written", ["0,55", "0.55", " .55 "])
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    found = policy_form.groups(Policy(frustration_high=0.5), typed(frustration__high=written))

    assert policy_form.changes(found) == {("frustration", "high"): 0.55}


@pytest.mark.parametrize("written", ["", "mucho", "-1", "1.2", "nan", "inf"])
def test_what_is_no_number_in_the_range_is_told(written: str) -> None:
    found = policy_form.groups(Policy(), typed(frustration__high=written))

    assert [field.name for field in found["frustration"] if field.is_wrong] == ["frustration.high"]
    assert policy_form.changes(found) == {}


@pytest.mark.parametrize(("low", "high", "is_crossed"), [("0.6", "0.5", True), ("0.5", "0.5", False), ("x", "0.5", False)])
def test_a_lower_threshold_above_its_upper_one_is_found(low: str, high: str, is_crossed: bool) -> None:
    found = policy_form.groups(Policy(), typed(frustration__low=low, frustration__high=high))

    assert (policy_form.crossed(found) is not None) == is_crossed


def test_a_number_that_stands_there_is_replaced_and_nothing_else() -> None:
    made = policy_form.text_with(TEXT, {("frustration", "high"): 0.5})

    assert made == TEXT.replace('high: "0.45"', 'high: "0.5"')


def test_a_key_that_is_new_to_its_block_joins_it() -> None:
    made = policy_form.text_with(TEXT, {("frustration", "severe"): 0.3})

    assert 'frustration: {high: "0.45", low: "0.25", severe: "0.3"}' in made
    assert made.startswith("# When the bot gives way to a person.\n")


def test_a_block_that_is_new_stands_at_the_end() -> None:
    made = policy_form.text_with(TEXT, {("points", "repeat"): 2, ("decay",): 0.5})

    assert made == TEXT + 'decay: "0.5"\npoints: {repeat: "2"}\n'


def test_an_empty_file_gets_only_what_was_changed() -> None:
    assert policy_form.text_with("", {("wait_minutes",): 15}) == 'wait_minutes: "15"\n'


def test_points_for_a_signal_that_was_off_switch_it_on() -> None:
    made = policy_form.text_with("signals: {repeat: off}\n", {("points", "repeat"): 1})

    assert policy_from(policy_form.tree_of(made)).counts("repeat") == 1


@given(NUMBERS)
def test_the_text_says_what_was_typed(wanted: dict[tuple[str, ...], float]) -> None:
    made = policy_form.tree_of(policy_form.text_with(TEXT, wanted))

    assert made == policy_form.tree_with(policy_form.tree_of(TEXT), wanted)
    assert made["by_language"] == policy_form.tree_of(TEXT)["by_language"]
