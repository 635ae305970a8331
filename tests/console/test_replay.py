"""Past talks weighed again: what is handed over under one policy and not under another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.escalation import Policy, policy_from
from bot.understanding.reading import Reading, Reason
from console import replay
from console.replay import Comparison, PastTalk, PastText, PastTicket, Stretch
from tests.builders import MONDAY_NOON

STRICT = policy_from({"frustration": {"high": "0.3", "low": "0.2", "clear": "0.3", "severe": "0.3"}})
LENIENT = policy_from({"frustration": {"high": "0.95", "low": "0.9", "clear": "0.95", "severe": "0.95"}})
ASKING = policy_from({"frustration": {"high": "0.9", "low": "0.2", "clear": "0.9", "severe": "0.9"}})
ANGER = {"calm": 0.0, "cross": 0.5, "furious": 1.0, "ask": 0.0}


def reader(text: str, _talk: PastTalk) -> Reading:
    """A reading by the first word: how angry it is, or whether a person is asked for."""
    word = text.split()[0]
    reasons = (Reason("frustration", word, 2.0),) if ANGER[word] else ()
    if word == "ask":
        return Reading("es", human_request=1.0, reasons=(Reason("human_request", word),))
    return Reading("es", frustration=ANGER[word], strength=ANGER[word], severity=2 if reasons else 0, reasons=reasons)


def said(text: str, minute: int = 0, **more: str) -> PastText:
    return PastText(f"msg_{minute}", text, MONDAY_NOON + timedelta(minutes=minute), **more)


def a_talk(*stretches: Stretch) -> PastTalk:
    return PastTalk("cnv_1", "Marta", "twilio-whatsapp", "es", stretches)


def compared(talk: PastTalk, now: Policy, then: Policy) -> Comparison:
    made = Comparison()
    replay.compare(made, (talk,), (now, then), reader)
    return made


def test_a_lower_threshold_hands_over_what_the_higher_did_not() -> None:
    made = compared(a_talk(Stretch((said("calm"), said("cross", 1)))), LENIENT, STRICT)

    assert (made.now.passed, made.then.passed) == (0, 1)
    assert [(one.kind, one.shown.text.text) for one in made.differences] == [("new", "cross")]


def test_a_higher_threshold_lets_go_of_what_the_lower_handed_over() -> None:
    made = compared(a_talk(Stretch((said("cross"),))), STRICT, LENIENT)

    assert [one.kind for one in made.differences] == ["gone"]


def test_a_stretch_that_is_handed_over_at_another_text_has_moved() -> None:
    made = compared(a_talk(Stretch((said("cross"), said("furious", 1)))), LENIENT, STRICT)

    assert [(one.kind, one.shown.text.text) for one in made.differences] == [("earlier", "cross")]


def test_the_same_policy_differs_in_nothing() -> None:
    made = compared(a_talk(Stretch((said("cross"), said("ask", 1)))), STRICT, STRICT)

    assert (made.differences, made.now.passed, made.texts) == ([], 1, 2)


def test_reasons_are_counted_by_name() -> None:
    made = compared(a_talk(Stretch((said("ask"),)), Stretch((said("furious", 1),))), STRICT, STRICT)

    assert dict(made.then.reasons) == {"human_request": 1, "frustration": 1}


def test_what_was_decided_before_understanding_is_not_judged() -> None:
    made = compared(a_talk(Stretch((said("furious", row="exact"), said("furious", 1, row="tap")))), STRICT, STRICT)

    assert made.now.passed == 0


def test_a_calm_answer_to_a_question_is_not_weighed() -> None:
    talk = a_talk(Stretch((said("cross", row="people"), said("calm", 1, row="typed", last_slot="parcel.ref"))))

    assert replay.play(talk, LENIENT, reader)[0].passed is None


def test_a_question_that_counts_its_own_tries_puts_no_gentle_one() -> None:
    stuck = {"last_outcome": "fallback", "last_answer": "¿Qué número?", "last_slot": "parcel.ref", "row": "not_understood"}
    doubtful = (said("calm", **stuck), said("calm", 1, **stuck), said("cross", 2))
    policy = replace(ASKING, points={**ASKING.points, "fallbacks": 1.0})

    played = replay.play(a_talk(Stretch(doubtful)), policy, reader)[0]

    assert (played.passed, played.asked) == (None, 1)


def test_a_yes_to_the_question_counts_where_the_question_is_put() -> None:
    talk = a_talk(Stretch((said("cross", row="people"), said("calm", 1, row="person_question", outcome="handoff"))))

    assert (replay.play(talk, ASKING, reader)[0].asked, replay.play(talk, LENIENT, reader)[0].asked) == (1, 0)
    assert replay.play(talk, ASKING, reader)[0].passed is not None


def test_right_after_people_gave_it_back_anger_is_forgiven() -> None:
    stretch = Stretch((said("cross"),))

    assert replay.play(a_talk(stretch), STRICT, reader)[0].passed is not None
    assert replay.play(a_talk(replace(stretch, is_back=True)), STRICT, reader)[0].passed is None


def test_hand_overs_that_agents_disputed_are_counted_apart() -> None:
    ticket = PastTicket("tkt_1", "frustration", is_disputed=True)
    made = compared(a_talk(Stretch((said("cross"),), ticket)), STRICT, LENIENT)

    assert made.disputed == (1, 0)
    assert made.differences[0].ticket == ticket
