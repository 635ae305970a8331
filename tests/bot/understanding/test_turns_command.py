"""`flask understand turns`: the protocol, line by line."""

import json

import pytest
from click.testing import CliRunner

from bot.escalation import Policy
from bot.understanding.turns_command import turns, weighed


def a_line(turn: int, text: str, dialogue: str = "d1", **more: object) -> str:
    return json.dumps({"dialogue": dialogue, "turn": turn, "text": text, "gap_min": 1, "bot_prev": None, **more})


FAILED = {"bot_prev": {"text": "No te entiendo.", "outcome": "fallback"}}
TWO_FAILURES = [a_line(1, "quiero usar un vale"), a_line(2, "la tarjeta", **FAILED), a_line(3, "el bono", **FAILED)]


def test_a_turn_is_answered_with_these_fields():
    answer = next(weighed([a_line(1, "hola")], Policy()))

    assert list(answer) == ["dialogue", "turn", "escalate", "offer", "score", "reasons"]


def test_state_is_kept_per_dialogue():
    mixed = [TWO_FAILURES[0], a_line(1, "hola", "d2"), *TWO_FAILURES[1:], a_line(2, "hola", "d2")]

    assert [answer["escalate"] for answer in weighed(mixed, Policy())] == [False, False, False, True, False]


def test_reasons_are_objects_that_name_their_message():
    *_, last = weighed(TWO_FAILURES, Policy())

    assert last["reasons"][-1] == {
        "signal": "fallbacks", "points": Policy().points["fallbacks"], "quote": "2×", "message": "d1:3",
    }  # fmt: skip


def test_a_turn_that_is_answered_with_the_gentle_question_is_not_handed_over():
    doubtful = Policy(human_request_high=1.0, human_request_low=0.5)
    answer = next(weighed([a_line(1, "¿hay alguien ahí?")], doubtful))

    assert (answer["escalate"], answer["offer"]) == (False, True)


@pytest.mark.parametrize("gap", [None, 0, 12.5])
def test_a_gap_may_be_missing(gap):
    assert next(weighed([a_line(1, "hola", gap_min=gap)], Policy()))["turn"] == 1


def test_the_command_answers_line_by_line_and_passes_over_empty_ones():
    done = CliRunner().invoke(turns, input="\n".join([*TWO_FAILURES, "", ""]))

    assert [json.loads(line)["turn"] for line in done.output.splitlines()] == [1, 2, 3]
