"""One order has one key in the whole house."""

from __future__ import annotations

import pytest

from handoff import order_actions
from order_number import fold
from orders import reference
from outreach import taking
from tests.builders import MONDAY_NOON
from tests.outreach.shapes import news


@pytest.mark.parametrize("written", ["ab 12345", "#AB-12345", "AB12345", "ａｂ１２３４５", "ab_12345"])
def test_an_order_is_one_however_its_number_is_written(written: str) -> None:
    assert fold(written) == "AB12345"


def test_shop_desk_and_news_fold_alike() -> None:
    assert reference.fold is order_actions.fold is fold
    assert taking.row_of(MONDAY_NOON, "shop", news("ab-12345"), {})["order_key"] == "AB12345"
