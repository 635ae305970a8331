"""When the bot gives way: thresholds, points that fade, the gentle question, the return, what an agent reads of it.

Readings are made by hand here: what words mean is measured elsewhere, how they are weighed is not to depend on it.
"""

import json
from dataclasses import replace

import pytest

from bot.escalation import Policy, forgive
from tests.bot.talks import Talk, a_reading

POLICY = Policy()
SURE, DOUBT = POLICY.frustration_high + 0.05, POLICY.frustration_low + 0.02
BOT_FAILS = {"bot": "No te entiendo.", "outcome": "fallback"}


@pytest.fixture
def talk():
    return Talk()


def test_explicit_request_hands_over_at_once(talk):
    verdict = talk.said("quiero hablar con una persona", a_reading(human_request=1.0))

    assert (verdict.decision, verdict.reason) == ("handoff", "human_request")


def test_clear_frustration_hands_over_at_once_with_the_quote(talk):
    verdict = talk.said("esto es una vergüenza", a_reading(frustration=SURE, quote="una vergüenza"))

    assert (verdict.decision, verdict.reason, verdict.evidence[0].quote) == ("handoff", "frustration", "una vergüenza")


def test_doubt_is_asked_about_gently(talk):
    assert talk.said("vaya", a_reading(frustration=DOUBT)).decision == "ask"


def test_second_doubt_of_the_day_hands_over(talk):
    talk.said("vaya", a_reading(frustration=DOUBT))

    assert talk.said("uf", a_reading(frustration=DOUBT)).decision == "handoff"


def test_gentle_question_comes_again_the_day_after(talk):
    talk.said("vaya", a_reading(frustration=DOUBT))

    assert talk.said("uf", a_reading(frustration=DOUBT), minutes=24 * 60).decision == "ask"


def test_half_a_request_is_asked_about_too(talk):
    verdict = talk.said("¿y quién lleva esto?", a_reading(human_request=POLICY.human_request_low + 0.05))

    assert (verdict.decision, verdict.reason) == ("ask", "human_request")


def test_second_half_a_request_hands_over(talk):
    talk.said("¿y quién lleva esto?", a_reading(human_request=POLICY.human_request_low + 0.05))

    verdict = talk.said("¿y quién decide?", a_reading(human_request=POLICY.human_request_low + 0.05))

    assert (verdict.decision, verdict.reason) == ("handoff", "human_request")


def test_grave_words_hand_over_from_a_lower_threshold(talk):
    grave = a_reading(frustration=POLICY.frustration_severe, severity=3)

    assert talk.said("sale humo", grave).decision == "handoff"


def test_faint_words_never_add_up_in_a_long_talk(talk):
    faint = a_reading(frustration=POLICY.frustration_faint - 0.01)

    assert {talk.said(word, faint).decision for word in ("mesa", "silla", "cama", "espejo", "sofá")} == {"none"}


def test_two_failures_in_a_row_hand_over(talk):
    talk.said("quiero usar un vale")
    first = talk.said("tengo una tarjeta regalo", **BOT_FAILS)
    second = talk.said("el bono ese", **BOT_FAILS)

    assert (first.decision, second.decision, second.reason) == ("none", "handoff", "no_progress")


def test_points_fade_with_every_turn(talk):
    talk.said("vaya", a_reading(frustration=DOUBT))
    before = talk.mood["score"]
    talk.said("es de color verde")

    assert talk.mood["score"] == pytest.approx(before * POLICY.decay, abs=0.001)


def test_thanks_take_most_of_the_weight_away(talk):
    talk.said("vaya", a_reading(frustration=DOUBT))
    before = talk.mood["score"]
    talk.said("ah vale, gracias", bot="Se usa al pagar.", outcome="answer")

    assert talk.mood.get("score", 0) < before / 2


def test_laughter_takes_weight_from_doubtful_words(talk):
    plain = talk.said("vaya tela", a_reading(frustration=DOUBT)).score

    assert Talk().said("vaya tela jajaja", a_reading(frustration=DOUBT)).score < plain


def test_evidence_keeps_the_message_it_came_from(talk):
    talk.said("quiero usar un vale")
    talk.said("tarjeta regalo", **BOT_FAILS)
    verdict = talk.said("el bono", **BOT_FAILS)

    assert [(one.code, one.message_id) for one in verdict.evidence] == [("fallback", "msg_2"), ("fallbacks", "msg_3")]


def test_a_handoff_after_many_turns_still_quotes_what_was_said(talk):
    talk.said("vaya " * 40, a_reading(frustration=DOUBT, quote="vaya " * 40))
    verdict = talk.said("uf", a_reading(frustration=DOUBT))

    assert verdict.evidence[0].quote and verdict.evidence[0].quote in "vaya " * 40


@pytest.mark.parametrize(
    ("code", "severity", "request_", "priority"),
    [("safety", 3, 0.0, "urgent"), ("insult", 3, 0.0, "high"), ("annoyance", 1, 0.0, "normal"), ("", 0, 1.0, "normal")],
)
def test_priority_follows_what_is_at_stake(talk, code, severity, request_, priority):
    reading = a_reading(frustration=SURE if code else 0.0, severity=severity, code=code, human_request=request_)

    assert talk.said("palabras", reading).priority == priority


def test_danger_is_named_as_the_reason(talk):
    assert talk.said("se incendió", a_reading(frustration=1.0, severity=3, code="safety")).reason == "safety"


def test_after_a_return_anger_may_not_hand_over_for_two_turns(talk):
    talk.mood = forgive(talk.mood)

    decisions = [talk.said("una vergüenza", a_reading(frustration=1.0)).decision for _ in range(3)]

    assert decisions == ["none", "none", "handoff"]


def test_after_a_return_a_request_always_may(talk):
    talk.mood = forgive(talk.mood)

    assert talk.said("quiero hablar con una persona", a_reading(human_request=1.0)).decision == "handoff"


def test_after_a_return_danger_always_may(talk):
    talk.mood = forgive(talk.mood)

    assert talk.said("sale humo", a_reading(frustration=0.9, severity=3, code="safety")).decision == "handoff"


def test_after_a_return_old_evidence_is_spent(talk):
    talk.said("vaya", a_reading(frustration=DOUBT))
    talk.mood = forgive(talk.mood)

    assert (talk.mood.get("score", 0), talk.mood.get("evidence", [])) == (0, [])


def test_after_a_return_what_failed_before_is_no_second_failure(talk):
    talk.said("tarjeta regalo", **BOT_FAILS)
    talk.mood = forgive(talk.mood)
    for _ in range(2):
        talk.said("hola")

    assert talk.said("el bono", **BOT_FAILS).decision == "none"


def test_after_twelve_quiet_hours_a_talk_starts_afresh(talk):
    talk.said("tarjeta regalo", **BOT_FAILS)

    assert talk.said("el bono", minutes=13 * 60, **BOT_FAILS).decision == "none"


def test_without_signals_only_the_words_of_the_message_count():
    talk = Talk(replace(POLICY, signals=False))
    failed = [talk.said("el bono", **BOT_FAILS).decision for _ in range(4)]

    assert (set(failed), talk.said("ladrones", a_reading(frustration=SURE)).decision) == ({"none"}, "handoff")


def test_without_signals_the_gentle_question_still_comes_once_a_day():
    talk = Talk(replace(POLICY, signals=False))
    talk.said("vaya", a_reading(frustration=DOUBT))

    assert talk.said("uf", a_reading(frustration=DOUBT)).decision == "handoff"


def test_a_signal_that_is_switched_off_does_not_count():
    talk = Talk(replace(POLICY, off=frozenset(("fallback", "fallbacks"))))

    assert {talk.said(f"vale {n}", **BOT_FAILS).score for n in range(3)} == {0}


def test_thresholds_of_a_channel_hold_on_that_channel():
    lenient = replace(POLICY, frustration_high=1.0, frustration_low=1.0)
    policy = replace(POLICY, variants={("sms", ""): lenient})
    angry = a_reading(frustration=SURE)

    assert Talk(policy).said("una vergüenza", angry, channel="twilio-sms").decision == "none"
    assert Talk(policy).said("una vergüenza", angry, channel="twilio-whatsapp").decision == "handoff"


def test_score_never_leaves_its_range(talk):
    for _ in range(3):
        verdict = talk.said("MIERDA", a_reading(frustration=1.0))

    assert verdict.score == 1


def test_mood_stays_small_however_long_the_talk(talk):
    for number in range(60):
        text = f"pregunto otra vez por la lámpara número {number}1234567 😡 " * 10
        reading = a_reading(frustration=0.3, quote=text[:100])
        talk.said(text, reading, bot=f"Mira aquí, lámpara {number}. " * 30, outcome=("answer", "ask")[number % 2])

    assert len(json.dumps(talk.mood)) < 1500
