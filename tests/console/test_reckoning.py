"""What is reckoned once for all pages is never older than what the page has been told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from console.reckoning import HOLDS_SECONDS, AsOf, Reckoning
from console.tail import Tail
from conversation.work import Database
from handoff import access, claims, desk
from handoff.desk import Opening
from handoff.lists import Wanted
from tests.builders import HandClock, a_conversation, a_queue, an_agent


class Office:
    """A queue with Ana and Bo, a reckoning on a clock of its own, and the line of the timeline that a page knows."""

    def __init__(self, database: Database, clock: HandClock) -> None:
        self.database, self.clock, self.at = database, clock, 0.0
        self.read: list[str] = []
        self.tail = Tail(database, look_seconds=600.0)
        self.reckoning = Reckoning(self.tail, lambda: self.at)
        with database.work() as work:
            a_queue(work, "shipping", is_default=True)
            an_agent(work, "Ana", ["shipping"])
            an_agent(work, "Bo", [])

    def hand_over(self) -> tuple[str, str]:
        with self.database.work() as work:
            conversation_id = a_conversation(work)
            return conversation_id, desk.open(work, conversation_id, Opening("shipping", "human_request"))

    def waiting(self, line: int, who: str = "agt_ana", live: bool = False) -> int:
        with self.database.reading() as session:
            viewer = access.viewer(session, who)
            return self.reckoning.counts(session, viewer, AsOf(self.clock.now(), line, live)).tabs["queued"]

    def rows(self, line: int) -> list[str]:
        with self.database.reading() as session:
            viewer = access.viewer(session, "agt_ana")
            found = self.reckoning.rows(session, viewer, Wanted("queued"), AsOf(self.clock.now(), line))
            return [row["conversation_id"] for row in found]


@pytest.fixture
def office(database: Database, hand_clock: HandClock) -> Iterator[Office]:
    made = Office(database, hand_clock)
    yield made
    made.tail.stop()


def test_a_newer_line_of_the_timeline_is_reckoned_anew(office: Office) -> None:
    before = office.waiting(1)
    office.hand_over()

    assert (before, office.waiting(2)) == (0, 1)


def test_the_same_line_is_reckoned_once(office: Office) -> None:
    office.waiting(1)
    office.hand_over()

    assert office.waiting(1) == 0


def test_nothing_holds_for_longer_than_a_second(office: Office) -> None:
    office.waiting(1)
    office.hand_over()
    office.at += HOLDS_SECONDS + 0.1

    assert office.waiting(1) == 1


def test_what_live_pages_were_told_is_reckoned_anew_whatever_its_number(office: Office) -> None:
    office.waiting(99)
    office.hand_over()
    office.tail.read()  # a number given earlier, committed later

    assert office.waiting(99) == 1


def test_a_live_piece_is_content_with_what_live_pages_were_told(office: Office) -> None:
    office.tail.join()
    office.waiting(0, live=True)
    office.hand_over()

    assert office.waiting(99, live=True) == 0


def test_what_was_taken_meanwhile_is_not_listed(office: Office) -> None:
    conversation_id, ticket_id = office.hand_over()
    before = office.rows(1)
    with office.database.work() as work:
        claims.claim(work, ticket_id, "agt_ana", 1)

    assert (before, office.rows(1)) == ([conversation_id], [])


def test_shared_numbers_are_summed_by_what_each_may_see(office: Office) -> None:
    office.hand_over()

    assert (office.waiting(1), office.waiting(1, "agt_bo")) == (1, 0)


def read_once(office: Office, line: int, live: bool = True, name: str = "transcript") -> int:
    """Reads this; returns how often anything has been read by then."""
    with office.database.reading() as session:
        office.reckoning.once(session, AsOf(office.clock.now(), line, live), (name,), lambda: office.read.append(name))
    return len(office.read)


@pytest.mark.parametrize(
    ("second", "times"), [({}, 1), ({"line": 2}, 2), ({"live": False}, 2), ({"name": "of another"}, 2)])
def test_live_pages_read_the_same_once_and_a_change_anew(office: Office, second: dict[str, Any], times: int) -> None:
    read_once(office, 1)

    assert read_once(office, **{"line": 1, **second}) == times
