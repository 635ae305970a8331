"""The vocabulary of states, and how it fits the words of orders."""

from __future__ import annotations

import pytest

from carriers import states

ORDER_WORDS = ("preparing", "shipped", "out_for_delivery", "at_pickup_point", "attempted", "delayed", "delivered", "returning",
               "lost", "unknown")


def test_nothing_follows_what_is_final() -> None:
    assert {state for state in states.STATES if not states.FOLLOWS[state]} == states.FINAL


def test_every_state_but_the_first_can_be_reached() -> None:
    reached = {after for before in states.STATES for after in states.FOLLOWS[before]}

    assert reached == set(states.STATES) - {"label_made"}


@pytest.mark.parametrize("state", states.STATES)
def test_a_state_leads_to_an_order_and_that_back_to_a_state_of_its_kind(state: str) -> None:
    back = states.of_order(states.to_order(state))

    assert back == state or states.to_order(back) in (states.to_order(state), "shipped")


@pytest.mark.parametrize("status", ORDER_WORDS)
def test_a_status_of_an_order_leads_to_a_state_that_we_have_words_for(status: str) -> None:
    assert states.of_order(status) in states.ALL


def test_a_cancelled_order_has_no_parcel() -> None:
    assert (states.of_order("cancelled"), states.of_order("refunded")) == ("", "")


@pytest.mark.parametrize("state", sorted(states.FINAL))
def test_a_guess_never_ends_a_journey(state: str) -> None:
    assert not any(states.refines(state, status) for status in ORDER_WORDS if states.of_order(status) != state)


@pytest.mark.parametrize("state", ["handed_over", "in_customs", "out_for_delivery", "attempted", "exception", "returning"])
def test_a_guess_may_say_how_a_parcel_travels(state: str) -> None:
    assert states.refines(state, "shipped")
