"""Late or not, by the shop's rules."""

from __future__ import annotations

from datetime import date

import pytest

from carriers.lateness import Promise, Rules, Sent, late_days, promise

MONDAY = date(2026, 11, 16)
WEEKEND = frozenset({5, 6})


def day(number: int) -> date:
    return date(2026, 11, number)


def test_the_shops_word_comes_before_the_carriers() -> None:
    assert promise(Rules(), Sent(promised_on=day(18), eta=day(20))) == Promise(day(18), "promised")


def test_the_carriers_word_comes_before_counting() -> None:
    assert promise(Rules(days={"*": 2}), Sent(eta=day(20), left_on=MONDAY)) == Promise(day(20), "eta")


def test_without_a_rule_no_day_is_invented() -> None:
    assert promise(Rules(), Sent("seur", left_on=MONDAY)) == Promise()


@pytest.mark.parametrize(("carrier", "country", "expected"), [
    ("correos", "PT", 23), ("correos", "ES", 20), ("mrw", "ES", 18), ("mrw", "FR", 21),
])
def test_the_narrowest_rule_counts(carrier: str, country: str, expected: int) -> None:
    rules = Rules(days={"correos/PT": 7, "correos": 4, "ES": 2, "*": 5})

    assert promise(rules, Sent(carrier, country, MONDAY)) == Promise(day(expected), "rule")


def test_days_on_which_nobody_delivers_do_not_count() -> None:
    rules = Rules(weekend=WEEKEND, holidays=frozenset({"2026-11-23"}), days={"*": 5})

    assert promise(rules, Sent(left_on=MONDAY)).day == day(24)


def test_a_holiday_without_a_year_holds_every_year() -> None:
    assert promise(Rules(holidays=frozenset({"11-17"}), days={"*": 1}), Sent(left_on=MONDAY)).day == day(18)


@pytest.mark.parametrize(("grace", "today", "late"), [(0, 18, 0), (0, 19, 1), (2, 20, 0), (2, 21, 3)])
def test_a_parcel_is_late_when_the_grace_is_over(grace: int, today: int, late: int) -> None:
    assert late_days(Rules(grace_days=grace), Promise(day(18), "promised"), "in_transit", day(today)) == late


@pytest.mark.parametrize(("today", "late"), [(22, 0), (23, 0), (24, 1)])
def test_a_promise_on_a_sunday_is_one_for_monday(today: int, late: int) -> None:
    assert late_days(Rules(weekend=WEEKEND), Promise(day(22), "eta"), "in_transit", day(today)) == late


@pytest.mark.parametrize("state", ["delivered", "at_pickup_point", "returning", ""])
def test_what_nobody_waits_for_is_never_late(state: str) -> None:
    assert late_days(Rules(), Promise(day(1), "promised"), state, day(30)) == 0
