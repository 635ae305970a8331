"""`call`: inputs and outputs, the way back to the caller, and what ends both."""

from __future__ import annotations

from bot.flow.effects import Ended
from tests.bot.flow.builders import Talk, a_flow, a_library, findings

HEAD = "start: {words: [go]}\ndata: {order_ref: order_number, proof: record, note: record}"
PROOF = a_flow(
    "  - ask: ¿Correo de {ref}?\n    save: mail\n    retries: 0\n    after_retries: [{end: refused}]\n",
    name="proof",
    head="inputs: {ref: order_number}\noutputs: [mail]\ndata: {mail: email}",
)
ASK = "  - ask: ¿Pedido?\n    save: order_ref\n"
CALL = "  - call: proof\n    with: {ref: order_ref}\n    save: proof\n"


def a_talk(*more: str) -> Talk:
    return Talk(a_library(ASK, CALL, *more, head=HEAD, proof=PROOF))("go")("AB-12345")


def test_inputs_are_handed_in_and_outputs_come_back_without_a_word_between() -> None:
    talk = a_talk("  - say: Era {proof.mail}, {proof.outcome}")

    assert talk.texts == ["¿Correo de AB-12345?"]
    assert talk("ana@example.com").texts == ["Era ana@example.com, done"]


def test_an_end_inside_is_the_outcome_that_the_caller_sees() -> None:
    assert a_talk("  - say: '{proof.outcome}'")("nada").texts == ["refused"]


def test_a_handoff_inside_hands_over_all() -> None:
    talk = a_talk("  - say: Nunca")("agente")

    assert talk.handoff is not None and talk.handoff.path.startswith("main › proof")
    assert talk.state["frames"] == []


def test_cancel_ends_the_called_flow_and_its_caller() -> None:
    talk = a_talk("  - say: Nunca")("cancelar")

    assert talk.effects[1:] == (Ended("proof", "cancelled"), Ended("main", "cancelled"))


def test_calls_that_never_ask_anything_are_stopped() -> None:
    again = a_flow("  - call: main", name="other", head="")
    talk = Talk(a_library("  - call: other", other=again))("go")

    assert talk.handoff is not None and talk.handoff.reason == "bot_error"


def test_a_name_that_is_no_input_is_found() -> None:
    text = a_flow("  - call: proof\n    with: {pedido: order_ref}", head=HEAD)

    assert "V20:6" in [f"{one.code}:{one.line}" for one in findings(text, proof=PROOF)]


def test_a_field_that_is_no_output_is_found() -> None:
    text = a_flow("  - call: proof\n    save: proof\n  - say: '{proof.phone}'", head=HEAD)

    assert "E02" in [one.code for one in findings(text, proof=PROOF)]


def test_what_was_done_in_a_called_flow_is_not_gone_back_over() -> None:
    done = a_flow("  - do: notes.create\n    with: {text: message.text}", name="other", head="")
    talk = Talk(a_library(ASK, "  - call: other", "  - ask: ¿Y?\n    save: note\n    type: text", head=HEAD, other=done))

    talk("go")("AB-12345").result("found")

    assert talk("atrás").texts == ["No hay ninguna pregunta anterior.\n¿Y?"]


SECRET = "  - ask: ¿DNI?\n    save: code\n    sensitive: yes\n  - call: proof\n    with: {ref: code}\n"
SECRET_HEAD = "start: {words: [go]}\ndata: {code: text, shown: text}"


def test_what_was_asked_as_sensitive_is_on_no_card_under_another_name() -> None:
    called = a_flow("  - handoff: general\n    reason: x", name="proof", head="inputs: {ref: text}\ndata: {ref: text}")
    talk = Talk(a_library(SECRET, head=SECRET_HEAD, proof=called))("go")("12345678Z")

    assert talk.handoff is not None and talk.handoff.known == {}


def test_a_copy_of_it_is_on_no_card_either() -> None:
    copied = "  - set: {shown: code}\n  - handoff: general\n    reason: x"
    talk = Talk(a_library(SECRET.partition("  - call")[0] + copied, head=SECRET_HEAD))("go")("12345678Z")

    assert talk.handoff is not None and talk.handoff.known == {}
