"""Whose window closes before anybody is on duty again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from handoff import claims, queues, replies, window_radar
from handoff.replies import Reply

DAY = timedelta(hours=24)
MORNINGS = {day: [["09:00", "19:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def ends_at(_kind: str, last: datetime | None, _free_until: datetime | None) -> datetime | None:
    return last + DAY if last else None


@pytest.fixture
def closing(house, queued):
    """It is Monday 13:00 in Madrid; the contact wrote at 21:00 the evening before, when nobody was there."""
    house.do(queues.set_hours, "shipping", MORNINGS)
    house.clock.at -= timedelta(hours=16)
    house.writes(queued[0])
    house.clock.at += timedelta(hours=16)
    return queued


def answer(house, ticket_id: str) -> None:
    house.do(claims.claim, ticket_id, "agt_ana", house.ticket(ticket_id)["epoch"], True)
    house.do(replies.reply, ticket_id, "agt_ana", Reply("Ya lo miro", house.ticket(ticket_id)["epoch"], 99))


def radar(house) -> list[str]:
    return [one.ticket_id for one in house.ask(window_radar.find, ends_at, house.clock.at)]


def test_a_window_that_closes_in_the_night_is_on_the_radar(house, closing) -> None:
    found = house.ask(window_radar.find, ends_at, house.clock.at)

    assert [(one.ticket_id, one.closes_at - house.clock.at) for one in found] == [(closing[1], timedelta(hours=8))]


def test_one_that_closes_while_people_are_on_duty_is_not(house, closing) -> None:
    house.do(queues.set_hours, "shipping", {"mon": [["09:00", "23:00"]]})

    assert radar(house) == []


def test_a_queue_that_never_closes_has_none(house, closing) -> None:
    house.do(queues.set_hours, "shipping", {})

    assert radar(house) == []


def test_who_was_answered_leaves_the_radar(house, closing) -> None:
    answer(house, closing[1])

    assert radar(house) == []


def test_pulled_forward_it_has_a_higher_priority_and_a_line(house, closing) -> None:
    assert house.do(window_radar.pull_forward, "agt_sue", [closing[1]], {}) == 1
    assert house.ticket(closing[1])["priority"] == "high"
    assert window_radar.PULLED in house.timeline(closing[0])


def test_an_urgent_one_stays_as_it_is(house, closing) -> None:
    for _ in range(2):
        house.do(window_radar.pull_forward, "agt_sue", [closing[1]], {})

    assert house.do(window_radar.pull_forward, "agt_sue", [closing[1]], {}) == 0


def test_a_template_that_was_not_needed_is_counted(house, closing) -> None:
    start = house.clock.at
    house.do(window_radar.pull_forward, "agt_sue", [closing[1]], {closing[1]: start + timedelta(hours=8)})
    assert house.ask(window_radar.avoided, start) == (0, 1)

    house.clock.forward(minutes=10)
    answer(house, closing[1])

    assert house.ask(window_radar.avoided, start) == (1, 1)
