"""A lab's file: read with its places, put in twice without doubling, on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from conversation.work import Database
from handoff import access, hours, queues
from handoff.tables import Agent, Queue, Ticket
from lab import seeding
from lab.seeding import BadSeed
from orders import connector
from orders.base import Proof

FILE = """
queues:
  - {id: shipping, hours: "mon-fri 09:00-14:00 16:00-19:30", promise_minutes: 20, is_default: true}
agents:
  - {email: Ana@Example.com, name: Ana, queues: [shipping], capacity: 2, languages: [es, pt]}
saved_replies:
  - {name: Hola, texts: {es: "Hola, [[nombre]]"}, shortcut: hola}
contacts:
  - {phone: "+34600111222", name: Marta, facts: {vip: true}}
pick_ups:
  - {queue: shipping, minutes: [4, 5, 6, 7, 8, 9, 10, 12, 14]}
"""
ORDER = {"reference": "AB-77777", "status": "delayed", "phone": "+34600111222", "total": "30.00"}


def put_in(database: Database, text: str = FILE) -> dict:
    with database.work() as work:
        return seeding.put_in(work, seeding.read(text))


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(model.__table__)).scalar_one()


def test_who_works_where_is_put_in(database: Database) -> None:
    people = put_in(database)["agents"]

    with database.reading() as session:
        ana = access.viewer(session, people["ana@example.com"])
    assert (ana.name, ana.capacity, ana.queues) == ("Ana", 2, {"shipping"})


def test_putting_it_in_again_changes_and_doubles_nothing(database: Database) -> None:
    put_in(database)
    put_in(database, FILE.replace("promise_minutes: 20", "promise_minutes: 30"))

    with database.reading() as session:
        assert queues.get(session, "shipping")["promise_minutes"] == 30
    assert (count(database, Queue), count(database, Agent)) == (1, 1)


def test_hours_are_those_of_the_command(database: Database) -> None:
    put_in(database)

    with database.reading() as session:
        assert queues.get(session, "shipping")["hours"] == hours.parse("mon-fri 09:00-14:00 16:00-19:30")


def test_waits_are_told_from_the_pick_ups_of_the_file(database: Database) -> None:
    put_in(database)

    with database.work() as work:
        queue = queues.get(work.connection, "shipping")
        wait = queues.expect(work.connection, queue, work.now, work.now)
    assert wait is not None and (wait.from_minutes, wait.to_minutes) == (10, 15)
    assert count(database, Ticket) == 9


@pytest.mark.parametrize(("text", "place"), [
    ("queues:\n  - {id: shipping, promise: 4}\n", "queues.0.promise"),
    ("agents:\n  - {name: Ana}\n", "agents.0.email"),
    ("queues: [", "no YAML"),
    ("clock: tomorrow", "clock"),
])
def test_what_is_wrong_is_told_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadSeed, match=place):
        seeding.read(text)


def test_an_order_of_the_file_is_found_with_its_proof_alone(tmp_path: Path) -> None:
    seeding.put_orders(tmp_path / "orders.json", [ORDER])
    shop = connector("lab", {"path": str(tmp_path / "orders.json")})

    assert shop.find("ab 77777", Proof(phone="+34600111222")) == shop.find_without_proof("AB-77777") is not None
    assert shop.find("AB-77777", Proof(phone="+34600111223")) is None


def test_an_order_put_in_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    seeding.put_orders(path, [ORDER, ORDER | {"reference": "AB-77778"}])
    seeding.put_orders(path, [ORDER | {"status": "delivered"}])

    assert {one["reference"]: one["status"] for one in json.loads(path.read_text())} == {
        "AB-77777": "delivered", "AB-77778": "delayed"}


def test_an_order_that_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(BadSeed, match=r"orders\.0: promised_on"):
        seeding.put_orders(tmp_path / "orders.json", [ORDER | {"promised_on": "soon"}])
