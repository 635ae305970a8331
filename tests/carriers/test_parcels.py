"""What an order's facts say about its parcel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from carriers.base import Move, Parcel, Tracking
from carriers.configuration import Setup
from carriers.desk import FRESH_SECONDS, STALE_SECONDS, Trackers
from carriers.errors import CarrierError
from carriers.lateness import Rules
from carriers.parcels import Parcels

TODAY = date(2026, 11, 22)


@dataclass
class Carrier:
    """A tracker in memory."""

    tracking: Tracking | None = None
    fails: bool = False
    name: str = "tests"
    asked: list[Parcel] = field(default_factory=list)
    at: float = 0.0

    def track(self, parcel: Parcel) -> Tracking | None:
        self.asked.append(parcel)
        if self.fails:
            raise CarrierError("It does not answer.")
        return self.tracking

    def close(self) -> None:
        """Nothing is open."""

    def parcels(self, rules: Rules | None = None) -> Parcels:
        return Parcels(Setup(rules=rules or Rules(), trackers=Trackers({"tests": self}, {"*": "tests"}, lambda: self.at)))


def order(status: str = "shipped", *events: str, **more: Any) -> dict[str, Any]:
    said = [{"at": f"2026-11-{10 + at:02d}T10:00:00+00:00", "text": text, "place": "Madrid"} for at, text in enumerate(events)]
    return {"reference": "AB-1", "status": status, "carrier": "SEUR", "tracking_number": "N1", "events": said, **more}


def told(facts: Mapping[str, Any], parcels: Parcels | None = None, language: str = "es") -> dict[str, Any]:
    return (parcels or Parcels()).told(facts, language, TODAY)


def tracked(state: str, words: str = "", **more: Any) -> Tracking:
    return Tracking("seur", "N1", state, (Move(datetime(2026, 11, 21, 9, tzinfo=UTC), words, "", "Lugo"),), **more)


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_the_three_parts_are_told_in_the_language_of_the_talk(language: str) -> None:
    facts = told(order(), language=language)

    assert {"es": "Tu paquete", "en": "Your parcel", "pt": "Seu pacote"}[language] in facts["parcel_means"]
    assert facts["parcel_next"] and facts["parcel_worry"]


def test_the_words_of_the_last_event_refine_the_shops_status() -> None:
    facts = told(order("shipped", "Envío admitido", "Retenido en aduana"))

    assert (facts["parcel_state"], facts["parcel_is_guess"], facts["parcel_place"]) == ("in_customs", True, "Madrid")


@pytest.mark.parametrize("words", ["Entregado", "Envío extraviado"])
def test_a_guess_never_says_that_it_is_over(words: str) -> None:
    assert told(order("shipped", words))["parcel_state"] == "in_transit"


def test_a_documented_code_of_the_carrier_is_certain() -> None:
    facts = told(order("shipped", "LL001"))

    assert facts["parcel_state"] == "delivered" and "parcel_is_guess" not in facts


def test_a_cancelled_order_has_no_words_about_a_parcel() -> None:
    assert not [name for name in told(order("cancelled", "En reparto")) if name.startswith("parcel_")]


def test_a_day_that_is_over_is_not_told_as_one_to_come() -> None:
    assert "18" not in told(order(eta="2026-11-18"))["parcel_next"]


def test_the_pick_up_point_is_named() -> None:
    assert "Quiosco Sol" in told(order("at_pickup_point", pickup_point="Quiosco Sol"))["parcel_means"]


def test_the_promise_says_where_it_is_from() -> None:
    facts = told(order(promised_on="2026-11-20", eta="2026-11-25"))

    assert (facts["promise_from"], facts["late_days"], facts["days_late"]) == ("promised", 2, 2)


def test_a_day_that_the_rules_count_stands_where_the_shop_gave_none() -> None:
    facts = told(order("shipped", "Envío admitido"), Parcels(Setup(rules=Rules(days={"seur": 3}))))

    assert (facts["promised_on"], facts["promise_from"], facts["late_days"]) == ("2026-11-13", "rule", 9)


def test_the_carriers_own_word_stands_before_the_shops() -> None:
    facts = told(order("shipped", "Envío admitido"), Carrier(tracked("out_for_delivery", "Con el repartidor")).parcels())

    assert (facts["status"], facts["parcel_state"], facts["parcel_place"]) == ("out_for_delivery", "out_for_delivery", "Lugo")
    assert facts["events"][-1]["text"] == "Con el repartidor"


def test_a_carrier_that_has_delivered_says_when() -> None:
    facts = told(order(eta="2026-11-20"), Carrier(tracked("delivered", delivered_on=date(2026, 11, 21))).parcels())

    assert (facts["status"], facts["delivered_on"], facts["late_days"]) == ("delivered", "2026-11-21", 0)


def test_coarse_codes_are_refined_by_the_carriers_words() -> None:
    carrier = Carrier(tracked("in_transit", "Out for delivery", is_coarse=True))

    assert told(order(), carrier.parcels())["parcel_state"] == "out_for_delivery"


def test_without_the_carriers_answer_the_shops_own_data_speaks() -> None:
    facts = told(order("shipped", "En reparto"), Carrier(fails=True).parcels())

    assert (facts["status"], facts["parcel_state"]) == ("shipped", "out_for_delivery")


def test_a_carrier_that_knows_nothing_changes_nothing() -> None:
    assert told(order("attempted"), Carrier(tracked("unknown")).parcels())["status"] == "attempted"


@pytest.mark.parametrize("facts", [order("delivered"), order("cancelled"), order(tracking_number="")])
def test_nobody_is_asked_where_nothing_can_be_new(facts: dict[str, Any]) -> None:
    carrier = Carrier(tracked("in_transit"))
    told(facts, carrier.parcels())

    assert carrier.asked == []


def test_what_was_said_lately_is_not_asked_again() -> None:
    carrier = Carrier(tracked("in_transit"))
    parcels = carrier.parcels()
    for carrier.at in (0.0, FRESH_SECONDS - 1, FRESH_SECONDS + 1):
        told(order(), parcels)

    assert len(carrier.asked) == 2


def test_while_it_does_not_answer_what_was_known_is_told_and_not_for_ever() -> None:
    carrier = Carrier(tracked("in_customs"))
    parcels = carrier.parcels()
    told(order(), parcels)
    carrier.fails = True
    states = []
    for carrier.at in (FRESH_SECONDS + 1, STALE_SECONDS + 1):
        states.append(told(order(), parcels)["parcel_state"])

    assert states == ["in_customs", "in_transit"]
