"""What is read from single messages: requests, temper, and that no counter-lexicon is idle."""

import statistics

import pytest

from bot.escalation import Policy
from bot.understanding.fold import fold
from bot.understanding.frustration import temper
from bot.understanding.lexicon import hits, lexicon, mend
from bot.understanding.read import read, warm_up
from bot.understanding.requests import requests
from tests.bot.understanding.lines import lines

POLICY = Policy()


def test_requests_for_a_person_are_found():
    asked = lines("human")

    missed = [text for _, text, _ in asked if read(text).human_request < POLICY.human_request_high]

    assert len(missed) <= 0.02 * len(asked), missed


def test_anger_is_found():
    angry = lines("annoyed", "frustrated", "furious")

    missed = [text for _, text, _ in angry if read(text).frustration < POLICY.frustration_low]

    assert len(missed) <= 0.05 * len(angry), missed


def test_fury_is_graver_than_frustration_and_frustration_than_annoyance():
    mean = {
        word: statistics.fmean(read(text).severity for _, text, _ in lines(word))
        for word in ("annoyed", "frustrated", "furious")
    }

    assert mean["annoyed"] + 0.3 < mean["frustrated"] < mean["furious"] - 0.3


def test_calm_texts_raise_no_alarm():
    calm = lines("calm")

    flagged = [text for _, text, _ in calm if _alarms(text)]

    assert len(flagged) <= 0.1 * len(calm), flagged


def _alarms(text: str) -> bool:
    reading = read(text)
    return reading.human_request >= POLICY.human_request_high or reading.frustration >= POLICY.frustration_high


@pytest.mark.parametrize(("language", "text", "expected"), lines("calm:"))
def test_counter_lexicon_is_what_prevents_the_alarm(language, text, expected):
    counter = expected.partition(":")[2]
    folded = fold(text, mend)

    left = [hit for hit in hits(folded) if hit.category != counter]

    assert requests(folded, left)[0] or temper(folded, left).severity


@pytest.mark.parametrize(("language", "text", "expected"), lines("human", "annoyed", "frustrated", "furious"))
def test_every_reason_quotes_the_contact(language, text, expected):
    reading = read(text)

    assert reading.reasons or not _alarms(text)
    assert all(reason.quote and reason.quote in text for reason in reading.reasons)


@pytest.mark.parametrize(("language", "text", "expected"), [line for line in lines() if len(line[1]) > 25])
def test_language_of_a_sentence_is_told(language, text, expected):
    assert read(text).language == language


def test_short_text_keeps_the_language_of_the_conversation():
    assert read("ok", language="pt").language == "pt"


@pytest.mark.parametrize("text", ["rastrear", "tracking", "rastrear pedido", "enviado", "entrega", "AB-12345"])
@pytest.mark.parametrize("language", ["es", "pt"])
def test_words_that_languages_share_change_no_language(text, language):
    assert read(text, language=language).language == language


@pytest.mark.parametrize("text", [
    "reembolso", "Reembolso", "problema", "problemas", "varios problemas", "pedido", "cambio", "envio", "casa", "mesa",
    "lampada", "garantia", "modelo", "no me da", "entrega", "devolver", "algo roto", "problemas con la mesa",
])  # fmt: skip
def test_a_first_word_that_is_spanish_too_stays_spanish(text: str) -> None:
    assert read(text, language="es").language == "es"


@pytest.mark.parametrize("text", ["reembolso", "problemas", "vários problemas", "garantia", "câmbio", "algo", "mesa"])
def test_a_first_word_that_is_portuguese_too_stays_portuguese(text: str) -> None:
    assert read(text, language="pt").language == "pt"


@pytest.mark.parametrize(("text", "language"), [
    ("oi", "pt"), ("olá", "pt"), ("cadê meu pedido", "pt"), ("tamanho", "pt"), ("fatura", "pt"), ("produto", "pt"),
    ("quero um reembolso", "pt"), ("não funciona", "pt"), ("where is my order", "en"), ("hello", "en"), ("refund", "en"),
])  # fmt: skip
def test_plain_words_of_another_language_are_heard_at_once(text: str, language: str) -> None:
    assert read(text, language="es").language == language


def test_plain_word_of_another_language_overrules_the_conversation():
    assert read("thank you", language="es").language == "en"


def test_nothing_is_read_from_an_empty_text():
    assert read("", language="es") == read("   ", language="es")


def test_two_wishes_in_one_text_are_two_intents():
    assert set(read("quiero devolver el vestido y necesito la factura").intents) == {"return_refund", "invoice"}


def test_a_parcel_that_is_not_received_is_no_receipt():
    assert read("aún no recibo mi paquete").intents == ("delivery_late",)


def test_request_is_an_intent_as_well():
    assert "human" in read("quiero hablar con un agente").intents


def test_text_beyond_the_limit_is_not_read():
    assert "quiero" not in str(read("a " * 2000 + "quiero hablar con una persona").reasons)


def test_words_of_an_address_say_nothing():
    assert read("mi correo es ladrones@mierda.es").severity == 0


def test_joy_in_strong_words_is_no_anger_but_a_complaint_beside_it_is():
    calm, angry = read("hostia, gracias"), read("hostia, gracias por nada, es una vergüenza")

    assert (calm.severity, angry.severity >= 2) == (0, True)


def test_warming_up_tells_how_many_phrases_its_languages_have():
    assert 0 < warm_up(("pt",)) < len(lexicon().phrases)


@pytest.mark.parametrize("text", [
    "no quiero hablar con un agente, gracias", "no hace falta que me pases con nadie", "no need to transfer me",
    "não precisa me passar para um atendente",
])  # fmt: skip
def test_a_request_that_is_denied_is_none_whatever_the_model_hears(text):
    assert read(text).human_request < POLICY.human_request_low


def test_of_letters_that_are_no_words_nothing_is_said():
    assert read("bbb").severity == read("qwzx vbnk").severity == 0


def test_what_the_model_alone_hears_is_told_as_a_guess_with_words_of_the_message():
    text = "cuántas fotos más queréis, ya tengo un álbum"
    guesses = [reason for reason in read(text).reasons if reason.is_guess]

    assert all(reason.quote and reason.quote in text for reason in guesses)


def test_handles_and_links_are_no_words_and_quotes_stay_true():
    text = "@LadronesSA https://mierda.example/x ya van tres veces que me mienten"
    reading = read(text)

    assert reading.reasons and all(reason.quote in text and "@" not in reason.quote for reason in reading.reasons)
