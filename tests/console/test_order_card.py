"""The order card: what the parcel's state means, in the agent's language, and where the day is from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from carriers import states
from carriers.parcels import Parcels
from console import order_card
from console.formats import Formats
from console.words import LANGUAGES, words

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def card(language: str = "es", **more: Any) -> dict[str, Any]:
    facts = {"reference": "AB-1", "status": "shipped", "status_text": "shipped", "carrier": "SEUR", **more}
    told = Parcels().told(facts, language, date(2026, 11, 22))
    return order_card.shown(told | more, words(language), Formats(language, ZoneInfo("UTC"), NOW))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", states.ALL)
def test_every_state_has_a_name_for_agents(language: str, state: str) -> None:
    assert words(language).has(f"parcel.state.{state}")


@pytest.mark.parametrize(("language", "means"), [("es", "Tu paquete"), ("en", "Your parcel"), ("pt", "Seu pacote")])
def test_it_says_what_the_customer_is_told(language: str, means: str) -> None:
    assert means in card(language)["parcel"]["means"]


def test_a_parcel_in_customs_is_called_so_and_marked_as_guessed() -> None:
    shown = card(events=[{"at": "2026-11-21T10:00:00+00:00", "text": "Retenido en aduana"}])

    assert (shown["chip"], shown["parcel"]["guess"]) == ("En la aduana", "(según sus palabras)")


def test_a_day_that_we_counted_is_not_called_a_promise() -> None:
    assert card(promised_on="2026-11-30", promise_from="rule")["track"][-1]["text"] == "Llegada calculada"


def test_an_order_without_a_parcel_has_no_words_about_one() -> None:
    assert card(status="cancelled")["parcel"] is None
