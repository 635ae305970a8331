"""Five hundred customers in the middle of a flow while it is edited: none breaks, and the counts are right.

Through the real writer, on both databases: some wait at each question, some have a reminder pending, some are in
another flow on top of theirs, for some the shop is being asked. Then the flow is published anew, in every way that an
edit can be one, and each of them goes on to the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.flow import live
from bot.flow.live import Standing
from conversation import steps
from conversation.tables import Conversation, DeadLetter, Message, TimelineEntry
from conversation.work import Database
from handoff.tables import Ticket
from orders import connector
from orders.base import Connector, Order, Proof
from pipeline import publishing
from pipeline.answer import Bot
from pipeline.duty import Duty
from pipeline.intake import Intake
from pipeline.live_flows import LiveFlows, open_flows
from pipeline.services import Services
from pipeline.slow import Slow
from pipeline.turns import Writer
from tests.builders import Bell, HandClock, a_queue
from tests.pipeline.flow_files import RETURNS, files, fill
from tests.pipeline.house import House, open_house

AT_ITEM, AT_WHY, AT_REF, BEING_ASKED, ELSEWHERE = range(5)
SCRIPT = ("devolver", "la silla", "está rota", "AB-12345")
GROUP = 50
NO_FOLDER = Path("/nowhere")
Who = tuple[int, int]


@dataclass
class GladShop:
    """A shop far away that tells everybody everything."""

    shop: Connector = field(default_factory=lambda: connector("demo", {}))
    name: str = "glad"
    local: bool = False

    def find(self, reference: str, proof: Proof) -> Order | None:
        return self.shop.find_without_proof(reference)

    def find_without_proof(self, reference: str) -> Order | None:
        return self.shop.find_without_proof(reference)


@dataclass
class Street:
    """The house, its flows, and the five hundred. A customer is (where she stands, her number)."""

    house: House
    flows: LiveFlows
    slow: Slow
    each: int = 20

    def everybody(self, *places: int) -> list[Who]:
        return [(place, number) for place in places or range(5) for number in range(self.each)]

    @property
    def database(self) -> Database:
        return self.house.database

    def say(self, everybody: Sequence[Who], words: Callable[[Who], str]) -> None:
        for start in range(0, len(everybody), GROUP):
            self.house.writer.submit([self.house.event(words(who), sender=phone(who)) for who in everybody[start:start + GROUP]])

    def answered_by_shop(self) -> None:
        while self.slow.drain():
            pass
        self.take_due()

    def take_due(self) -> None:
        taken = 1
        while taken:
            with self.database.work() as work:
                taken = self.house.intake.take_due(work, 64)

    def publish(self, **changes: str | None) -> list[tuple[str, int]]:
        """Publish an edit and let this process take it; the codes of whom it touches, with how many."""
        with self.database.work() as work:
            before = publishing.live(work)
            assert before is not None
            made = publishing.publish(work, files(**changes), by="agt_ana")
            old, new = publishing.compiled(before.files), publishing.compiled(made.files)
            assert old is not None and new is not None
            found = live.consequences(old, new, publishing.standings(work))
        assert self.flows.look(self.database)
        return sorted((f"{one.code} {one.facts['step']}", one.facts["count"]) for one in found)

    def standings(self) -> tuple[Standing, ...]:
        with self.database.work() as work:
            return publishing.standings(work)

    def counted(self) -> dict[tuple[str, bool], int]:
        return {(one.step, one.digression): one.count for one in self.standings()}

    def rows(self, query: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.execute(query))

    def last_words(self) -> dict[str, str]:
        """The last thing said to each, by her number."""
        message, conversation = Message.__table__, Conversation.__table__
        return dict(tuple(row) for row in self.rows(  # of several the last one stays
            select(conversation.c.address, message.c.text)
            .join(message, message.c.conversation_id == conversation.c.conversation_id)
            .where(message.c.author == "bot").order_by(message.c.seq)))

    def asked(self) -> Counter[str]:
        """The questions that stand last in the conversations."""
        return Counter(words.rpartition("\n")[2] for words in self.last_words().values())

    def assert_nobody_broke(self) -> None:
        assert self.rows(select(Ticket.__table__.c.reason)) == []
        assert self.rows(select(DeadLetter.__table__.c.reason)) == []
        alerts = select(TimelineEntry.__table__.c.data).where(TimelineEntry.__table__.c.kind == "alert")
        assert self.rows(alerts) == []


def phone(who: Who) -> str:
    return f"+3460{who[0]}{who[1]:06}"


@pytest.fixture
def street(database: Database, hand_clock: HandClock, bell: Bell, tmp_path: Path) -> Iterator[Street]:
    """A hundred customers, twenty at each place."""
    street = opened(open_house(database, hand_clock, bell, GladShop(), fill(tmp_path / "flows")), 20)
    yield street
    street.house.writer.stop()


@pytest.fixture
def crowd(database: Database, hand_clock: HandClock, bell: Bell, tmp_path: Path) -> Iterator[Street]:
    """Five hundred."""
    crowd = opened(open_house(database, hand_clock, bell, GladShop(), fill(tmp_path / "flows")), 100)
    yield crowd
    crowd.house.writer.stop()


def opened(house: House, each: int) -> Street:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True)
        publishing.publish(work, files(), by="cli")
    flows = open_flows(house.database, NO_FOLDER)
    services = Services(house.connector, "a secret of tests", lambda: house.clock.now().date())
    house.intake = Intake(Bot(flows, services, Duty().open_queues, library_for=flows.for_state))
    house.writer = Writer(house.database, house.intake, sweep_seconds=3600.0, pace_seconds=0.0)
    street = Street(house, flows, Slow(house.database, services, 30.0), each)
    for turn in range(4):
        still = [who for who in street.everybody() if turn <= (who[0] if who[0] != ELSEWHERE else AT_WHY)]
        street.say(still, lambda who, turn=turn: SCRIPT[turn] if turn != 1 else f"la silla {who[1]}")
    street.say(street.everybody(ELSEWHERE), lambda who: "horario")
    return street


def finish(street: Street, more: Mapping[str, str] | None = None) -> None:
    """Everybody answers what she is asked until her flow is through."""
    answers = {"¿Qué tienda?": "Madrid", "¿Qué quieres devolver?": "la silla 7", "¿Por qué?": "está rota",
               "¿De qué pedido?": "AB-12345", **(more or {})}
    street.answered_by_shop()
    for _ in range(8):
        words = street.last_words()
        waiting = [who for who in street.everybody() if words[phone(who)].rpartition("\n")[2] in answers]
        if not waiting:
            return
        street.say(waiting, lambda who, words=words: answers[words[phone(who)].rpartition("\n")[2]])
        street.answered_by_shop()


def assert_all_are_through(street: Street, words: str = "porque está rota: ") -> None:
    street.assert_nobody_broke()
    left = {number: said for number, said in street.last_words().items() if words not in said}
    assert (left, street.standings()) == ({}, ())


def test_everybody_is_counted_where_she_stands(street: Street) -> None:
    places = [("item", False), ("why", False), ("ref", False), ("order", False), ("place", False), ("why", True)]

    assert street.counted() == dict.fromkeys(places, street.each)


def test_five_hundred_live_through_one_edit_after_the_other(crowd: Street) -> None:
    """Better words, a new question and a renamed one, a deleted flow; half of them go on in between."""
    crowd.publish(returns=RETURNS.replace("¿Por qué?", "¿Y eso?"))
    before = sum(one.count for one in crowd.standings() if not one.digression)
    renamed = RETURNS.replace("¿Por qué?", "¿Y eso?").replace("save: why\n", "id: reason\n    save: why\n").replace(
        "steps:\n", 'steps:\n  - ask: {es: "¿De qué color?"}\n    save: item\n    id: colour\n', 1)
    touched = dict(crowd.publish(returns=renamed))
    crowd.say(crowd.everybody(AT_ITEM), lambda who: f"la silla {who[1]}")
    crowd.publish(returns=renamed, hours=None)

    assert (before, touched["L01 why"], touched["L04 item"]) == (500, 200, 100)
    assert {(one.flow, one.step, one.digression): one.count for one in crowd.standings()} == {
        ("returns", "why", False): 200, ("returns", "why", True): 100, ("returns", "ref", False): 100,
        ("returns", "order", False): 100, ("hours", "place", False): 100}
    finish(crowd, {"¿Y eso?": "está rota"})
    assert_all_are_through(crowd)


def test_better_words_reach_everybody_at_once(street: Street) -> None:
    better = RETURNS.replace("¿Por qué?", "¿Y eso por qué?").replace("Devuelves", "Nos devuelves")

    assert street.publish(returns=better) == []
    finish(street, {"¿Y eso por qué?": "está rota"})

    assert_all_are_through(street, "Nos devuelves la silla")


def test_another_structure_leaves_them_with_the_questions_they_began_with(street: Street) -> None:
    longer = RETURNS.replace("data: {", "data: {photo: text, ").replace("  - ask: {es: \"¿Por qué?\"}", (
        "  - ask: {es: \"¿De qué color?\"}\n    save: photo\n  - ask: {es: \"¿Por qué?\"}"))
    before = street.flows.library.flows["returns"].shape

    touched = street.publish(returns=longer)

    assert touched == [("L04 item", street.each), ("L04 order", street.each), ("L04 ref", street.each),
                       ("L04 why", 2 * street.each)]
    assert list(street.flows.library.pinned) == [("returns", before)]
    finish(street)
    assert_all_are_through(street)


def test_a_renamed_question_is_told_before_and_asked_as_it_was(street: Street) -> None:
    touched = street.publish(returns=RETURNS.replace("save: why\n", "id: reason\n    save: why\n"))

    assert ("L01 why", 2 * street.each) in touched
    finish(street)
    assert_all_are_through(street)


def test_a_deleted_flow_is_finished_by_those_who_are_in_it_and_entered_by_nobody(street: Street) -> None:
    touched = street.publish(returns=None)

    assert {code.split()[0] for code, _ in touched} == {"L03"} and sum(count for _, count in touched) == 5 * street.each
    finish(street)
    assert_all_are_through(street)
    street.say([(9, 1)], lambda who: "devolver")
    assert "¿Qué quieres devolver?" not in street.last_words()[phone((9, 1))]


def test_a_deleted_digression_is_finished_and_come_back_from(street: Street) -> None:
    assert street.publish(hours=None) == [("L03 place", street.each)]
    finish(street)

    assert_all_are_through(street)


def test_who_is_moved_goes_on_at_the_same_question_of_the_new_shape(street: Street) -> None:
    moved = RETURNS.replace("data:", "on_edit: move\ndata:").replace(
        '  - say: {es: "Devuelves', '  - note: nuevo\n  - say: {es: "Ya devuelves')

    touched = street.publish(returns=moved)

    assert {code.split()[0] for code, _ in touched} == {"L06"} and not street.flows.library.pinned
    finish(street)
    assert_all_are_through(street, "Ya devuelves la silla")


def test_who_waits_at_a_question_that_is_gone_is_told_and_moved_to_the_next(street: Street) -> None:
    shorter = RETURNS.replace("data:", "on_edit: move\ndata:").replace(
        '  - ask: {es: "¿Por qué?"}\n    save: why\n    no_reply: {after: 10m, remind: {es: "¿Sigues ahí?"}}\n', "").replace(
        "porque {why}", "sin más")

    touched = street.publish(returns=shorter)

    assert ("L05 why", 2 * street.each) in touched
    street.say(street.everybody(AT_WHY), lambda who: "está rota")
    assert Counter(words.rpartition("\n")[2] for number, words in street.last_words().items() if number[5] == str(AT_WHY)) == {
        "¿De qué pedido?": street.each}
    finish(street)
    assert_all_are_through(street, "sin más: ")


def test_the_command_moves_those_whom_the_edit_left_behind(street: Street) -> None:
    street.publish(returns=RETURNS.replace('  - say: {es: "Devuelves', '  - note: nuevo\n  - say: {es: "Ya devuelves'))
    with street.database.work() as work:
        publishing.move(work, "returns", by="cli")
    street.flows.look(street.database)

    finish(street)

    assert_all_are_through(street, "Ya devuelves la silla")


def test_a_rollback_finds_them_where_they_were(street: Street) -> None:
    with street.database.work() as work:
        first = publishing.live(work)
    street.publish(returns=None, hours=None)
    with street.database.work() as work:
        publishing.roll_back(work, first.set_id, by="agt_ana")  # type: ignore[union-attr]
    street.flows.look(street.database)

    assert not street.flows.library.pinned
    finish(street)
    assert_all_are_through(street)


def test_a_reminder_that_was_pending_is_sent_in_the_words_they_began_with(street: Street) -> None:
    street.publish(returns=RETURNS.replace("¿Sigues ahí?", "¿Hola?").replace("save: ref\n", "save: ref\n    retries: 1\n"))
    street.house.clock.forward(minutes=11)
    street.take_due()

    assert street.asked()["¿Sigues ahí?"] == street.each
    street.assert_nobody_broke()


def test_a_process_that_has_not_looked_yet_fetches_what_a_customer_stands_in(street: Street) -> None:
    with street.database.work() as work:
        publishing.publish(work, files(returns=RETURNS.replace('"¿Qué quieres', '"¿Y qué quieres').replace(
            "save: ref\n", "save: ref\n    retries: 1\n")), by="agt_ana")
    late, street.flows.library = street.flows.library, street.flows.library
    other = open_flows(street.database, NO_FOLDER)
    bot = Bot(other, street.house.intake.bot.services, Duty().open_queues, library_for=other.for_state)
    with street.database.work() as work:
        Intake(bot).take_all(work, [street.house.event("devolver", sender=phone((8, 1)))])
    assert late is street.flows.library

    street.say([(8, 1)], lambda who: "la mesa")

    assert street.last_words()[phone((8, 1))] == "¿Por qué?"
    assert street.flows.library is not late and street.flows.library.flows["returns"].shape == other.library.flows["returns"].shape


def test_the_step_log_knows_what_came_of_every_question(street: Street) -> None:
    began = street.house.clock.now()
    street.say(street.everybody(AT_ITEM)[:3], lambda who: "cancelar")
    street.say(street.everybody(AT_REF)[:2], lambda who: "quiero hablar con una persona")
    finish(street)

    with street.database.reading() as session:
        found = steps.funnel(session, "returns", began)
    told = {one.step: (one.entered, one.answered, one.dropped, one.handed_off) for one in found.steps}
    everybody = 5 * street.each
    assert told["item"] == (everybody, everybody - 3, 3, 0)
    assert told["ref"] == (everybody - 3, everybody - 5, 0, 2)
    assert {one.revision for one in found.steps} == {street.flows.library.flows["returns"].revision}
    assert {one.outcome: one.count for one in found.endings} == {"resolved": everybody - 5, "cancelled": 3}
