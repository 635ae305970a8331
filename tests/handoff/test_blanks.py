"""Gaps: what we fill in, what is left to the agent, and how it shows."""

from __future__ import annotations

import pytest

from handoff.blanks import Piece, filled, gaps, pieces


def test_a_variable_is_filled_in() -> None:
    assert filled("{name}, llega el {order.eta}.", {"name": "Marta", "order.eta": "mar 24"}) == "Marta, llega el mar 24."


def test_what_is_not_known_is_a_gap_with_a_name() -> None:
    assert filled("Llega el {order.eta}.", {}, {"order.eta": "llegada prevista"}) == "Llega el [[llegada prevista]]."


@pytest.mark.parametrize(
    ("text", "found"),
    [("Sale [[hora]] y {order.eta}", ["hora", "order.eta"]), ("[no] {A} {}", []), ("", []), ("[[a]][[b]]", ["a", "b"])],
)
def test_gaps_are_found_in_their_order(text: str, found: list[str]) -> None:
    assert gaps(text) == found


def test_a_text_is_cut_at_its_gaps() -> None:
    assert pieces("Entre [[hora]].") == [Piece("Entre "), Piece("hora", is_gap=True), Piece(".")]
