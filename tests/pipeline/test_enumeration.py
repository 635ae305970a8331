"""Somebody goes through order numbers: over several channels, and at one order with many senders.

What she reads is the same, byte for byte, for a number that exists, one that does not, and one beyond the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from conversation.tables import Alarm, Message
from conversation.work import Database
from orders import connector
from orders.base import Proof
from pipeline import proofs
from pipeline.tables import ProofAttempt
from tests.builders import Bell, HandClock, a_queue
from tests.pipeline.flow_files import fill
from tests.pipeline.house import House, open_house

MARTA, HERS = "+34600111222", "AB-12345"
# The attacker has guessed Marta's postcode: but for the limits her eleven orders are open.
STATUS = """flow: status
title: Pedido
start: {order_number: yes}
data: {order_ref: order_number, order: record}
steps:
  - ask: {es: "¿Qué pedido?"}
    save: order_ref
    if_known: skip
  - lookup: orders.find
    with: {ref: order_ref, phone: contact.phone, postcode: "'28013'"}
    save: order
    not_found: [{say: {es: "No encuentro el pedido {order_ref}."}}, {end: resolved}]
    failed: [{say: {es: "Ahora no puedo mirarlo."}}, {end: resolved}]
  - say: {es: "El pedido {order_ref} está {order.status}."}
  - end: resolved
"""
SERVICES = """orders.find:
  inputs: {ref: order_number, phone: phone, postcode: postcode}
  required: [ref]
  outputs: {status: text}
"""
# One attacker on each channel.
WAYS = MappingProxyType({
    "+34699000001": {},
    "+34699000002": {"channel": "sms", "account": "+34910000000"},
    "24001234": {"provider": "meta", "channel": "messenger", "account": "1015"},
})
STRANGERS = tuple(f"+3469800000{n}" for n in range(9))


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell, tmp_path: Path) -> Iterator[House]:
    folder = fill(tmp_path / "flows", returns=None, hours=None, status=STATUS)
    (folder / "_services.yaml").write_text(SERVICES, encoding="utf-8")
    house = open_house(database, hand_clock, bell, folder=folder)
    with database.work() as work:
        a_queue(work, "general", is_default=True)
    yield house
    house.writer.stop()


def numbers() -> list[str]:
    """Two hundred: 94 that do not exist, 95 of other people, and Marta's eleven at the end."""
    shop = connector("demo", {})
    hers = [order.reference for order in shop.orders_of(Proof(phone=MARTA))]
    others = [f"{letters}-{n}1111" for letters in ("CD", "EF") for n in (1, 2, 3)]
    absent = [f"QX-{n:05}" for n in range(200 - len(others) - len(hers))]
    return [*absent[: len(absent) // 2], *others, *absent[len(absent) // 2 :], *hers]


def write(house: House, sender: str, asked: Sequence[str]) -> None:
    """One message for each number, a few seconds between them."""
    for at in range(0, len(asked), 20):
        house.clock.forward(seconds=120)
        house.writer.submit([house.event(number, sender, **WAYS.get(sender, {})) for number in asked[at : at + 20]])


def told(house: House) -> list[str]:
    """The last line of each answer, its number masked."""
    answers = [row["text"].splitlines()[-1] for row in house.rows(Message) if row["direction"] == "outbound"]
    return [re.sub(r"[A-Z]{2}-\d{5}", "…", answer) for answer in answers]


def test_three_who_go_through_two_hundred_numbers_each_learn_nothing(house: House) -> None:
    for sender in WAYS:
        write(house, sender, numbers())

    answers = told(house)
    assert len(answers) == 3 * 200 and set(answers) == {"No encuentro el pedido …."}


def test_no_more_proofs_are_compared_than_the_limits_allow(house: House) -> None:
    for sender in WAYS:
        write(house, sender, numbers()[:40])

    assert len(house.rows(ProofAttempt)) <= len(WAYS) * proofs.SENDER_LIMIT


def test_without_a_failure_before_the_postcode_opens_her_order(house: House) -> None:
    write(house, "24001234", [HERS])

    assert told(house) == ["El pedido … está shipped."]


def test_one_order_tried_by_many_is_closed_to_its_owner_too_until_the_next_day(house: House) -> None:
    for sender in STRANGERS:
        write(house, sender, ["CD-11111"])
    write(house, "+447700900123", ["CD-11111"])
    assert set(told(house)) == {"No encuentro el pedido …."}

    house.clock.forward(days=1)
    write(house, "+447700900123", ["CD-11111"])
    assert "El pedido … está delivered." in told(house)


def test_the_number_written_in_other_ways_is_one_order(house: House) -> None:
    for n, sender in enumerate(STRANGERS):
        write(house, sender, [("CD-11111", "cd-11111", "mi pedido es el CD 11111")[n % 3]])

    assert len(house.rows(ProofAttempt)) == proofs.ORDER_LIMIT


def test_who_goes_on_and_on_is_reported_to_the_people_of_the_shop(house: House) -> None:
    for sender in (*WAYS, STRANGERS[0]):
        write(house, sender, numbers()[:20])

    (alarm,) = house.rows(Alarm)
    assert (alarm["key"], alarm["facts"]["senders"]) == ("guessing", 4)


def test_one_customer_who_mistakes_her_number_is_no_alarm(house: House) -> None:
    write(house, "+34699000001", numbers()[:20])

    assert house.rows(Alarm) == []
