"""The engine: waits, results, timers, budgets, edits; and that no mistake of a flow leaves a contact in silence."""

from __future__ import annotations

import json

import pytest

from bot.flow.effects import Alert, Ended, HandOff, Remember, Remind, Say
from bot.flow.engine import advance
from bot.flow.events import CallResult, TimerDue
from bot.flow.library import compiled
from bot.flow.moves import Start
from tests.bot.flow.builders import Talk, a_flow, a_library, a_moment, sources

DATA = "start: {words: [go]}\ndata: {order_ref: order_number, order: record, n: number, note: text, mail: email}"
ASK = "  - ask: ¿Pedido?\n    save: order_ref\n"
LOOKUP = "  - lookup: orders.find\n    with: {ref: order_ref}\n    save: order\n"


def test_a_question_waits_and_its_answer_goes_on() -> None:
    talk = Talk(a_library(ASK, "  - say: Tu pedido {order_ref}.", head=DATA))

    assert talk("go").texts == ["¿Pedido?"]
    assert talk("ab 12345").texts == ["Tu pedido AB-12345."]


def test_the_end_of_a_flow_is_told() -> None:
    talk = Talk(a_library("  - say: Hola", "  - end: resolved"))("go")

    assert talk.effects == (Say("Hola"), Ended("main", "resolved"))


def test_a_lookup_suspends_and_its_result_goes_on() -> None:
    talk = Talk(a_library(ASK, LOOKUP, "  - say: Está {order.status}.", head=DATA))("go")("AB-12345")

    assert talk.call is not None and talk.call.arguments == {"ref": "AB-12345"}
    assert talk.result("found", status="shipped").texts == ["Está shipped."]


def test_service_values_are_coerced_and_unknown_fields_dropped() -> None:
    talk = Talk(
        a_library(
            ASK, LOOKUP, "  - if: order.total > 200\n    then: [{say: Caro}]", "  - ask: ¿Y?\n    save: note", head=DATA
        )
    )

    talk("go")("AB-12345").result("found", total="250.00", days_late="2", secret="x")

    assert talk.texts == ["Caro", "¿Y?"]
    assert talk.state["frames"][0]["vars"]["order"] == {"total": "250.00", "days_late": 2}


def test_a_stale_result_changes_nothing() -> None:
    talk = Talk(a_library(ASK, LOOKUP, head=DATA))("go")("AB-12345")
    before = talk.state

    talk(CallResult(99, "found", {"status": "x"}))

    assert talk.effects == () and talk.state["wait"] == before["wait"]


def test_nothing_of_an_order_stays_when_it_was_not_found() -> None:
    asks = LOOKUP + "    not_found: [{ask: ¿Otro?, save: note}]\n    failed: [{end: x}]\n"
    talk = Talk(a_library(ASK, asks, head=DATA))("go")("AB-12345").result("not_found", status="shipped")

    assert "shipped" not in json.dumps(talk.state)


@pytest.mark.parametrize(("status", "reason"), [("failed", "system_down"), ("not_found", "not_found")])
def test_a_result_without_a_branch_becomes_an_apology_and_a_person(status: str, reason: str) -> None:
    talk = Talk(a_library(ASK, LOOKUP, head=DATA))("go")("AB-12345").result(status)

    assert "fallado" in talk.texts[0]
    assert talk.handoff is not None and talk.handoff.reason == reason


def test_a_write_carries_the_same_key_when_the_turn_is_repeated() -> None:
    library = a_library("  - do: notes.create\n    with: {text: message.text}")
    first, again = Talk(library)("go").call, Talk(library)("go").call

    assert first is not None and first.write and first.key == "cnv_1.1.main.1"
    assert again == first


def test_an_unsure_write_goes_its_own_way() -> None:
    steps = "  - do: notes.create\n    with: {text: message.text}\n    unsure: [{say: No estoy seguro}]"

    assert Talk(a_library(steps))("go").result("unsure").texts == ["No estoy seguro"]


def test_a_check_that_fails_asks_again_and_forgets_the_value() -> None:
    steps = ASK + "    checks: [{is_true: 'starts(order_ref, \"AB\")', else: Solo AB}]\n"
    talk = Talk(a_library(steps, head=DATA))("go")("CD-12345")

    assert talk.texts == ["Solo AB"]
    assert talk.state["frames"][0]["vars"]["order_ref"] is None


def test_retries_are_counted_and_then_a_person_comes() -> None:
    talk = Talk(a_library(ASK, head=DATA))("go")("x1")("x2")("x3")

    assert talk.handoff is not None and talk.handoff.reason == "no_answer"


def test_each_attempt_may_have_its_own_words() -> None:
    talk = Talk(a_library(ASK + "    invalid: [Uno, Dos]\n", head=DATA))("go")

    assert [talk("x1").texts, talk("x2").texts] == [["Uno"], ["Dos"]]


def test_a_reminder_is_set_sent_once_and_then_the_flow_ends() -> None:
    talk = Talk(a_library(ASK + "    no_reply: {after: 15m, remind: ¿Sigues?}\n", head=DATA))("go")
    first = next(effect for effect in talk.effects if isinstance(effect, Remind))

    talk(TimerDue(first.seq))
    second = next(effect for effect in talk.effects if isinstance(effect, Remind))

    assert (first.after_seconds, talk.texts) == (900.0, ["¿Sigues?"])
    assert talk(TimerDue(second.seq)).effects == (Ended("main", "no_reply"),)


def test_a_reminder_set_before_the_answer_is_stale() -> None:
    talk = Talk(a_library(ASK + "    no_reply: {after: 15m, remind: ¿Sigues?}\n", head=DATA))("go")
    seq = talk.state["wait"]["seq"]

    assert talk("nada")(TimerDue(seq)).effects == ()


def test_going_round_without_waiting_ends_in_an_apology_a_person_and_an_alert() -> None:
    talk = Talk(a_library("  - id: again\n    set: {n: 1}", "  - goto: again", head=DATA))("go")
    alert = next(effect for effect in talk.effects if isinstance(effect, Alert))

    assert talk.handoff is not None and talk.handoff.reason == "bot_error"
    assert "100 steps" in alert.text and alert.place.startswith("main.yaml:")


def test_too_many_messages_at_once_are_stopped_before_any_is_sent() -> None:
    talk = Talk(a_library(*["  - say: Hola"] * 11))("go")

    assert len(talk.texts) == 1 and talk.handoff is not None


def test_flows_that_start_each_other_for_ever_are_stopped() -> None:
    other = a_flow("  - start_flow: main", name="other", head="")
    talk = Talk(a_library("  - start_flow: other", other=other))("go")

    assert talk.handoff is not None and talk.handoff.reason == "bot_error"


def test_an_empty_value_in_a_text_is_an_alert_for_the_editors() -> None:
    talk = Talk(a_library("  - say: Hola {contact.name}"))("go")

    assert talk.texts == ["Hola "]
    assert any(isinstance(effect, Alert) and "contact.name" in effect.text for effect in talk.effects)


def test_a_handoff_tells_the_path_and_what_was_learnt_but_nothing_sensitive() -> None:
    mail = "  - ask: ¿Correo?\n    save: mail\n    sensitive: yes\n"
    end = "  - handoff: returns\n    reason: x\n    summary: Pedido {order_ref}"
    talk = Talk(a_library(ASK, mail, end, head=DATA))("go")("AB-12345")("a@b.co")

    handoff = talk.handoff
    assert isinstance(handoff, HandOff)
    assert (handoff.queue, handoff.summary, handoff.path) == ("returns", "Pedido AB-12345", "main › 3")
    assert handoff.known == {"order_ref": "AB-12345"}


def test_a_closed_queue_may_have_its_own_way() -> None:
    steps = "  - handoff: returns\n    reason: x\n    if_closed: [{say: Cerrado}]"

    assert Talk(a_library(steps))("go").texts == ["Cerrado"]
    assert Talk(a_library(steps), open_queues=frozenset({"returns"}))("go").handoff is not None


def test_remembered_values_outlive_their_flow() -> None:
    talk = Talk(a_library("  - set: {visits: (visits or 0) + 1}", "  - say: n={visits}"))

    assert [talk("go").texts, talk("go").texts, talk("go").texts] == [["n=1"], ["n=2"], ["n=3"]]


def test_facts_about_the_contact_are_handed_on() -> None:
    talk = Talk(a_library(ASK, "  - remember: {email: order_ref}", head=DATA))("go")("AB-12345")

    assert Remember({"email": "AB-12345"}) in talk.effects


def test_going_back_to_a_question_forgets_its_answer() -> None:
    steps = (
        ASK + "    if_known: skip\n",
        "  - say: Va {order_ref}",
        "  - menu: ¿Otro?\n    options: {yes: {text: Sí, then: order_ref}}",
    )
    talk = Talk(a_library(*steps, head=DATA))("go AB-12345")("sí")

    assert talk.texts == ["¿Pedido?"]


def test_a_step_that_was_edited_away_starts_its_flow_again_with_one_sentence() -> None:
    talk = Talk(a_library(ASK, head=DATA))("go")
    edited = DATA.replace("order_ref: order_number", "other: text, order_ref: order_number")
    talk.library = a_library("  - ask: ¿Otra cosa?\n    save: other", head=edited)

    assert talk("AB-12345").texts == ["He actualizado mis preguntas, sigamos.", "¿Otra cosa?"]


def test_a_flow_that_was_deleted_leaves_no_contact_stuck() -> None:
    talk = Talk(a_library(ASK, head=DATA))("go")
    loaded = compiled(sources(other=a_flow("  - say: Hola", name="other", head="")))
    assert loaded.library is not None
    talk.library = loaded.library

    assert talk("AB-12345").texts == ["He actualizado mis preguntas, sigamos."]
    assert talk("AB-12345").texts == ["No te he entendido."]


def test_a_result_for_a_step_that_is_gone_starts_the_flow_again() -> None:
    talk = Talk(a_library(ASK, LOOKUP, head=DATA))("go")("AB-12345")
    talk.library = a_library("  - ask: ¿Otra cosa?\n    save: note", head=DATA)

    assert talk.result("found").texts[-1] == "¿Otra cosa?"


@pytest.mark.parametrize(
    "state", [{"frames": "x"}, {"frames": [1, {"flow": 2}], "wait": 3}, {"seq": "x", "vars": []}, {"mood": None}]
)
def test_an_odd_state_is_read_as_far_as_it_makes_sense(state: dict[str, object]) -> None:
    assert Talk(a_library("  - say: Hola"), {"noticed": True, **state})("go").texts == ["Hola"]


def test_the_engine_never_changes_the_state_it_is_given() -> None:
    library = a_library(ASK, LOOKUP, head=DATA)
    state, _, _ = advance(library, {}, Start("main"), a_moment())
    before = json.dumps(state)

    Talk(library, state)("AB-12345")

    assert json.dumps(state) == before
