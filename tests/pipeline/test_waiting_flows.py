"""What the verbs that wait need of the house: things that happen outside, quiet handoffs, many calls in one turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conversation.work import Database
from handoff.tables import Ticket
from pipeline.tables import Timer
from tests.builders import Bell, HandClock
from tests.pipeline.house import House, open_house

PROJECT = "shop: Casa Lumbre\nlanguages: [es]\nqueues: [shipping, returns, general]\ndefault_queue: general\n"
SERVICES = "orders.find:\n  inputs: {ref: order_number}\n  outputs: {status: text}\n"
WAITING = """flow: waiting
start: {words: [avisame], key: ref}
data: {ref: order_number}
steps:
  - ask: "¿Qué pedido?"
    save: ref
  - wait: {up_to: 2h, remind: "Sigo atento."}
    on: {moved: [{say: "Se ha movido: {event.place}"}]}
    timeout: [{say: "No se ha movido."}]
"""
CLOSED = """flow: closed
start: {words: [reclamar]}
steps:
  - handoff: general
    reason: asked
    if_closed: [{say: "Ahora no hay nadie."}, {end: called_back}]
"""
MANY = """flow: many
start: {words: [muchos]}
data: {order: record}
steps:
  - repeat: [{lookup: orders.find, with: {ref: '"AB-12345"'}, save: order, not_found: [{tag: x}], failed: [{tag: x}]}]
    max: 60
"""


@pytest.fixture
def shop(database: Database, hand_clock: HandClock, bell: Bell, tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "flows"
    folder.mkdir()
    files = {"_project": PROJECT, "_services": SERVICES, "waiting": WAITING, "closed": CLOSED, "many": MANY}
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    house = open_house(database, hand_clock, bell, folder=folder)
    yield house
    house.writer.stop()


def happen(shop: House, **payload: Any) -> None:
    with shop.database.work() as work:
        work.connection.execute(Timer.__table__.insert().values(
            timer_id="tmr_event", conversation_id=shop.conversation()["conversation_id"], kind="external",
            payload=payload, due_at=work.now, created_at=work.now))
    take_due(shop)


def take_due(shop: House, **time: float) -> None:
    shop.clock.forward(**time)
    with shop.database.work() as work:
        shop.intake.take_due(work, 64)


def test_what_happens_outside_wakes_the_flow_that_waits_for_it(shop: House) -> None:
    shop.hear("avisame")
    shop.hear("AB-12345")
    happen(shop, name="moved", key="AB-12345", data={"place": "Vigo"})

    assert shop.said()[-1] == "Se ha movido: Vigo"


def test_a_wait_is_reminded_once_and_ends_with_its_time(shop: House) -> None:
    shop.hear("avisame")
    shop.hear("AB-12345")
    take_due(shop, hours=1)
    take_due(shop, hours=1)
    take_due(shop, hours=1)

    assert shop.said()[-2:] == ["Sigo atento.", "No se ha movido."]


def test_what_people_hold_is_not_woken(shop: House) -> None:
    shop.hear("avisame")
    shop.hear("agente")
    before = shop.said()
    happen(shop, name="moved", key="")

    assert shop.said() == before


def test_a_closed_queue_gets_its_ticket_without_a_word_of_ours(shop: House) -> None:
    shop.hear("reclamar")

    (ticket,) = shop.rows(Ticket)
    assert (ticket["queue_id"], ticket["reason"]) == ("general", "asked")
    assert shop.said()[-1].endswith("Ahora no hay nadie.")


def test_a_flow_that_asks_the_shop_again_and_again_ends_with_a_person(shop: House) -> None:
    shop.hear("muchos")

    (ticket,) = shop.rows(Ticket)
    assert ticket["reason"] == "bot_error"
