"""Real conversations told again: the same answers, the same times, nobody to be known by them."""

from __future__ import annotations

import pytest

from bot.flow import cases, tester
from bot.flow.library import Library, compiled
from bot.flow.masking import Mask
from conversation.tables import Message, OutboxPart
from handoff import claims, closing
from handoff.tables import Ticket
from pipeline import retelling
from pipeline.errors import UnknownConversation
from pipeline.retelling import Retold
from tests.builders import HandClock, a_queue, an_agent
from tests.pipeline.house import House


@pytest.fixture(autouse=True)
def queues(house: House) -> None:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True, titles={"es": "General"})
        a_queue(work, "shipping", titles={"es": "Envíos"})
        an_agent(work, "Ana", ["shipping", "general"])


def library_of(house: House) -> Library:
    return house.intake.bot.library()


def retold(house: House) -> Retold:
    with house.database.engine.connect() as connection:
        stored = retelling.load(connection, house.conversation()["conversation_id"])
    return retelling.retell(stored, library_of(house), house.intake.bot.services)


def test_the_same_flows_say_the_same_again(house: House, hand_clock: HandClock) -> None:
    for text in ("hola", "¿dónde está mi pedido AB-12345?", "qwerty"):
        house.hear(text)
        hand_clock.forward(seconds=40)

    found = retold(house).exchanges

    assert [one.said for one in found] == ["hola", "¿dónde está mi pedido AB-12345?", "qwerty"]
    assert [one for one in found if one.differs] == []


def test_nothing_is_stored_or_sent(house: House) -> None:
    house.hear("mi pedido AB-12345")
    before = (len(house.rows(Message)), len(house.rows(OutboxPart)))

    retold(house)

    assert (len(house.rows(Message)), len(house.rows(OutboxPart))) == before


def test_what_people_held_is_left_out(house: House, hand_clock: HandClock) -> None:
    house.hear("quiero hablar con una persona")
    hand_clock.forward(minutes=1)
    house.hear("¿sigue ahí?")
    (ticket,) = house.rows(Ticket)
    with house.database.work() as work:
        claims.claim(work, ticket["ticket_id"], "agt_ana", house.conversation()["epoch"])
    with house.database.work() as work:
        closing.return_to_bot(work, ticket["ticket_id"], "agt_ana")
    hand_clock.forward(minutes=1)
    house.hear("hola")

    assert [one.said for one in retold(house).exchanges] == ["quiero hablar con una persona", "hola"]


def test_a_conversation_becomes_a_test_that_passes_and_names_nobody(house: House) -> None:
    for text in ("mi pedido AB-12345", "agente, soy Marta Ruiz, +34 655 443 322"):
        house.hear(text)
    mask = Mask(library_of(house).project, ["Marta Ruiz"])
    source = "tests:\n" + retelling.as_case(retold(house), "su pedido", mask)
    (case,), findings = cases.cases_in("order_status.test.yaml", source)

    assert not findings and tester.run(library_of(house), case).problem == ""
    assert not any(fact in source for fact in ("12345", "655 443", "Ruiz", "600111222"))


def test_a_service_that_writes_is_not_asked_again(house: House) -> None:
    writes = "flow: main\nstart: {words: [apunta]}\nsteps:\n  - do: notes.create\n    with: {text: message.text}\n  - say: Hecho\n"
    service = "notes.create: {kind: write, inputs: {text: text}, outputs: {code: text}, fake: [{gives: {code: N-1}}]}\n"
    library = compiled({"main.yaml": writes, "_services.yaml": service}).library
    house.hear("apunta esto")
    with house.database.engine.connect() as connection:
        stored = retelling.load(connection, house.conversation()["conversation_id"])
    assert library is not None

    assert retelling.retell(stored, library, house.intake.bot.services).exchanges[0].now[-1].endswith("Hecho")


def test_an_unknown_conversation_is_told(house: House) -> None:
    with house.database.engine.connect() as connection, pytest.raises(UnknownConversation, match="cnv_x"):
        retelling.load(connection, "cnv_x")
