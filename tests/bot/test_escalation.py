"""When the bot gives way: thresholds, signals of the conversation, the return, and what an agent reads of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.escalation import Heard, Verdict, forgive, weigh
from bot.escalation_policy import Policy
from bot.understanding.read import read

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
POLICY = Policy()


class Talk:
    """One conversation: each `said` is a text of the contact and answers with the verdict."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.mood: dict = {}
        self.now = NINE
        self.policy = policy
        self.count = 0

    def said(self, text: str, *, bot: str = "", outcome: str = "", slot: str = "", minutes: float = 1) -> Verdict:
        self.now += timedelta(minutes=minutes)
        self.count += 1
        heard = Heard(text, read(text), f"msg_{self.count}", self.now, outcome, bot, slot)
        self.mood, verdict = weigh(json.loads(json.dumps(self.mood)), heard, self.policy)
        return verdict


@pytest.fixture
def talk():
    return Talk()


@pytest.mark.parametrize("text", ["quiero hablar con una persona", "is anyone there?", "me liga por favor"])
def test_explicit_request_hands_over_at_once(talk, text):
    verdict = talk.said(text)

    assert (verdict.decision, verdict.reason) == ("handoff", "human_request")


def test_clear_frustration_hands_over_at_once_with_the_quote(talk):
    verdict = talk.said("esto es una vergüenza, llevo una semana esperando")

    assert verdict.decision == "handoff"
    assert "esto es una vergüenza" in [one.quote for one in verdict.evidence]


def test_mild_annoyance_is_asked_about_gently(talk):
    assert talk.said("vaya rollo").decision == "ask"


def test_second_mild_sign_of_the_day_hands_over(talk):
    talk.said("vaya rollo")

    assert talk.said("uf").decision == "handoff"


def test_gentle_question_comes_again_the_day_after(talk):
    talk.said("vaya rollo")

    assert talk.said("vaya rollo", minutes=24 * 60).decision == "ask"


def test_calm_talk_is_left_to_the_bot(talk):
    texts = ["¿tienen talla M?", "¿y en azul tienen talla M?", "¿y en negro?", "perfecto, gracias"]

    assert {talk.said(text, bot=f"Respuesta {n}.", outcome="answer").decision for n, text in enumerate(texts)} == {
        "none"
    }


def test_two_failures_in_a_row_hand_over(talk):
    talk.said("quiero usar un vale")
    first = talk.said("tengo una tarjeta regalo", bot="No te entiendo.", outcome="fallback")
    second = talk.said("el bono ese", bot="No te entiendo.", outcome="fallback")

    assert (first.decision, second.decision, second.reason) == ("none", "handoff", "no_progress")


def test_one_failure_and_a_correction_are_tolerated(talk):
    talk.said("pedido AB-54312")
    talk.said("perdón, AB-12345", bot="No encuentro ese pedido.", outcome="fallback")

    assert talk.said("genial, gracias", bot="Está en camino.", outcome="answer").decision == "none"


def test_same_question_and_same_answer_twice_hand_over(talk):
    talk.said("¿puedo pagar contra reembolso?")
    talk.said("pregunto si se puede pagar contra reembolso", bot="Mira tu pedido aquí.", outcome="answer")

    assert talk.said("pagar contra reembolso, sí o no", bot="Mira tu pedido aquí.", outcome="answer").decision == "handoff"


def test_same_thing_asked_for_twice_counts_with_its_name(talk):
    talk.said("quiero cancelar", bot="¿Número?", outcome="ask", slot="order_ref")
    verdict = talk.said("la compra de ayer", bot="¿Número de pedido?", outcome="ask", slot="order_ref")

    assert talk.mood["evidence"][-1][:2] == ["same_slot", "order_ref"]
    assert verdict.decision != "handoff"


def test_long_wait_weighs_when_the_contact_comes_back_to_it(talk):
    talk.said("necesito ayuda con mi lámpara")
    verdict = talk.said("uf", minutes=25)

    assert {one.code for one in verdict.evidence} == {"annoyance", "wait"}


def test_time_alone_is_no_complaint(talk):
    talk.said("necesito ayuda con mi lámpara")

    assert talk.said("era por el color de la pantalla", minutes=300).score == 0


def test_thanks_take_most_of_the_weight_away(talk):
    talk.said("uf, qué rollo")
    before = talk.mood["score"]
    talk.said("ah vale, gracias", bot="Se usa al pagar.", outcome="answer")

    assert talk.mood["score"] < before / 2


def test_points_fade_with_every_turn(talk):
    talk.said("tarjeta regalo", bot="No te entiendo.", outcome="fallback")
    before = talk.mood["score"]
    talk.said("es de color verde")

    assert talk.mood["score"] == pytest.approx(before * POLICY.decay, abs=0.001)


def test_evidence_keeps_the_message_it_came_from(talk):
    talk.said("quiero usar un vale")
    talk.said("tarjeta regalo", bot="No te entiendo.", outcome="fallback")
    verdict = talk.said("el bono", bot="No te entiendo.", outcome="fallback")

    assert [(one.code, one.message_id) for one in verdict.evidence] == [("fallback", "msg_2"), ("fallbacks", "msg_3")]


def test_every_handoff_has_a_quote_or_a_count(talk):
    verdict = talk.said("sois unos ladrones")

    assert all(one.quote and one.message_id for one in verdict.evidence)


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("la batería se incendió", "urgent"),
        ("sois unos ladrones", "high"),
        ("estoy muy enfadada", "normal"),
        ("quiero hablar con una persona", "normal"),
    ],
)
def test_priority_follows_what_is_at_stake(talk, text, priority):
    assert talk.said(text).priority == priority


def test_danger_is_named_as_the_reason(talk):
    assert talk.said("esto es una vergüenza, se incendió la batería").reason == "safety"


def test_after_a_return_anger_may_not_hand_over_for_two_turns(talk):
    talk.said("esto es una vergüenza")
    talk.mood = forgive(talk.mood)

    decisions = [talk.said("esto es una vergüenza").decision for _ in range(3)]

    assert decisions == ["none", "none", "handoff"]


def test_after_a_return_a_request_always_may(talk):
    talk.mood = forgive(talk.mood)

    assert talk.said("quiero hablar con una persona").decision == "handoff"


def test_after_a_return_old_evidence_is_spent(talk):
    talk.said("tarjeta regalo", bot="No te entiendo.", outcome="fallback")
    talk.mood = forgive(talk.mood)

    assert (talk.mood.get("score", 0), talk.mood.get("evidence", [])) == (0, [])


def test_without_signals_only_the_words_of_the_message_count():
    talk = Talk(Policy(signals=False))
    failed = [talk.said("el bono", bot="No te entiendo.", outcome="fallback").decision for _ in range(4)]

    assert (set(failed), talk.said("sois unos ladrones").decision) == ({"none"}, "handoff")


def test_score_never_leaves_its_range(talk):
    verdict = talk.said("MIERDA, LADRONES, OS DENUNCIO, QUÉ VERGÜENZA, se incendió 😡")

    assert verdict.score == 1


def test_mood_stays_small_however_long_the_talk(talk):
    for _ in range(60):
        talk.said("pregunto otra vez por la lámpara " * 10, bot="Mira aquí. " * 30, outcome="answer")

    assert len(json.dumps(talk.mood)) < 1500
