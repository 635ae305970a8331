"""What a case lacks, and its last day: values in, values out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from incidents import needs
from incidents.claim_rules import Period, Rule
from incidents.needs import Evidence

CASE: dict[str, Any] = {"order_reference": "AB-1", "tracking_number": "T1", "details": {"what": "roto"}, "kind": "damaged"}
THURSDAY = date(2026, 11, 26)


def lacking(rule: Rule, photos: tuple[str, ...] = (), ticked: frozenset[str] = frozenset(), **case: Any) -> list[str]:
    return [need.code for need in needs.of(rule, Evidence({**CASE, **case}, photos, ticked)) if need.state == needs.LACK]


@pytest.mark.parametrize(("photos", "lacks"), [
    ((), ["item", "box"]),
    (("",), ["box"]),
    (("", ""), []),
    (("item", "item"), ["box"]),
    (("box", ""), []),
])
def test_photos_that_nobody_sorted_stand_for_what_lacks(photos: tuple[str, ...], lacks: list[str]) -> None:
    assert lacking(Rule(photos={"item": 1, "box": 1}, documents=(), statements=()), photos) == lacks


def test_documents_are_there_once_somebody_says_so() -> None:
    rule = Rule(photos={}, documents=("value_proof", "claim_form"), statements=())

    assert lacking(rule, ticked=frozenset({"value_proof"})) == ["claim_form"]


def test_nobody_claims_without_order_tracking_and_what_happened() -> None:
    assert lacking(Rule(photos={}), order_reference="", tracking_number="", details={}) == ["order", "tracking", "what_happened"]


def test_what_is_unknown_is_named_and_holds_nobody_back() -> None:
    found = needs.of(Rule(), Evidence(CASE))

    assert [need.group for need in found if need.state == needs.UNKNOWN] == ["photo", "document", "statement"]
    assert needs.is_complete(found)


@pytest.mark.parametrize(("period", "facts", "last"), [
    (Period(7, "delivery"), {"delivered_on": "2026-11-20"}, date(2026, 11, 27)),
    (Period(2, "delivery", "working"), {"delivered_on": "2026-11-20"}, date(2026, 11, 24)),
    (Period(30, "due"), {"delivered_on": "2026-11-20", "promised_on": "2026-11-18"}, date(2026, 12, 18)),
    (Period(30, "shipping"), {"events": [{"at": "2026-11-02T09:00:00+00:00"}, {"at": "2026-11-01T09:00:00+00:00"}]}, date(2026, 12, 1)),
    (Period(7, "delivery"), {}, None),
    (Period(365, None), {"delivered_on": "2026-11-20"}, None),
    (None, {"delivered_on": "2026-11-20"}, None),
])
def test_the_last_day_counts_from_the_day_that_the_rule_names(period: Period | None, facts: dict[str, Any], last: date | None) -> None:
    assert needs.deadline(period, facts) == last


@pytest.mark.parametrize(("today", "told", "days"), [
    (date(2026, 11, 22), None, None),
    (date(2026, 11, 23), None, 3),
    (date(2026, 11, 24), date(2026, 11, 23), None),
    (date(2026, 11, 25), date(2026, 11, 23), 1),
    (date(2026, 11, 26), date(2026, 11, 25), None),
    (date(2026, 11, 28), None, 1),
])
def test_people_are_reminded_three_days_and_one_day_before_and_never_twice(today: date, told: date | None, days: int | None) -> None:
    assert needs.reminder(THURSDAY, told, today) == days
