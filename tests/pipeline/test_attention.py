"""Signs of reading and typing: shown while the shop takes its time, and never a reason for trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import channels
from channels.base import Endpoint
from pipeline.attention import FAILURES, Attention
from tests.providers.meta import PHONE_NUMBER_ID, MetaStandIn

KEY = ("meta-whatsapp", PHONE_NUMBER_ID)
ROW: dict[str, Any] = {"kind": KEY[0], "account": KEY[1], "address": "+34600111222", "heard": "wamid.1"}


@pytest.fixture
def meta() -> Iterator[MetaStandIn]:
    with MetaStandIn() as standing_in:
        yield standing_in


Make = Callable[..., Attention]


@pytest.fixture
def attention(meta: MetaStandIn) -> Iterator[Make]:
    made: list[Attention] = []

    def make(after_seconds: float = 0.0) -> Attention:
        ours = {KEY: Endpoint(*KEY, meta.url, {"access_token": meta.access_token})}
        made.append(Attention(ours, after_seconds))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_long_look_up_shows_that_she_was_read(meta: MetaStandIn, attention: Make) -> None:
    with attention().during(ROW):
        (asked,) = meta.wait_for_requests(1)

    assert (asked["status"], asked["path"].endswith("/messages"), meta.accepted()) == (200, True, [])


def test_a_quick_one_costs_no_call(meta: MetaStandIn, attention: Make) -> None:
    with attention(after_seconds=60.0).during(ROW):
        pass

    assert meta.requests() == []


@pytest.mark.parametrize("change", [{"heard": None}, {"account": "1"}])
def test_what_nothing_can_be_shown_on_is_asked_all_the_same(
    meta: MetaStandIn, attention: Make, change: dict[str, Any]
) -> None:
    with attention().during({**ROW, **change}):
        pass

    assert meta.requests() == []


def test_a_channel_that_refuses_them_is_left_alone_for_a_while(meta: MetaStandIn, attention: Make) -> None:
    signs = attention()
    request = channels.adapter(KEY[0]).attention("wamid.1", "+34600111222", signs.endpoints[KEY])
    assert request is not None
    meta.mode(500)

    for _ in range(FAILURES):
        assert not signs.rests(KEY)
        signs.show(KEY, request)

    assert signs.rests(KEY)
