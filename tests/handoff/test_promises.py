"""Whether what contacts were told of their wait was kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handoff import claims, promises, sweep
from handoff.promises import Kept
from tests.handoff.conftest import House

Pair = tuple[str, str]


def measured(house: House, queue_id: str = "") -> Kept:
    day = timedelta(days=1)
    return house.ask(promises.kept_between, house.clock.at - day, house.clock.at + day, queue_id)


@pytest.mark.parametrize(("changes", "kept"), [
    ({}, None), ({"picked_up_at": "then"}, True), ({"broken_at": "then"}, False),
    ({"picked_up_at": "then", "broken_at": "then"}, False), ({"picked_up_at": "then", "reason": "agent_takeover"}, None),
])
def test_a_promise_is_kept_broken_or_open(changes: dict[str, Any], kept: bool | None):
    assert promises.was_kept({"reason": "human_request", "broken_at": None, "picked_up_at": None, **changes}) is kept


def test_who_is_taken_in_time_had_her_promise_kept(house: House, queued: Pair):
    house.clock.forward(minutes=14)
    house.do(claims.claim, queued[1], "agt_sue", 1)

    assert measured(house) == Kept(1, 1)


def test_who_is_taken_late_had_it_broken(house: House, queued: Pair):
    house.clock.forward(minutes=15)
    house.do(sweep.tick)
    house.do(claims.claim, queued[1], "agt_sue", 1)

    assert measured(house) == Kept(0, 1)


def test_a_late_claim_that_time_had_not_noticed_is_broken_too(house: House, queued: Pair):
    house.clock.forward(minutes=20)
    house.do(claims.claim, queued[1], "agt_sue", 1)

    assert house.ticket(queued[1])["broken_at"] == house.clock.at - timedelta(minutes=5)


def test_who_still_waits_is_not_counted(house: House, queued: Pair):
    assert measured(house) == Kept(0, 0) and measured(house).share is None


def test_a_share_is_of_one_queue_or_of_all(house: House, queued: Pair):
    house.do(claims.claim, queued[1], "agt_sue", 1)

    assert (measured(house, "shipping").share, measured(house, "returns").of) == (1.0, 0)
