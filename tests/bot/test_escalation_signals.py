"""What only the conversation shows: what a supervisor would notice, and what she would let pass."""

import pytest

from bot.understanding.reading import Reading
from tests.bot.talks import Talk, a_reading

CALM = Reading("es")


@pytest.fixture
def talk():
    return Talk()


def codes(verdict) -> set[str]:
    return {one.code for one in verdict.evidence}


def test_the_same_answer_twice_counts_and_says_how_often(talk):
    talk.said("¿puedo pagar al recibirlo?")
    talk.said("al repartidor, digo", bot="Mira tu pedido aquí.", outcome="answer")
    verdict = talk.said("¿en metálico?", bot="Mira tu pedido aquí.", outcome="answer")

    assert [(one.code, one.quote) for one in verdict.evidence] == [("same_answer", "2×")]


def test_the_same_answer_after_a_new_number_is_another_answer(talk):
    talk.said("quiero saber del 61840")
    talk.said("me equivoqué, es 61480", bot="No encuentro el pedido 61840.", outcome="answer")

    assert "same_answer" not in codes(talk.said("vale", bot="El pedido 61480 sale hoy.", outcome="answer"))


def test_an_answer_in_other_words_that_says_the_same_counts_less(talk):
    talk.said("¿cuándo sale?")
    talk.said("¿hoy?", bot="Tu pedido está en preparación en nuestro almacén central.", outcome="answer")
    talk.said("¿mañana?", bot="Lamento la espera. El pedido sigue en preparación en el almacén.", outcome="answer")

    assert "like_answer" in talk.seen


def test_one_failure_and_a_correction_are_tolerated(talk):
    talk.said("tirafondo de cuarto")
    talk.said("tornillo de un cuarto", bot="No te entiendo.", outcome="fallback")

    assert talk.said("genial, gracias", bot="Cuesta 2 €.", outcome="answer").decision == "none"


def test_a_failure_that_was_made_good_is_forgotten(talk):
    talk.said("tirafondo", bot="No te entiendo.", outcome="fallback")
    talk.said("gracias", bot="Cuesta 2 €.", outcome="answer")

    assert "fallbacks" not in codes(talk.said("¿y la arandela?", bot="No te entiendo.", outcome="fallback"))


def test_a_question_asked_again_because_the_answer_got_lost_is_no_sign(talk):
    talk.said("¿a qué hora cierra hoy la tienda?")
    talk.said("perdona, se me fue la señal, ¿a qué hora cierra hoy?", bot="Cierra a las 19:00.", outcome="answer")

    assert talk.said("ah, gracias", bot="Cierra a las 19:00.", outcome="answer").decision == "none"


def test_many_small_questions_are_no_sign(talk):
    talk.said("¿la mochila cabe en cabina?")
    talk.said("¿y es impermeable?", bot="Sí, mide 40 cm.", outcome="answer")
    talk.said("¿pesa mucho?", bot="Resiste salpicaduras.", outcome="answer")
    talk.said("¿cuánto cuesta el envío?", bot="Pesa 680 gramos.", outcome="answer")

    assert talk.mood.get("score", 0) == 0


def test_the_same_thing_asked_for_twice_counts_with_its_name(talk):
    talk.said("quiero cancelar", bot="¿Número?", outcome="ask", slot="order_ref")
    talk.said("la compra de ayer", bot="¿Me dices el número de pedido?", outcome="ask", slot="order_ref")

    assert talk.mood["evidence"][-1][:2] == ["same_slot", "order_ref"]


def test_a_number_that_was_given_and_is_asked_for_again_counts(talk):
    talk.said("el registro del pedido 30977 vino sin palanca")

    assert "asked_given" in codes_of_next(talk, "30977", "¿Me informas del número de pedido?", "ask")


def test_a_number_given_again_is_quoted(talk):
    talk.said("mi cuenta es 4410 99827")
    talk.said("441099827", bot="Gracias. ¿Cuál es tu cuenta?", outcome="ask")

    assert ["given_again", "441099827"] in [one[:2] for one in talk.mood["evidence"]]


def test_the_question_in_several_ways_counts_more_each_time(talk):
    talk.said("¿se puede recoger en tienda?")
    talk.said("recoger yo mismo", bot="El envío tarda 3 días.", outcome="answer")
    talk.said("pasar a recoger, andando", bot="Puedes seguir el envío en la web.", outcome="answer")

    assert talk.seen[-1] == "rephrases"


def test_bot_that_only_asks_for_patience_counts_the_second_time(talk):
    talk.said("¿mi reembolso?")
    talk.said("¿lo encontraste?", bot="Estoy consultando, un momento.", outcome="answer")

    assert "put_off" in codes_of_next(talk, "¿y ahora?", "Seguimos consultando. Gracias por tu paciencia.", "answer")


def test_time_alone_is_no_complaint(talk):
    talk.said("necesito ayuda con mi lámpara")

    assert talk.said("era por el color de la pantalla", minutes=300).score == 0


def test_a_wait_after_being_put_off_counts_with_its_minutes(talk):
    talk.said("¿mi reembolso?")
    talk.said("¿lo encontraste?", bot="Estoy consultando, un momento.", outcome="answer", minutes=35)

    assert ["wait", "35 min"] in [one[:2] for one in talk.mood["evidence"]]


def test_growing_irritation_is_told_from_one_that_comes_out_of_nothing(talk):
    talk.said("a ver", a_reading(frustration=0.12))
    growing = talk.said("a ver si hoy", a_reading(frustration=0.3))

    assert "growing" in codes(growing)
    assert "growing" not in codes(Talk().said("a ver si hoy", a_reading(frustration=0.3)))


def test_impatience_that_passes_fades(talk):
    talk.said("venga, que tengo prisa", a_reading(frustration=0.3))
    talk.said("ah, estupendo", bot="Llega hoy.", outcome="answer")

    assert talk.mood.get("score", 0) < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "ya te lo dije antes", "no pregunté eso", "eso ya lo leí", "I already told you", "no, I mean the blue one",
        "that's not what I asked", "já te falei isso", "não perguntei isso", "acabei de mandar",
    ],
)  # fmt: skip
def test_telling_the_bot_that_this_is_no_answer_is_heard_in_three_languages(talk, text):
    talk.said(text)

    assert "pushback" in talk.seen


@pytest.mark.parametrize("text", ["olvídalo", "forget it", "I give up", "desisto", "deixa pra lá"])
def test_giving_up_is_heard_in_three_languages(talk, text):
    talk.said(text)

    assert talk.seen == ["gives_up"]


@pytest.mark.parametrize("text", ["gracias", "perfecto, lo pido", "thanks!", "got it", "valeu", "que pena, fico com o azul"])
def test_relief_takes_most_of_what_was_carried(talk, text):
    talk.said("vaya", a_reading(frustration=0.4))
    before = talk.mood["score"]
    talk.said(text)

    assert talk.mood.get("score", 0) < before * 0.3


def codes_of_next(talk: Talk, text: str, bot: str, outcome: str) -> set[str]:
    talk.said(text, bot=bot, outcome=outcome)
    return set(talk.seen)
