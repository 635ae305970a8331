"""Order numbers as people write them."""

from __future__ import annotations

import pytest

from orders import reference


@pytest.mark.parametrize("written", ["ab 12345", "AB12345", "#ab-12345", " Ab_12345 ", "ab.12345", "ａｂ１２３４５"])
def test_all_ways_of_writing_a_number_are_one(written: str) -> None:
    assert reference.fold(written) == "AB12345"


def test_number_that_is_too_long_is_none() -> None:
    assert reference.fold("1" * (reference.MAX_CHARACTERS + 1)) == ""


def test_form_writes_the_number_as_the_shop_does() -> None:
    shop = reference.form("([A-Z]{2})([0-9]{5})", "{1}-{2}")

    assert shop.written("#ab 12345") == "AB-12345"


def test_number_that_cannot_be_the_shops_is_empty() -> None:
    shop = reference.form("([A-Z]{2})([0-9]{5})", "{1}-{2}")

    assert shop.written("AB-123456") == ""


def test_group_without_a_bracket_is_named() -> None:
    with pytest.raises(ValueError, match="uses group 2, the pattern has 1"):
        reference.form("([A-Z]+)", "{1}-{2}")


def test_pattern_that_looks_behind_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a pattern"):
        reference.form("(?<=A)B", "{1}")


@pytest.mark.parametrize(("asked", "answered"), [("00123", "123"), ("ÀB-1", "AB-1"), ("ab-1", "AB-1")])
def test_a_shop_that_reads_loosely_takes_one_number_for_another(asked: str, answered: str) -> None:
    assert reference.is_taken_for(asked, answered)


@pytest.mark.parametrize(("asked", "answered"), [("123", "124"), ("AB-1", ""), ("0", "00"), ("123", "1230")])
def test_another_number_is_another_number(asked: str, answered: str) -> None:
    assert not reference.is_taken_for(asked, answered)
