"""Queues as admins keep them: bounds, who changed what, and no queue that is still needed goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from conversation.tables import TimelineEntry
from conversation.work import Work
from handoff import queue_book, queues
from handoff.admin_errors import BadValue, StillNeeded
from handoff.errors import QueueTaken, UnknownQueue
from tests.handoff.conftest import House

ENTRY = TimelineEntry.__table__
TITLES = {"es": "Garantías"}


def lines(work: Work, kind: str) -> list[Any]:
    return list(work.connection.execute(select(ENTRY).where(ENTRY.c.kind == kind)))


def change(house: House, **wanted: Any) -> Any:
    return house.do(queue_book.change, "shipping", wanted, "agt_sue")


def test_a_new_queue_has_what_was_asked_for_and_the_usual_rest(house: House):
    house.do(queue_book.add, "warranty", {"titles": TITLES, "promise_minutes": 30}, "agt_sue")

    queue = house.ask(queues.get, "warranty")
    assert (queue["titles"], queue["promise_minutes"], queue["mode"]) == (TITLES, 30, "pull")


@pytest.mark.parametrize("name", ["Warranty", "1st", "a", "two words", ""])
def test_a_queue_is_called_by_a_word_that_flows_can_write(house: House, name: str):
    with pytest.raises(BadValue):
        house.do(queue_book.add, name, {"titles": TITLES}, "agt_sue")


def test_a_name_is_there_once(house: House):
    with pytest.raises(QueueTaken):
        house.do(queue_book.add, "shipping", {"titles": TITLES}, "agt_sue")


def test_a_change_says_from_what_to_what_and_by_whom(house: House):
    change(house, promise_minutes=45, mode="push")

    line = house.do(lines, "queue_changed")[0]
    assert (line.actor, line.data["subject"]) == ("agt_sue", "shipping")
    assert line.data["changes"] == {"mode": ["pull", "push"], "promise_minutes": [15, 45]}


def test_the_same_again_leaves_no_line(house: House):
    assert change(house, promise_minutes=15) == {}
    assert house.do(lines, "queue_changed") == []


@pytest.mark.parametrize("wanted", [
    {"promise_minutes": 0}, {"promise_minutes": None}, {"offer_seconds": 4}, {"mode": "shove"}, {"is_default": False},
    {"overflow_queue_id": "shipping"}, {"overflow_queue_id": "nowhere"}, {"titles": {"es": "x" * 61}},
])
def test_what_does_not_do_changes_nothing(house: House, wanted: Mapping[str, Any]):
    house.do(queue_book.change, "shipping", {"is_default": True}, "agt_sue")
    with pytest.raises(BadValue):
        change(house, **wanted)


def test_what_runs_over_never_comes_back_to_where_it_began(house: House):
    house.do(queue_book.change, "returns", {"overflow_queue_id": "shipping"}, "agt_sue")

    with pytest.raises(BadValue):
        change(house, overflow_queue_id="returns")


def test_one_queue_is_the_default_one(house: House):
    change(house, is_default=True)
    house.do(queue_book.change, "returns", {"is_default": True}, "agt_sue")

    assert [one["queue_id"] for one in house.ask(queues.every) if one["is_default"]] == ["returns"]


def test_a_queue_with_an_open_conversation_stays(house: House):
    house.hand_over("returns")

    with pytest.raises(StillNeeded) as refused:
        house.do(queue_book.retire, "returns", "agt_sue")
    assert refused.value.tickets == 1


def test_a_queue_that_a_flow_names_stays(house: House):
    with pytest.raises(StillNeeded) as refused:
        house.do(queue_book.retire, "returns", "agt_sue", ["returns.yaml:12"])
    assert refused.value.places == ("returns.yaml:12",)


def test_a_retired_queue_is_in_no_list_until_it_comes_back(house: House):
    house.do(queue_book.retire, "returns", "agt_sue")
    assert "returns" not in [one["queue_id"] for one in house.ask(queue_book.current)]

    house.do(queue_book.bring_back, "returns", "agt_sue")
    assert "returns" in [one["queue_id"] for one in house.ask(queue_book.current)]


def test_pausing_twice_is_one_line(house: House):
    for _ in range(2):
        house.do(lambda work: queue_book.pause(work, "returns", "agt_sue", paused=True))

    assert house.ask(queues.get, "returns")["paused_by"] == "agt_sue"
    assert len(house.do(lines, "queue_paused")) == 1


def test_a_queue_that_is_not_there_cannot_change(house: House):
    with pytest.raises(UnknownQueue):
        house.do(queue_book.change, "nowhere", {"promise_minutes": 5}, "agt_sue")
