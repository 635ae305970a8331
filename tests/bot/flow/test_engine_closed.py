"""A queue that is closed: the flow speaks in place of our acknowledgement, and people get the case all the same."""

from __future__ import annotations

import pytest

from bot.flow.effects import Alert, Ended, HandOff, Say
from bot.flow.world import World
from tests.bot.flow.builders import Talk, a_flow, a_library

HEAD = "start: {words: [go]}\ndata: {when: text, word: text}"
OTHER = a_flow("  - ask: ¿Qué?\n    save: word", name="other", head="start: {words: [otra]}\ndata: {word: text}")


def closed(block: str) -> str:
    return f"  - handoff: returns\n    reason: x\n    summary: Caso\n    if_closed: [{block}]\n"


ASKS = closed("{say: Cerrado}, {ask: ¿Cuándo?, save: when}, {say: Vale}")


def test_the_ticket_is_opened_quietly_when_the_block_ends() -> None:
    talk = Talk(a_library(closed("{say: Cerrado}"), "  - say: Nunca"))("go")

    assert talk.texts == ["Cerrado"]
    assert talk.handoff == HandOff("returns", "x", "Caso", path="main › 1", quiet=True)


def test_the_skills_it_asks_for_go_with_the_case() -> None:
    talk = Talk(a_library("  - handoff: returns\n    reason: x\n    skills: refunds\n"))("go")

    assert talk.handoff is not None and talk.handoff.skills == ("refunds",)


def test_they_go_with_it_also_where_it_is_told_later() -> None:
    talk = Talk(a_library(closed("{ask: ¿Cuándo?, save: when}") + "    skills: [legal, refunds]\n", head=HEAD))("go")("mañana")

    assert talk.handoff is not None and talk.handoff.skills == ("legal", "refunds")


def test_an_end_in_the_block_keeps_its_outcome_and_opens_the_ticket() -> None:
    talk = Talk(a_library(closed("{say: Cerrado}, {end: later}")))("go")

    assert [type(one) for one in talk.effects] == [Say, Ended, HandOff]
    assert Ended("main", "later") in talk.effects and talk.handoff is not None and talk.handoff.quiet


def test_what_the_block_learns_goes_with_the_case() -> None:
    talk = Talk(a_library(ASKS, head=HEAD))("go")("mañana")

    assert talk.texts == ["Vale"]
    assert talk.handoff is not None and talk.handoff.known == {"when": "mañana"}


TOLD = (
    "  - handoff: returns\n    reason: x\n    summary: 'Llamar: {when}'\n"
    "    if_closed: [{ask: ¿Teléfono?, save: when}, {ask: ¿A qué hora?, save: word}]\n"
)


def test_the_summary_holds_what_the_block_asked() -> None:
    talk = Talk(a_library(TOLD, head=HEAD))("go")

    assert not [one for one in talk.effects if isinstance(one, Alert)]
    assert talk("600111222")("a las seis").handoff == HandOff(
        "returns", "x", "Llamar: 600111222", path="main › 1", known={"when": "600111222", "word": "a las seis"}, quiet=True
    )


@pytest.mark.parametrize("leaves", [("cancelar",), ("menu", "otra"), ()])
def test_who_leaves_the_block_has_told_it_all_the_same(leaves: tuple[str, ...]) -> None:
    world = World(a_library(TOLD, head=HEAD, other=OTHER), state={"noticed": True})
    for said in ("go", "600111222", *leaves):
        world.say(said)
    world.wait(8_000)

    assert world.handoff is not None and world.handoff.summary == "Llamar: 600111222"


def test_what_a_called_flow_asked_in_its_block_is_in_the_summary() -> None:
    called = a_flow(TOLD, name="called", head="data: {when: text, word: text}")
    talk = Talk(a_library("  - call: called\n", called=called))("go")("600111222")("cancelar")

    assert talk.handoff is not None and talk.handoff.summary == "Llamar: 600111222"


def test_a_handoff_of_the_block_itself_is_the_only_one() -> None:
    talk = Talk(a_library(closed("{handoff: general, reason: other}")))("go")

    assert [one for one in talk.effects if isinstance(one, HandOff)] == [talk.handoff]
    assert talk.handoff is not None and (talk.handoff.queue, talk.handoff.quiet) == ("general", False)


def test_a_contact_who_says_nothing_more_is_not_forgotten() -> None:
    world = World(a_library(ASKS, head=HEAD), state={"noticed": True})
    world.say("go")
    assert world.handoff is None

    world.wait(3_600)
    assert world.handoff is not None and world.handoff.queue == "returns"


def test_a_contact_who_goes_on_to_something_else_is_not_forgotten() -> None:
    world = World(a_library(ASKS, head=HEAD, other=OTHER), state={"noticed": True})
    world.say("go")
    world.say("menu")
    world.say("otra")
    world.wait(8_000)

    assert world.handoff is not None and world.handoff.queue == "returns"


def test_cancelling_in_the_block_still_leaves_the_case_with_people() -> None:
    talk = Talk(a_library(ASKS, head=HEAD))("go")("cancelar")

    assert talk.handoff is not None and talk.handoff.quiet


def test_a_block_that_leads_back_to_its_handoff_opens_the_ticket() -> None:
    block = "    if_closed: [{ask: ¿Cuándo?, save: when}, {goto: again}]\n"
    talk = Talk(a_library(f"  - handoff: returns\n    id: again\n    reason: x\n{block}", head=HEAD))("go")("hoy")

    assert talk.handoff is not None and talk.handoff.quiet


def test_a_queue_that_opens_meanwhile_acknowledges_as_always() -> None:
    talk = Talk(a_library(ASKS, head=HEAD))("go")
    talk.moment = Talk(talk.library, open_queues=frozenset({"returns"})).moment
    talk("hoy")

    assert talk.handoff is not None and not talk.handoff.quiet
