"""Flows that nobody moves any more, and what the figures say of each question."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.flow.effects import Alert, Ended, HandOff
from bot.flow.world import World
from tests.bot.flow.builders import NOW, Talk, a_flow, a_library, a_moment

HEAD = "start: {words: [go]}\ndata: {order_ref: order_number, all: list, note: text}"
ASK = "  - ask: ¿Pedido?\n    save: order_ref\n"
OTHER = a_flow("  - ask: ¿Qué?\n    save: word", name="other", head="start: {words: [otra]}\ndata: {word: text}")


def later(talk: Talk, **time: float) -> Talk:
    talk.moment = a_moment(now=NOW + timedelta(**time))
    return talk


def happened(talk: Talk) -> list[tuple[str, str]]:
    return [(one.step, one.what) for one in talk.turn.trace if one.what and one.step]


def test_a_flow_that_nobody_moved_for_a_day_is_quietly_over() -> None:
    talk = later(Talk(a_library(ASK, head=HEAD))("go"), hours=25)("AB-12345")

    assert talk.effects[0] == Ended("main", "expired") and talk.state["frames"] == []


def test_a_flow_says_itself_how_long_it_lasts() -> None:
    talk = later(Talk(a_library(ASK, "  - ask: ¿Y?\n    save: note", head=HEAD + "\nexpires: 3d"))("go"), hours=50)

    assert talk("AB-12345").texts == ["¿Y?"]


def test_a_flow_that_is_kept_alive_is_over_after_a_week() -> None:
    talk = Talk(a_library(ASK, head=HEAD))("go")
    for day in range(1, 9):
        later(talk, hours=23 * day)("repite")

    assert talk.state["frames"] == []


def test_a_call_whose_answer_never_came_does_not_lock_the_contact_out() -> None:
    lookup = "  - lookup: orders.find\n    with: {ref: order_ref}\n    not_found: [{end: x}]\n    failed: [{end: x}]"
    talk = Talk(a_library(ASK, lookup, head=HEAD))("go")("AB-12345")

    assert later(talk, hours=1)("hola").turn.outcome == "later"
    assert later(talk, hours=26)("hola").turn.outcome != "later"


def test_a_wait_outlives_the_flow_on_top_of_it() -> None:
    world = World(a_library("  - wait: 3d", "  - say: Fin", head=HEAD, other=OTHER), state={"noticed": True})
    world.say("go")
    world.say("otra")
    world.said.clear()
    world.wait(2 * 86_400)
    world.say("hola")
    world.said.clear()
    world.wait(86_400)

    assert [one.text for one in world.said] == ["Fin"]


def test_an_old_state_without_times_is_not_taken_for_expired() -> None:
    talk = Talk(a_library(ASK, "  - ask: ¿Y?\n    save: note", head=HEAD))("go")
    for frame in talk.state["frames"]:
        del frame["heard"], frame["begun"]

    assert later(talk, days=300)("AB-12345").texts == ["¿Y?"]


def test_a_conversation_that_grows_without_bound_is_stopped() -> None:
    grow = "  - set: {all: '[all, all, note, note]'}\n"
    talk = Talk(a_library("  - ask: ¿Qué?\n    save: note", *[grow] * 14, ASK, head=HEAD))("go")("x" * 900)

    assert talk.handoff is not None and talk.handoff.reason == "bot_error"
    assert any(isinstance(one, Alert) and "65536" in one.text for one in talk.effects)


def test_a_question_is_entered_once_and_answered_once() -> None:
    talk = Talk(a_library(ASK, "  - say: Fin", head=HEAD))

    assert happened(talk("go")) == [("order_ref", "entered")]
    assert happened(talk("x1")) == [("order_ref", "re-asked")]
    assert happened(talk("AB-12345")) == [("order_ref", "answered")]


def test_a_question_whose_flow_is_over_before_is_dropped() -> None:
    talk = Talk(a_library(ASK, head=HEAD))

    assert happened(talk("go")("cancelar")) == [("order_ref", "dropped")]
    assert happened(later(talk("go"), hours=30)("adiós")) == [("order_ref", "dropped")]


def test_a_question_that_people_take_over_from_is_handed_off() -> None:
    talk = Talk(a_library(ASK, head=HEAD))("go")("agente")

    assert happened(talk) == [("order_ref", "handed_off")] and any(isinstance(one, HandOff) for one in talk.effects)


def test_the_figures_name_the_edition_of_the_flow() -> None:
    library = a_library(ASK, head=HEAD)
    talk = Talk(library)("go")

    assert {one.revision for one in talk.turn.trace if one.flow} == {library.flows["main"].revision}


def test_nothing_of_a_failed_attempt_is_counted() -> None:
    broken = ["  - id: again\n    set: {note: '\"x\"'}", "  - goto: again"]
    talk = Talk(a_library(ASK, *broken, head=HEAD))("go")("AB-12345")

    assert Counter(happened(talk)) == {("order_ref", "handed_off"): 1}
