"""Hooks: what a shop's program hears, in which order, how often, and what becomes of what it does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

import faults
from conversation.events import TimelineLine
from conversation.signed_calls import Called, Caller
from conversation.tables import Alarm, TimelineEntry
from conversation.work import Database
from handoff import claims, closing, desk, hooks
from handoff.desk import Opening
from handoff.house_tables import Hook, HookCall
from pipeline.hooks import Hooks
from tests.builders import HandClock, a_conversation, a_message, a_queue, an_agent
from tests.providers.hooks import Receiver, receiving

EVENTS = ("handoff", "claim", "resolve", "message", "note")


@dataclass
class House:
    """A desk with one hook."""

    database: Database
    clock: HandClock
    hooks: Hooks
    hook_id: str = ""

    def do(self, act: Any, *values: Any) -> Any:
        with self.database.work() as work:
            return act(work, *values)

    def hand_over(self, name: str = "Marta Ríos") -> tuple[str, str]:
        conversation_id = self.do(lambda work: a_conversation(work, name))
        return conversation_id, self.do(desk.open, conversation_id, Opening("orders", "human_request"))

    def calls(self) -> list[Any]:
        with self.database.reading() as session:
            return list(session.execute(select(HookCall.__table__).order_by(HookCall.__table__.c.entry_id)).all())

    def hook(self) -> Any:
        with self.database.reading() as session:
            return session.execute(select(Hook.__table__)).one()

    def alarms(self) -> list[str]:
        with self.database.reading() as session:
            open_ones = Alarm.__table__.c.cleared_at.is_(None)
            return list(session.execute(select(Alarm.__table__.c.text).where(open_ones)).scalars())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def house(database: Database, hand_clock: HandClock, receiver: Receiver) -> House:
    made = House(database, hand_clock, Hooks(database, Caller(is_near=True)))
    with database.work() as work:
        a_queue(work, "orders", is_default=True)
        an_agent(work, "Ana", ["orders"])
        work.record(TimelineLine("presence", "", "agt_ana"))
    with database.work() as work:
        added = hooks.add(work, receiver.url, EVENTS, False, "agt_ana")
    made.hook_id, receiver.secret = added.hook_id, added.secret
    return made


def test_what_happens_to_a_ticket_is_told_in_order_and_signed(house: House, receiver: Receiver) -> None:
    _, ticket_id = house.hand_over()
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    house.do(closing.resolve, ticket_id, "agt_ana", "solved")
    house.hooks.drain()

    assert [event for event in receiver.events if event != "message"] == ["handoff", "claim", "resolve"]
    assert receiver.forged == 0


def test_a_body_has_the_ticket_and_the_conversation_but_nothing_that_was_written(house: House, receiver: Receiver) -> None:
    conversation_id, ticket_id = house.hand_over()
    house.do(lambda work: a_message(work, conversation_id, "Mi tarjeta es 4111"))
    house.hooks.drain()

    first = receiver.came[0]
    assert (first["ticket"]["id"], first["conversation"]["id"], first["data"]["reason"]) == (ticket_id, conversation_id, "human_request")
    assert "4111" not in str(receiver.came)


def test_a_hook_that_asks_for_it_hears_what_was_said(house: House, receiver: Receiver) -> None:
    house.do(lambda work: work.connection.execute(update(Hook.__table__).values(include_text=True)))
    house.hand_over()
    house.hooks.drain()

    assert "ack" in next(one["data"]["text"] for one in receiver.came if one["event"] == "message")


def test_what_a_hook_did_not_ask_for_it_does_not_hear(house: House, receiver: Receiver) -> None:
    house.do(lambda work: work.connection.execute(update(Hook.__table__).values(events=["claim"])))
    house.hand_over()
    house.hooks.drain()

    assert receiver.came == []


def test_a_call_that_fails_is_tried_again_and_nothing_overtakes_it(house: House, receiver: Receiver) -> None:
    receiver.answers = [500, 503]
    _, ticket_id = house.hand_over()
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    house.hooks.drain()
    house.clock.forward(seconds=1)
    house.hooks.drain()
    assert receiver.came == []

    house.clock.forward(seconds=2)
    house.hooks.drain()
    assert receiver.events[0] == "handoff"


def test_after_a_day_a_call_is_given_up_and_the_next_ones_go_on(house: House, receiver: Receiver) -> None:
    house.hand_over()
    receiver.answers = [500]
    house.hooks.drain()
    house.clock.forward(hours=24)
    receiver.answers = [500]
    house.hooks.drain()

    assert [call.state for call in house.calls()][:2] == ["given_up", "delivered"]


def test_what_was_given_up_can_be_sent_again(house: House, receiver: Receiver) -> None:
    house.hand_over()
    call = _given_up(house, receiver)
    house.do(hooks.send_again, call.hook_call_id)
    house.hooks.drain()

    assert call.hook_call_id in [one["id"] for one in receiver.came]


def _given_up(house: House, receiver: Receiver) -> Any:
    receiver.answers = [500]
    house.hooks.drain()
    house.clock.forward(hours=24)
    receiver.answers = [500]
    house.hooks.drain()
    return house.calls()[0]


def test_eight_failures_in_a_row_raise_an_alarm_that_ends_with_the_trouble(house: House, receiver: Receiver) -> None:
    receiver.answers = [500] * 8
    house.hand_over()
    for _ in range(8):
        house.hooks.drain()
        house.clock.forward(minutes=1)
    assert house.alarms() == ["hook_failing"]

    house.hooks.drain()
    assert (house.alarms(), house.hook().failing_since) == ([], None)


def test_a_program_that_is_gone_is_called_no_more(house: House, receiver: Receiver) -> None:
    receiver.answers = [410]
    house.hand_over()
    house.hooks.drain()

    assert {call.state for call in house.calls()} == {"given_up"}
    assert (house.hook().removed_at is not None, house.alarms()) == (True, ["hook_gone"])


def test_a_paused_hook_hears_afterwards_what_happened_meanwhile(house: House, receiver: Receiver) -> None:
    house.do(hooks.change, house.hook_id, {"paused_at": house.clock.now()}, "agt_ana")
    house.hand_over()
    house.hooks.drain()
    assert receiver.came == []

    house.do(hooks.change, house.hook_id, {"paused_at": None}, "agt_ana")
    house.hooks.drain()
    assert receiver.events[0] == "handoff"


@pytest.mark.parametrize("where", ["before hook", "after hook"])
def test_a_process_that_dies_in_a_call_loses_nothing(house: House, receiver: Receiver, where: str) -> None:
    house.hand_over()
    faults.arm(f"{where}#1:raise")
    try:
        with pytest.raises(faults.Fault):
            house.hooks.drain()
    finally:
        faults.disarm()
    house.clock.forward(seconds=61)
    Hooks(house.database, Caller(is_near=True)).drain()

    assert {call.state for call in house.calls()} == {"delivered"}
    assert set(receiver.events) == {"handoff", "message"}


def test_who_lost_a_call_to_another_process_writes_nothing_of_it(house: House) -> None:
    def slow(*_: Any) -> Called:
        house.do(lambda work: work.connection.execute(update(HookCall.__table__).values(attempt=2)))
        return Called(204)

    house.hand_over()
    house.hooks.call = slow
    house.hooks.deliver(house.hooks.gather()[0])

    assert {(call.state, call.status) for call in house.calls()} == {("queued", None)}


def test_a_call_that_is_on_its_way_is_not_made_by_a_second_process(house: House) -> None:
    made: list[str] = []

    def slow(_url: str, _body: bytes, headers: Any) -> Called:
        made.append(headers["Relevo-Id"])
        other = Hooks(house.database, slow)
        assert len(made) > 3 or other.deliver(house.hook_id) == 0
        return Called(204)

    house.hand_over()
    house.hooks.call = slow
    house.hooks.drain()

    assert len(made) == len(set(made)) == len(house.calls())


def test_what_two_processes_read_at_once_is_taken_in_once(house: House) -> None:
    house.hand_over()
    hook = dict(house.hook()._mapping)

    for one in (house.hooks, Hooks(house.database, Caller(is_near=True))):
        house.do(one._take_in, hook)

    entries = [call.entry_id for call in house.calls()]
    assert entries and len(entries) == len(set(entries))


def test_a_number_that_is_missing_in_the_timeline_is_waited_for_on_postgresql(house: House, receiver: Receiver) -> None:
    conversation_id, _ = house.hand_over()
    house.hooks.drain()
    heard, tick = len(receiver.came), [100.0]
    house.hooks.tick_clock = lambda: tick[0]
    first = max(call.entry_id for call in house.calls()) + 1
    _line(house, first + 1, conversation_id)
    house.hooks.drain()
    is_late = house.database.engine.dialect.name == "postgresql"
    assert len(receiver.came) == heard + (0 if is_late else 1)

    tick[0] += 25
    house.hooks.drain()
    assert len(receiver.came) == heard + 1


def _line(house: House, entry_id: int, conversation_id: str) -> None:
    house.do(lambda work: work.connection.execute(insert(TimelineEntry.__table__).values(
        entry_id=entry_id, conversation_id=conversation_id, kind="claim", actor="agt_ana", data={}, at=work.now)))


def test_one_that_never_answers_holds_up_no_other(house: House, receiver: Receiver) -> None:
    with house.database.work() as work:
        hooks.add(work, "http://127.0.0.1:9/none", EVENTS, False, "agt_ana")
    house.hand_over()
    house.hooks.drain()

    assert receiver.events[0] == "handoff"


def test_a_test_comes_first_and_says_who_sent_it(house: House, receiver: Receiver) -> None:
    house.hand_over()
    house.hooks.gather()
    house.do(hooks.test, house.hook_id, "agt_ana")
    house.hooks.drain()

    assert (receiver.events[0], receiver.came[0]["by"]) == ("test", "agt_ana")


def test_calls_are_made_by_the_worker_s_own_threads(house: House, receiver: Receiver) -> None:
    house.hand_over()
    house.hooks.tick()
    house.hooks.close()

    assert receiver.events[0] == "handoff"


def test_a_retry_waits_longer_each_time_up_to_a_minute(house: House, receiver: Receiver) -> None:
    receiver.answers = [500] * 9
    house.hand_over()
    waits = []
    for _ in range(8):
        house.hooks.drain()
        waits.append((house.calls()[0].not_before - house.clock.now()).total_seconds())
        house.clock.forward(minutes=1)

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_no_answer_at_all_is_a_failure_with_its_reason(database: Database, house: House) -> None:
    dead = Hooks(database, lambda *_: Called(error="shop.example:443 did not answer in time."))
    house.hand_over()
    dead.drain()

    assert (house.calls()[0].status, house.calls()[0].error) == (None, "shop.example:443 did not answer in time.")
    assert timedelta(0) < house.calls()[0].not_before - house.clock.now()


def test_every_event_is_a_line_that_somebody_writes() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for folder in ("handoff", "conversation", "pipeline")
                     for path in Path(folder).glob("*.py"))
    written = set(re.findall(r'(?:TimelineLine\(|ledger\.log\(work, \w+, |Move\()"(\w+)"', code))

    assert {kind for kinds in hooks.EVENTS.values() for kind in kinds} - written == set()
