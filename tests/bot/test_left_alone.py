"""What is not weighed because it has its place in the flow, and what a verdict leaves behind that nobody acted on."""

from __future__ import annotations

import pytest

from bot.escalation import FREE_PLACE, SURE_PLACE, Policy, forgive, is_left_alone, set_aside
from bot.understanding.reading import GUESS, Reading, Reason

CALM = Reading("es")
GUESSED = Reading("es", frustration=0.7, strength=0.6, severity=2, reasons=(Reason(GUESS, "vaya", 2.8, is_guess=True),))
ANGRY = Reading("es", frustration=0.7, strength=0.6, severity=2, reasons=(Reason("frustration", "vergüenza", 2.0),))
SURE_GUESS = Reading("es", human_request=0.9, reasons=(Reason("human_request", "alguien vivo", is_guess=True),))


def left_alone(reading: Reading, place: str) -> bool:
    return is_left_alone(reading, Policy(), place)


@pytest.mark.parametrize("reading", [CALM, GUESSED])
@pytest.mark.parametrize("place", [SURE_PLACE, FREE_PLACE])
def test_calm_texts_and_guesses_go_on_where_they_have_their_place(reading: Reading, place: str) -> None:
    assert left_alone(reading, place)


@pytest.mark.parametrize("place", [SURE_PLACE, FREE_PLACE, ""])
def test_anger_in_words_is_weighed_wherever_it_stands(place: str) -> None:
    assert not left_alone(ANGRY, place)


def test_what_has_no_place_is_weighed() -> None:
    assert not left_alone(CALM, "")


def test_a_request_that_is_all_but_sure_interrupts_only_a_question_that_takes_any_words() -> None:
    assert left_alone(SURE_GUESS, SURE_PLACE)
    assert not left_alone(SURE_GUESS, FREE_PLACE)


def test_a_verdict_that_is_set_aside_was_no_question() -> None:
    assert set_aside({}, {"turns": 2, "asked_on": "2026-11-23"}) == {"turns": 2}


def test_a_question_that_was_put_before_stays_the_last() -> None:
    before = {"turns": 1, "asked_on": "2026-11-23"}

    assert set_aside(before, {"turns": 2, "asked_on": "2026-11-24"}) == {"turns": 2, "asked_on": "2026-11-23"}


def test_a_return_to_the_bot_does_not_allow_a_second_gentle_question_on_the_same_day() -> None:
    assert forgive({"turns": 3, "asked_on": "2026-11-22", "score": 1.5})["asked_on"] == "2026-11-22"
