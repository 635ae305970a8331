"""A “no” takes as long as a “yes”, also with a shop that is slower than its owner thought."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orders.base import Connector, Order, Proof
from orders.kept import Keep, Keeper
from orders.proof import Holder, Record
from orders.proving import HALF_LIFE_SECONDS, LONGEST_SECONDS, Evenness, ProvingShop
from tests.orders.test_rest import HandClock

MARTA, MALLORY = Proof(email="marta@example.com"), Proof(email="mallory@example.com")


class Slow(ProvingShop):
    """AB-1 is there and takes a second; nothing else is, and takes no time."""

    name, can_search = "slow", False

    def __init__(self, clock: HandClock) -> None:
        super().__init__(("email",), 0.25, clock.pace())
        self.clock, self.seconds = clock, 1.0

    def record(self, reference: str) -> Record | None:
        if reference != "AB-1":
            return None
        self.clock.at += self.seconds
        return Record(Order("AB-1", "shipped"), Holder(email=MARTA.email))

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return ()


def kept(clock: HandClock) -> Connector:
    return Keeper(Slow(clock), Keep(fresh_seconds=0.001, stale_seconds=0.001, absent_seconds=0), pace=clock.pace())


def took(clock: HandClock, shop: Connector, reference: str, proof: Proof) -> float:
    started = clock.at
    assert shop.find(reference, proof) is None
    return clock.at - started


@pytest.mark.parametrize("made", [Slow, kept], ids=["itself", "kept"])
def test_absent_order_takes_as_long_as_one_that_is_there(made: Callable[[HandClock], Connector]) -> None:
    clock = HandClock()
    shop = made(clock)
    there = took(clock, shop, "AB-1", MALLORY)

    assert took(clock, shop, "AB-2", MALLORY) == pytest.approx(there) == pytest.approx(1.0)


def test_before_anything_was_found_the_setting_counts() -> None:
    clock = HandClock()

    assert took(clock, Slow(clock), "AB-2", MALLORY) == pytest.approx(0.25)


def test_one_slow_moment_is_forgotten_also_where_nobody_else_asks() -> None:
    clock = HandClock()
    even = Evenness(0.25, clock.pace())
    even.was_there(2.0)
    clock.at += 5 * HALF_LIFE_SECONDS

    assert even.seconds == 0.25


def test_one_slow_moment_is_forgotten() -> None:
    clock = HandClock()
    even = Evenness(0.25, clock.pace())
    for seconds in (4.0, *[0.1] * 40):
        even.was_there(seconds)
    even.even_out(clock.at)

    assert clock.at == pytest.approx(0.25)


@pytest.mark.parametrize(("passed", "until"), [(0.01, 0.25), (0.26, 0.5), (0.49, 0.5), (0.7, 0.75)])
def test_what_took_a_little_longer_ends_with_the_others(passed: float, until: float) -> None:
    clock = HandClock(at=passed)
    Evenness(0.25, clock.pace()).even_out(0.0)

    assert clock.at == pytest.approx(until)


def test_a_shop_that_is_not_to_be_evened_out_is_not_kept_for_a_stroke() -> None:
    clock = HandClock(at=0.01)
    Evenness(0.0, clock.pace()).even_out(0.0)

    assert clock.at == 0.01


def test_nobody_waits_longer_than_a_few_seconds() -> None:
    clock = HandClock()
    even = Evenness(0.25, clock.pace())
    even.was_there(60.0)
    even.even_out(clock.at)

    assert clock.at == LONGEST_SECONDS
