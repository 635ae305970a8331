"""The wall: queues and people at this moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handoff import claims, queues, wall
from handoff.errors import UnknownAgent


def seen(house) -> wall.Wall:
    midnight = house.clock.at.replace(hour=0, minute=0)
    return house.ask(wall.read, midnight, house.clock.at)


def tile(house, queue: str = "shipping") -> wall.Tile:
    return next(one for one in seen(house).tiles if one.queue["queue_id"] == queue)


def person(house, name: str) -> wall.Person:
    return next(one for one in seen(house).people if one.name == name)


def test_a_dot_stands_where_the_wait_is_against_the_promise(house, queued) -> None:
    house.clock.forward(minutes=18)

    dot = tile(house).waiting[0]

    assert (round(dot.share, 2), dot.is_late) == (1.2, True)


def test_a_tile_counts_who_is_at_her_desk_among_who_works_there(house) -> None:
    assert (tile(house).attending, tile(house).members) == (1, 1)

    house.clock.forward(minutes=5)

    assert (tile(house).attending, tile(house).members) == (0, 1)


def test_a_promise_counts_on_the_day_it_was_decided(house, queued) -> None:
    house.clock.forward(minutes=5)
    house.do(claims.claim, queued[1], "agt_ana", 1)

    assert (tile(house).kept, tile(house).due) == (1, 1)

    house.clock.forward(days=1)

    assert (tile(house).kept, tile(house).due) == (0, 0)


def test_a_broken_promise_is_listed_while_she_still_waits(house, queued) -> None:
    house.clock.forward(minutes=18)

    assert [one.facts.ticket_id for one in seen(house).broken] == [queued[1]]


def test_a_person_shows_her_longest_unanswered_conversation(house, held) -> None:
    assert person(house, "Ana").waits["conversation_id"] == held[0]
    assert (person(house, "Ana").load, person(house, "Ana").held) == (1, 1)


def test_who_waited_an_hour_ago_is_known(house, queued) -> None:
    house.clock.forward(minutes=90)

    assert seen(house).an_hour_ago == 1


def test_sent_away_by_a_supervisor_she_takes_nothing_and_is_still_there(house) -> None:
    assert house.do(wall.send_away, "agt_ana", "away", "agt_sue") == "Ana"
    assert person(house, "Ana").presence == "away"


def test_nobody_unknown_is_sent_away(house) -> None:
    with pytest.raises(UnknownAgent):
        house.do(wall.send_away, "agt_none", "away", "agt_sue")


def test_a_closed_queue_says_when_it_opens(house) -> None:
    house.do(queues.set_hours, "shipping", {"tue": [["09:00", "14:00"]]})

    assert not tile(house).is_open
    assert tile(house).opens_at - house.clock.at < timedelta(days=1)
