"""What is told of a text: every finding at its very letters, what took it back, and the verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalation import policy_from
from bot.understanding.telling import (
    ALARM,
    COUNTER,
    ENTITY,
    REQUEST,
    Line,
    Setting,
    Told,
    in_words,
    letters,
    tell,
    tell_talk,
)

ANGRY = "¡Quiero hablar con una persona! Esto es una vergüenza"
CALM = "Hola, ¿dónde está mi pedido AB-12345?"
PLACES = st.text(
    st.sampled_from("¡no quiero hablar con un agente! esto es una vergüenza 😡 e\u0301\u200b AB-12345\n"), max_size=80
)


def found(told: Told, side: str) -> list[tuple[str, str]]:
    return [(span.category, told.words(span)) for span in told.spans if span.side == side]


def test_a_request_and_an_alarm_stand_at_their_letters() -> None:
    told = tell(ANGRY)

    assert found(told, REQUEST) == [("human_request", "Quiero hablar con una persona")]
    assert found(told, ALARM) == [("frustration", "Esto es una vergüenza")]


def test_what_counts_carries_its_points() -> None:
    told = tell(ANGRY)

    assert all(span.counts for span in told.spans if span.side in (REQUEST, ALARM))
    assert max(span.points for span in told.spans if span.side == ALARM) > 0


def test_a_finding_that_was_taken_back_says_by_what() -> None:
    told = tell("no quiero hablar con un agente, gracias")
    request = next(span for span in told.spans if span.side == REQUEST)

    assert (request.counts, request.covered_by) == (False, "negated_request")
    assert request.cover == "no quiero hablar con un agente"


def test_a_counter_lexicon_is_shown_on_its_own_side() -> None:
    told = tell("Trabajo de agente de aduanas")

    assert ("harmless_person", "agente de aduanas") in found(told, COUNTER)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("mi número es ab 12345, gracias", "order_number", "ab 12345"),
        ("escribe a Marta@Example.com hoy", "email", "Marta@Example.com"),
        ("llámame al +34 600 111 222.", "phone", "+34 600 111 222"),
        ("llámame al 600-111-222.", "phone", "600-111-222"),
    ],
)
def test_an_entity_is_found_as_it_was_written(text: str, kind: str, words: str) -> None:
    assert (kind, words) in found(tell(text, Setting(language="es")), ENTITY)


def test_capitals_are_told_without_marking_the_whole_text() -> None:
    told = tell("ESTO ES UNA VERGÜENZA DE VERDAD")

    assert [reason.code for reason in told.whole] == ["shouting"]


def test_a_talk_grows_turn_by_turn() -> None:
    told = tell_talk((Line(CALM), Line("cambiar la talla", "fallback"), Line("es por la talla", "fallback")))

    assert told[0].score < told[2].score
    assert told[2].verdict.evidence[-1].message_id == "3"


def test_the_verdict_is_that_of_the_policy_given() -> None:
    lenient = Setting(policy_from({"frustration": {"high": "1", "low": "1"}, "human_request": {"high": "1"}}))
    text = "esto es una vergüenza"

    assert tell(text).verdict.decision != tell(text, lenient).verdict.decision


def test_the_pieces_are_the_text() -> None:
    assert "".join(piece for piece, _ in letters(tell(ANGRY))) == ANGRY


@given(PLACES)
def test_every_finding_is_in_its_pieces(text: str) -> None:
    told = tell(text)
    pieces = letters(told)

    assert "".join(piece for piece, _ in pieces) == told.text
    for number, span in enumerate(told.spans):
        assert "".join(piece for piece, numbers in pieces if number in numbers) == told.words(span)


def test_the_command_says_where_it_goes_and_what_does_not_count() -> None:
    assert in_words(tell(ANGRY))[0].startswith("a person takes over")
    assert "no quiero hablar con un agente" in in_words(tell("no quiero hablar con un agente"))[1]


@pytest.mark.parametrize("language", ["fr", ""])
def test_a_language_that_we_do_not_speak_is_no_reason_to_fail(language: str) -> None:
    assert tell("ok ok gracias", Setting(language=language)).reading.language == "es"
