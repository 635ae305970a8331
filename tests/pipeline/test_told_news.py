"""News go to the number that the buyer gave, or to nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from orders import connector
from orders.base import Order
from orders.news import News
from orders.proof import Holder
from pipeline.told_news import Told, as_news, news_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "country_code", "told"),
    [
        ("+34 600 111 222", "", "+34600111222"), ("0034600111222", "", "+34600111222"), ("600 111 222", "34", "+34600111222"),
        ("0600 111 222", "34", "+34600111222"), ("600 111 222", "", ""), ("31 98765 4321", "", ""),
        ("34600111222", "34", "+34600111222"), ("11 91234-5678", "55", "+5511912345678"), ("nobody", "34", ""), ("1" * 30, "34", ""),
    ],
)
def test_without_a_country_nobody_elsewhere_is_told_of_her_order(written: str, country_code: str, told: str) -> None:
    buyer = Holder(phone=written, country_code=country_code)

    assert news_of(News("AB-1", "shipped", NOW, Order("AB-1", "shipped"), buyer), date(2026, 11, 20)).phone == told


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://t.example/1 y algo más", "//t.example"])
def test_a_link_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="tracking_url"):
        Told(kind="shipped", order="AB-1", tracking_url=address)


def test_news_in_our_own_form_know_whose_night_it_is() -> None:
    told = as_news(Told(kind="shipped", order="AB-1", phone="+573001234567"), connector("demo", {}), NOW)

    assert (told.country, told.happened_at) == ("CO", NOW)
