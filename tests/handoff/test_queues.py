"""Queues: titles, the default one, and an honest wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handoff import claims, queues, sessions
from handoff.errors import UnknownQueue
from handoff.queues import PickUp, Wait
from tests.handoff.conftest import House

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALWAYS = {"hours": {}, "holidays": [], "time_zone": "UTC"}


def pick_ups(*minutes: float, ahead: int = 0, at: datetime = MONDAY) -> list[PickUp]:
    return [PickUp(at, timedelta(minutes=waited), ahead) for waited in minutes]


def test_a_wait_reaches_from_the_median_to_the_eightieth_percentile():
    assert queues.estimate(pick_ups(1, 2, 3, 4, 6, 7, 8, 14, 15, 16), 0) == Wait(0, 10, 15)


def test_a_wait_is_never_a_single_number():
    assert queues.estimate(pick_ups(*[4.0] * 8), 0) == Wait(0, 5, 10)


def test_too_few_pick_ups_tell_no_time():
    assert queues.estimate(pick_ups(*[4.0] * 7), 0) is None


def test_a_wait_grows_with_the_place():
    assert queues.estimate(pick_ups(*[10.0] * 8, ahead=0), 2) == Wait(2, 30, 35)


def test_a_wait_measured_at_the_same_place_is_taken_as_it_is():
    assert queues.estimate(pick_ups(*[10.0] * 8, ahead=3), 3) == Wait(3, 10, 15)


def test_a_queue_without_end_tells_no_time():
    assert queues.estimate(pick_ups(*[4.0] * 8), queues.AHEAD_LIMIT) is None


@pytest.mark.parametrize(("opened_at", "counts"), [
    (MONDAY - timedelta(days=3), True), (MONDAY - timedelta(days=3, hours=2), True), (MONDAY - timedelta(hours=3), False),
    (MONDAY - timedelta(days=1), False),
])
def test_only_the_same_hours_of_the_same_kind_of_day_are_compared(opened_at: datetime, counts: bool):
    assert bool(queues.comparable(pick_ups(5, at=opened_at), ALWAYS, MONDAY)) is counts


def test_who_came_after_hours_does_not_count():
    daytime = ALWAYS | {"hours": {"mon": [["12:00", "18:00"]]}}

    assert queues.comparable(pick_ups(5, at=MONDAY - timedelta(minutes=1)), daytime, MONDAY) == []


def test_the_wait_comes_from_measured_pick_ups(house: House):
    _pick_up(house, 8, minutes=9)

    wait = _expect(house)

    assert wait == Wait(0, 10, 15)


def test_nobody_at_a_desk_means_no_promise(house: House):
    _pick_up(house, 8, minutes=9)
    house.clock.forward(minutes=2)

    assert _expect(house) is None


def test_pick_ups_of_long_ago_are_forgotten(house: House):
    _pick_up(house, 8, minutes=9)
    house.clock.forward(days=14)
    _all_at_their_desks(house)

    assert _expect(house) is None


def test_a_measured_wait_is_told_at_the_handoff(house: House):
    _pick_up(house, 8, minutes=9)
    house.hand_over()
    house.clock.forward(seconds=1)

    conversation_id, _ = house.hand_over()

    assert house.said(conversation_id) == ["ack_open[es] queue=Envíos wait=wait_range[es] a=20 b=25 n=1"]


def test_the_first_in_line_hears_no_number_of_others(house: House):
    _pick_up(house, 8, minutes=9)

    conversation_id, _ = house.hand_over()

    assert house.said(conversation_id) == ["ack_open[es] queue=Envíos wait=wait_next[es] a=10 b=15"]


def test_the_place_counts_only_those_who_wait_longer_in_the_same_queue(house: House):
    house.hand_over("returns")
    house.hand_over("shipping")
    house.clock.forward(seconds=1)
    mine = house.clock.at
    house.hand_over("shipping")

    assert house.ask(queues.ahead, "shipping", mine) == 1


def test_a_title_is_in_the_contacts_language_or_in_spanish(house: House):
    queue = house.ask(queues.get, "shipping")

    assert [queues.title(queue, language) for language in ("es", "en-GB", "pt")] == ["Envíos", "Shipping", "Envíos"]


def test_a_queue_without_titles_has_its_name():
    assert queues.title({"queue_id": "billing", "titles": {}}, "es") == "billing"


def test_an_unknown_queue_is_named(house: House):
    with pytest.raises(UnknownQueue, match="“nowhere”"):
        house.ask(queues.get, "nowhere")


def test_there_is_one_default_queue(house: House):
    house.do(queues.add, "general", {"es": "Atención"}, is_default=True)

    assert house.do(queues.get_or_default, "nowhere")["queue_id"] == "general"


def test_open_queues_are_those_on_duty(house: House):
    house.do(queues.set_hours, "returns", {"sun": [["09:00", "10:00"]]})

    assert house.ask(queues.open_now, house.clock.at) == {"shipping"}


def _pick_up(house: House, count: int, minutes: float) -> None:
    tickets = [house.hand_over()[1] for _ in range(count)]
    house.clock.forward(minutes=minutes)
    _all_at_their_desks(house)
    for ticket_id in tickets:
        house.do(claims.claim, ticket_id, "agt_ana", 1, force=True)


def _all_at_their_desks(house: House) -> None:
    house.do(sessions.seen, "agt_ana")


def _expect(house: House) -> Any:
    def question(reader: Any) -> Any:
        return queues.expect(reader, queues.get(reader, "shipping"), house.clock.at, house.clock.at)
    return house.ask(question)
