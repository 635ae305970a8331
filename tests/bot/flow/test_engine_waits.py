"""`wait` and what happens outside: time, events, replies, and the contact who does something else meanwhile."""

from __future__ import annotations

from bot.flow.world import World
from tests.bot.flow.builders import a_flow, a_library

HEAD = "start: {words: [go], key: ref}\ndata: {ref: order_number}"
SHUT = "start: {words: [go]}\ndata: {ref: order_number}\ninterrupts: no"
ASK = "  - ask: ¿Pedido?\n    save: ref\n"
WAIT = "  - wait: {up_to: 2h}\n    on: {moved: [{say: 'Movido {event.place}'}], reply: come_back}\n    timeout: [{say: Nada}]"
OTHER = a_flow("  - ask: ¿Qué?\n    save: word", name="other", head="start: {words: [otra]}\ndata: {word: text}")
QUESTION = a_flow(
    "  - ask: ¿Llegó {ref}?\n    save: fine", name="asked", head="start: {event: arrived, key: ref}\ndata: {ref: order_number, fine: text}"
)


def a_world(*steps: str, head: str = HEAD) -> World:
    world = World(a_library(*(steps or (ASK, WAIT, "  - say: Fin")), head=head, other=OTHER, asked=QUESTION))
    world.state = {"noticed": True}
    return world


def said(world: World) -> list[str]:
    texts = [one.text for one in world.said]
    world.said.clear()
    return texts


def waiting() -> World:
    world = a_world()
    world.say("go")
    world.say("AB-12345")
    said(world)
    return world


def test_the_first_of_time_and_event_wins() -> None:
    world = waiting()
    world.happen("moved", "AB-12345", {"place": "Vigo"})
    world.wait(10_000)

    assert said(world) == ["Movido Vigo", "Fin"]


def test_an_event_of_another_key_is_not_this_flows() -> None:
    world = waiting()
    world.happen("moved", "CD-54321")
    world.wait(7_200)

    assert said(world) == ["Nada", "Fin"]


def test_a_digression_leaves_the_wait_its_time() -> None:
    world = waiting()
    world.wait(3_600)
    world.say("otra")
    world.say("sol")
    assert said(world) == ["¿Qué?"]

    world.wait(3_599)
    assert said(world) == []
    world.wait(1)
    assert said(world) == ["Nada", "Fin"]


def test_a_digression_that_nobody_answers_does_not_hold_up_the_wait() -> None:
    world = waiting()
    world.wait(7_000)
    world.say("otra")
    said(world)
    world.wait(3_600)

    assert said(world) == ["Nada", "Fin"]


def test_an_event_during_a_digression_is_told_after_it() -> None:
    world = waiting()
    world.say("otra")
    world.happen("moved", "AB-12345", {"place": "Vigo"})
    assert said(world) == ["¿Qué?"]

    world.say("sol")
    assert said(world) == ["Movido Vigo", "Fin"]


def test_an_event_starts_its_flow_and_names_what_it_is_about() -> None:
    world = a_world()
    world.happen("arrived", "AB-12345")

    assert said(world) == ["¿Llegó AB-12345?"]
    assert world.state["frames"][0]["vars"] == {"ref": "AB-12345"}


def test_an_event_comes_on_top_of_a_question_that_allows_it() -> None:
    world = a_world()
    world.say("go")
    world.happen("arrived", "AB-12345")
    world.say("sí")

    assert said(world) == ["¿Pedido?", "¿Llegó AB-12345?", "Seguimos con lo de antes.\n¿Pedido?"]


def test_an_event_waits_for_its_turn_where_the_flow_may_not_be_interrupted() -> None:
    world = a_world(ASK, "  - say: Vale", head=SHUT)
    world.say("go")
    world.happen("arrived", "CD-54321")
    assert said(world) == ["¿Pedido?"]

    world.say("AB-12345")
    assert said(world) == ["Vale", "¿Llegó CD-54321?"]


def test_the_same_event_twice_asks_once() -> None:
    world = a_world()
    world.happen("arrived", "AB-12345")
    world.happen("arrived", "AB-12345")

    assert said(world) == ["¿Llegó AB-12345?"]


def test_events_that_pile_up_are_bounded_and_told() -> None:
    world = a_world(ASK, head=SHUT)
    world.say("go")
    for number in range(12):
        world.happen("arrived", f"AB-1000{number}")

    assert len(world.state["later"]) == 10 and len(world.alerts) == 2


def test_a_huge_event_does_not_break_the_conversation() -> None:
    world = a_world()
    world.happen("arrived", "AB-12345", {"all": ["x" * 900] * 100, "note": "y" * 900})

    assert said(world) == ["¿Llegó AB-12345?"]
    assert "all" not in world.state["frames"][0]["event"]


def test_cancelling_while_it_waits_ends_the_wait() -> None:
    world = waiting()
    world.say("cancelar")
    world.wait(10_000)

    assert said(world) == ["De acuerdo, lo dejo aquí."]
