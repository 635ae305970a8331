"""The trackers against stand-ins that speak the real interfaces, and fail in every way they can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

import registry
from asking import Pace
from carriers.base import Parcel, Tracker, Tracking
from carriers.errors import CarrierError
from carriers.web import FAILURES_TO_REST
from tests.providers.carriers import CLIENT, KEY, AfterShipStandIn, DhlStandIn, UpsStandIn

STAND_INS: dict[str, Callable[[], Any]] = {"aftership": AfterShipStandIn, "dhl": DhlStandIn, "ups": UpsStandIn}
SECRETS = {"aftership": {"key": KEY}, "dhl": {"key": KEY}, "ups": {"client_id": CLIENT[0], "client_secret": CLIENT[1]}}


@dataclass
class HandClock:
    """Time that moves only when the tracker pauses."""

    at: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds


@dataclass
class Rig:
    carrier: Any
    tracker: Tracker
    clock: HandClock

    def track(self, number: str = "") -> Tracking | None:
        return self.tracker.track(Parcel(self.tracker.name, number or self.carrier.number))

    def failure(self) -> CarrierError:
        with pytest.raises(CarrierError) as failed:
            self.track()
        return failed.value


@pytest.fixture
def rigged() -> Iterator[Callable[..., Rig]]:
    with ExitStack() as stack:
        def make(name: str, **settings: Any) -> Rig:
            carrier, clock = stack.enter_context(STAND_INS[name]()), HandClock()
            given = SECRETS[name] | {"url": carrier.url, "timeout_seconds": 5} | settings
            tracker = registry.collect("carriers", "TRACKER")[name].create(given, Pace(lambda: clock.at, clock.pause))
            stack.callback(tracker.close)
            return Rig(carrier, tracker, clock)

        yield make


@pytest.fixture(params=sorted(STAND_INS))
def rig(request: pytest.FixtureRequest, rigged: Callable[..., Rig]) -> Rig:
    return rigged(request.param)


def test_each_tracker_has_its_stand_in() -> None:
    assert set(registry.collect("carriers", "TRACKER")) == set(STAND_INS)


def test_a_parcel_is_told_with_state_day_and_place(rig: Rig) -> None:
    tracking = rig.track()

    told = tracking and (tracking.state, tracking.eta, tracking.place)
    assert told == {
        "aftership": ("in_customs", date(2026, 11, 25), "Madrid"),
        "dhl": ("in_transit", date(2026, 11, 23), "Getafe"),
        "ups": ("in_customs", date(2026, 11, 24), "Barcelona"),
    }[rig.tracker.name]


def test_moves_are_told_newest_first(rigged: Callable[..., Rig]) -> None:
    tracking = rigged("aftership").track()

    assert tracking and [move.state for move in tracking.moves] == ["in_customs", "handed_over"]


@pytest.mark.parametrize("name", ["dhl", "ups"])
def test_a_number_that_nobody_knows_is_none(rigged: Callable[..., Rig], name: str) -> None:
    assert rigged(name).track("1Z000") is None


def test_aftership_registers_a_parcel_that_it_does_not_know(rigged: Callable[..., Rig]) -> None:
    rig = rigged("aftership", slugs={"correos": "spain-correos-es"})
    tracking = rig.tracker.track(Parcel("correos", "NEW123"))

    assert rig.carrier.created == [{"tracking_number": "NEW123", "slug": "spain-correos-es"}]
    assert tracking and tracking.state == "unknown"


@pytest.mark.parametrize(("mode", "code"), [
    ("500", "unavailable"), ("503", "unavailable"), ("429", "throttled"), ("403", "credentials"), ("400", "refused"),
    ("html", "not_json"), ("deep", "not_json"), ("word", "not_json"), ("big", "too_big"), ("reset", "unavailable"),
    ("truncated", "not_json"), ("cut", "unavailable"), ("redirect", "unavailable"),
])
def test_whatever_goes_wrong_has_a_name(rig: Rig, mode: str, code: str) -> None:
    rig.carrier.mode(mode)

    if (rig.tracker.name, mode) == ("ups", "redirect"):
        code = "refused"  # its first request is a POST, and no redirect of one is followed
    assert rig.failure().code == code


def test_one_that_takes_its_time_is_not_waited_for(rigged: Callable[..., Rig]) -> None:
    rig = rigged("dhl", timeout_seconds=0.2)
    rig.carrier.mode("slow")

    assert rig.failure().code == "timeout"


def test_wrong_credentials_are_told_as_such(rigged: Callable[..., Rig]) -> None:
    assert rigged("dhl", key="wrong").failure().code == "credentials"


def test_another_parcel_is_never_told(rig: Rig) -> None:
    rig.carrier.mode("other_order")

    try:
        assert rig.track() is None
    except CarrierError as error:
        assert error.code == "other_parcel"


def test_a_passing_failure_is_asked_once_more(rig: Rig) -> None:
    rig.carrier.mode("503", 1)

    assert rig.track() is not None and len(rig.clock.pauses) == 1


def test_the_wait_that_it_asks_for_is_kept(rigged: Callable[..., Rig]) -> None:
    rig = rigged("dhl")
    rig.carrier.mode("429", 1)

    assert rig.track() is not None and rig.clock.pauses == [1.0]


def test_after_failures_in_a_row_it_is_left_alone(rigged: Callable[..., Rig]) -> None:
    rig = rigged("dhl")
    rig.carrier.mode("500")
    codes = [rig.failure().code for _ in range(FAILURES_TO_REST + 2)]

    assert codes[-1] == "resting" and len(rig.carrier.asked) == 2 * FAILURES_TO_REST


def test_a_token_is_used_again(rigged: Callable[..., Rig]) -> None:
    rig = rigged("ups")
    rig.track()
    rig.track()

    assert rig.carrier.tokens == 1


def test_a_token_that_ends_or_is_withdrawn_is_fetched_anew(rigged: Callable[..., Rig]) -> None:
    rig = rigged("ups")
    rig.track()
    rig.clock.at += 14_400
    rig.track()
    rig.carrier.revoke()

    assert rig.track() is not None and rig.carrier.tokens == 4


def test_a_delivered_parcel_has_its_day(rigged: Callable[..., Rig]) -> None:
    rig = rigged("dhl")
    rig.carrier.status_code = "delivered"

    tracking = rig.track()
    assert tracking and tracking.delivered_on == date(2026, 11, 21)
