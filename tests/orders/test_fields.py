"""Days, money and texts as shops write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import fields
from orders.fields import BadField, Reading

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("value", "how"),
    [
        ("2026-11-20", Reading()),
        ("2026-11-20T09:00:00Z", Reading()),
        ("2026-11-19T23:30:00Z", Reading(zone=MADRID)),
        ("2026-11-20T00:15:00", Reading(zone=MADRID)),
        ("20/11/2026", Reading(dates="%d/%m/%Y")),
        (1795132800, Reading(dates="epoch")),
    ],
)
def test_day_is_the_shops(value: Any, how: Reading) -> None:
    assert fields.day("eta", value, how) == date(2026, 11, 20)


@pytest.mark.parametrize("value", ["soon", "2026-02-30", 20261120, True, "0001-01-01", [], {}])
def test_day_that_is_none_is_named(value: Any) -> None:
    with pytest.raises(BadField, match="^eta is"):
        fields.day("eta", value, Reading())


def test_time_without_a_zone_is_the_shops() -> None:
    moment = fields.instant("events.at", "2026-11-20T10:00:00", Reading(zone=MADRID))

    assert moment == datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "mark", "amount"),
    [
        ("59.90", ".", "59.90"),
        ("1,234.56 EUR", ".", "1234.56"),
        ("1.234,56 €", ",", "1234.56"),
        ("$ 1.234.567", ",", "1234567"),
        (59, ".", "59"),
        (Decimal("59.9"), ".", "59.9"),
        ("-3.50", ".", "-3.50"),
    ],
)
def test_money_is_read_with_the_shops_mark(value: Any, mark: str, amount: str) -> None:
    assert fields.money("total", value, Reading(decimal_mark=mark)) == Decimal(amount)


@pytest.mark.parametrize("value", ["free", "1.234,56", "12,34", "NaN", True, [], "9" * 20, "1e99", ".50", "2 for 1.50"])
def test_money_that_is_none_is_named(value: Any) -> None:
    with pytest.raises(BadField, match="^total is"):
        fields.money("total", value, Reading())


def test_cents_become_the_main_unit() -> None:
    assert fields.money("total", 5990, Reading(in_cents=True)) == Decimal("59.90")


def test_word_of_the_shop_without_a_meaning_is_unknown_and_kept() -> None:
    order = fields.record({"reference": "1", "status": "Quarantined"}, Reading(), (), ()).order

    assert (order.status, order.extra["status_text"]) == ("unknown", "Quarantined")


def test_states_of_the_shop_are_compared_without_capitals() -> None:
    assert fields.status(" ENVIADO ", Reading(statuses={"enviado": "shipped"})) == "shipped"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil", "data:text/html,x", "https://a b"])
def test_tracking_address_that_is_no_web_address_is_left_out(address: str) -> None:
    order = fields.record({"reference": "1", "tracking_url": address}, Reading(), (), ()).order

    assert order.tracking_url == ""


def test_text_is_one_line_without_signs_that_turn_it() -> None:
    assert fields.text("SEUR\r\nX-Evil: 1\u202e") == "SEUR X-Evil: 1"


def test_events_come_in_the_order_of_time() -> None:
    told = [{"at": "2026-11-20T10:00:00Z", "text": "out"}, {"at": "2026-11-19T10:00:00Z", "text": "in"}]

    events = fields.record({"reference": "1"}, Reading(), (), told).order.events

    assert [event.text for event in events] == ["in", "out"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(fields.ORDER_FIELDS), st.none() | st.booleans() | st.integers() | st.text()))
def test_no_value_of_a_shop_raises_anything_but_bad_field(values: dict[str, Any]) -> None:
    try:
        record = fields.record(values, Reading(), (), ())
    except BadField:
        return
    assert record.order.reference
