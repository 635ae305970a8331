"""The router: who gets what, and when; offers that pass on; capacity that holds in every race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.tables import Conversation
from handoff import claims, presence, routing
from handoff.claims import Giving
from handoff.errors import HandoffError
from handoff.house_tables import Notice
from handoff.routing import Seat
from handoff.routing_errors import OfferOver, Reserved
from handoff.tables import Agent, Queue, Ticket
from tests.builders import MONDAY_NOON, a_queue, an_agent
from tests.handoff.conftest import House

_agent, _ticket, _queue, _notice = Agent.__table__, Ticket.__table__, Queue.__table__, Notice.__table__


@pytest.fixture
def pushing(house: House) -> House:
    house.do(a_queue, "push", mode="push")
    return house


@pytest.fixture
def offering(house: House) -> House:
    """A queue that asks Eva, then Luis."""
    house.do(a_queue, "offer", mode="offer")
    house.do(an_agent, "Eva", ["offer"])
    house.do(an_agent, "Luis", ["offer"], assigned_at=house.clock.at)
    return house


def at_work(house: House, name: str, queue: str = "push", **changes: Any) -> None:
    house.do(an_agent, name, [queue], **changes)


def change(house: House, ticket_id: str, **values: Any) -> None:
    house.do(lambda work: work.connection.execute(update(_ticket).where(_ticket.c.ticket_id == ticket_id).values(**values)))


def change_talk(house: House, conversation_id: str, **values: Any) -> None:
    table = Conversation.__table__
    house.do(lambda work: work.connection.execute(
        update(table).where(table.c.conversation_id == conversation_id).values(**values)))


def holder(house: House, ticket_id: str) -> str | None:
    return house.ticket(ticket_id)["holder_id"]


def offered(house: House, ticket_id: str) -> str | None:
    return house.ticket(ticket_id)["offered_to"]


def later(house: House, seconds: float, *names: str) -> None:
    """Time passes, while these agents' pages report themselves."""
    house.clock.forward(seconds=seconds)
    for name in names:
        house.do(presence.seen, f"agt_{name}")


def notices_of(house: House, agent_id: str) -> list[str]:
    query = select(_notice.c.kind).where(_notice.c.agent_id == agent_id).order_by(_notice.c.notice_id)
    return house.ask(lambda reader: reader.execute(query).scalars().all())


def test_with_nobody_waiting_there_is_nothing_to_do(house: House):
    assert house.do(routing.tick) == 0


def test_a_push_queue_gives_at_once(pushing: House):
    at_work(pushing, "Eva")
    conversation_id, ticket_id = pushing.hand_over("push")

    assert [pushing.do(routing.tick) for _ in range(2)] == [1, 0]
    assert holder(pushing, ticket_id) == "agt_eva"
    assert pushing.said(conversation_id)[-1] == "taken[es] agent=Eva queue=Push"
    assert notices_of(pushing, "agt_eva") == ["queued", "assigned"]


def test_what_the_router_gave_stands_in_the_timeline_as_a_claim(pushing: House):
    at_work(pushing, "Eva")
    conversation_id, _ = pushing.hand_over("push")

    pushing.do(routing.tick)

    assert pushing.timeline(conversation_id) == ["handoff", "claim"]


def test_the_neediest_is_given_first_whatever_happened_last(pushing: House):
    at_work(pushing, "Eva", capacity=1)
    _, oldest = pushing.hand_over("push")
    pushing.clock.forward(minutes=1)
    pushing.hand_over("push")

    pushing.do(routing.tick)

    assert holder(pushing, oldest) == "agt_eva"


def test_a_vip_goes_before_the_others_but_not_for_ever(pushing: House):
    _, patient = pushing.hand_over("push")
    pushing.clock.forward(minutes=31)
    _, vip = pushing.hand_over("push")
    change(pushing, vip, vip=True)
    at_work(pushing, "Eva", capacity=1)

    pushing.do(routing.tick)

    assert holder(pushing, patient) == "agt_eva"


def test_among_those_with_room_who_has_the_fewest_gets_it(pushing: House):
    at_work(pushing, "Busy")
    _, first = pushing.hand_over("push")
    pushing.do(routing.tick)
    at_work(pushing, "Idle", assigned_at=pushing.clock.at)
    _, second = pushing.hand_over("push")

    pushing.do(routing.tick)

    assert (holder(pushing, first), holder(pushing, second)) == ("agt_busy", "agt_idle")


def test_of_equals_who_got_one_longest_ago_gets_it(pushing: House):
    at_work(pushing, "Anton", assigned_at=pushing.clock.at - timedelta(minutes=5))
    at_work(pushing, "Zoe", assigned_at=pushing.clock.at - timedelta(minutes=50))
    _, ticket_id = pushing.hand_over("push")

    pushing.do(routing.tick)

    assert holder(pushing, ticket_id) == "agt_zoe"


@pytest.mark.parametrize("changes", [
    {"presence": "away"}, {"last_seen_at": MONDAY_NOON - timedelta(seconds=90)}, {"last_seen_at": None}, {"capacity": 0},
    {"deactivated_at": MONDAY_NOON}, {"is_integration": True}, {"languages": ["en"]},
])
def test_nothing_is_given_to_who_cannot_have_it(pushing: House, changes: dict[str, Any]):
    at_work(pushing, "Eva", **changes)
    _, ticket_id = pushing.hand_over("push")

    assert pushing.do(routing.tick) == 0
    assert holder(pushing, ticket_id) is None


def test_a_colleague_of_another_queue_gets_nothing(pushing: House):
    _, ticket_id = pushing.hand_over("push")

    pushing.do(routing.tick)

    assert holder(pushing, ticket_id) is None


@pytest.mark.parametrize("column", ["paused_at", "retired_at"])
def test_a_queue_that_rests_is_given_nothing(pushing: House, column: str):
    at_work(pushing, "Eva")
    _, ticket_id = pushing.hand_over("push")
    pushing.do(lambda work: work.connection.execute(
        update(_queue).where(_queue.c.queue_id == "push").values(**{column: work.now})))

    pushing.do(routing.tick)

    assert holder(pushing, ticket_id) is None


def test_the_router_stops_at_the_capacity(pushing: House):
    at_work(pushing, "Eva", capacity=2)
    tickets = [pushing.hand_over("push")[1] for _ in range(4)]

    pushing.do(routing.tick)

    assert [holder(pushing, ticket) for ticket in tickets].count("agt_eva") == 2


def test_skills_are_dropped_in_their_order_and_the_language_last(pushing: House):
    at_work(pushing, "Eva", skills=["refunds"], languages=["en"])
    _, ticket_id = pushing.hand_over("push")
    change(pushing, ticket_id, skills=["legal"])
    given = []
    for _ in range(3):
        pushing.do(routing.tick)
        given.append(holder(pushing, ticket_id))
        later(pushing, 120, "eva")
    pushing.do(routing.tick)

    assert given == [None, None, "agt_eva"]
    assert pushing.ticket(ticket_id)["relaxed"] == 2


def test_whoever_speaks_her_language_goes_first(pushing: House):
    at_work(pushing, "Anton", languages=["en"])
    at_work(pushing, "Rui", languages=["pt"], assigned_at=pushing.clock.at)
    conversation_id, ticket_id = pushing.hand_over("push")
    change_talk(pushing, conversation_id, language="pt-BR")

    pushing.do(routing.tick)

    assert (holder(pushing, ticket_id), pushing.ticket(ticket_id)["relaxed"]) == ("agt_rui", 0)


def test_who_gave_it_back_is_not_given_it_again_for_ten_minutes(pushing: House):
    at_work(pushing, "Eva")
    _, ticket_id = pushing.hand_over("push")
    pushing.do(routing.tick)
    pushing.do(claims.release, ticket_id, "agt_eva", "no me toca")
    given = []
    for seconds in (0, 599, 1):
        later(pushing, seconds, "eva")
        pushing.do(routing.tick)
        given.append(holder(pushing, ticket_id))

    assert given == [None, None, "agt_eva"]


def test_a_requeued_ticket_goes_before_those_who_came_meanwhile(pushing: House):
    at_work(pushing, "Eva")
    _, ticket_id = pushing.hand_over("push")
    pushing.do(routing.tick)
    pushing.clock.forward(seconds=30)
    pushing.do(claims.release, ticket_id, "agt_eva", "no me toca")
    pushing.hand_over("push")
    at_work(pushing, "Luis", capacity=1)

    pushing.do(routing.tick)

    assert holder(pushing, ticket_id) == "agt_luis"


def test_a_pull_queue_offers_what_nobody_took_for_a_minute(house: House):
    _, ticket_id = house.hand_over()
    house.do(routing.tick)
    before = offered(house, ticket_id)
    later(house, 60, "ana")

    house.do(routing.tick)

    assert (before, offered(house, ticket_id), holder(house, ticket_id)) == (None, "agt_ana", None)
    assert notices_of(house, "agt_ana") == ["queued", "offered"]


def test_a_pull_queue_may_never_offer(house: House):
    house.do(lambda work: work.connection.execute(update(_queue).values(offer_after_seconds=None)))
    _, ticket_id = house.hand_over()
    later(house, 600, "ana")

    assert house.do(routing.tick) == 0
    assert offered(house, ticket_id) is None


def test_an_offer_is_taken_by_whom_it_is_for(offering: House):
    _, ticket_id = offering.hand_over("offer")
    offering.do(routing.tick)

    offering.do(claims.accept, ticket_id, "agt_eva", 1)

    ticket = offering.ticket(ticket_id)
    assert (ticket["holder_id"], ticket["offered_to"], ticket["offered_until"]) == ("agt_eva", None, None)


def test_an_offer_is_not_taken_by_anybody_else(offering: House):
    _, ticket_id = offering.hand_over("offer")
    offering.do(routing.tick)

    with pytest.raises(OfferOver):
        offering.do(claims.accept, ticket_id, "agt_luis", 1)
    with pytest.raises(Reserved) as refused:
        offering.do(claims.claim, ticket_id, "agt_luis", 1)
    assert refused.value.name == "Eva"


def test_a_supervisor_takes_what_is_on_offer(offering: House):
    _, ticket_id = offering.hand_over("offer")
    offering.do(routing.tick)

    offering.do(claims.claim, ticket_id, "agt_sue", 1)

    assert holder(offering, ticket_id) == "agt_sue"


def test_in_a_pull_queue_the_quickest_has_what_is_on_offer_to_another(house: House):
    at_work(house, "Eva", "shipping", assigned_at=MONDAY_NOON)
    _, ticket_id = house.hand_over()
    later(house, 60, "ana", "eva")
    house.do(routing.tick)

    house.do(claims.claim, ticket_id, "agt_eva", 1)

    assert holder(house, ticket_id) == "agt_eva"


def test_an_offer_that_lapses_goes_to_the_next(offering: House):
    conversation_id, ticket_id = offering.hand_over("offer")
    offering.do(routing.tick)
    later(offering, 30, "eva", "luis")

    offering.do(routing.tick)

    assert offered(offering, ticket_id) == "agt_luis"
    assert offering.timeline(conversation_id) == ["handoff", "offer", "offer_over", "offer"]


def test_an_offer_that_is_declined_goes_to_the_next(offering: House):
    _, ticket_id = offering.hand_over("offer")
    offering.do(routing.tick)
    offering.do(claims.decline_offer, ticket_id, "agt_eva")

    offering.do(routing.tick)

    assert offered(offering, ticket_id) == "agt_luis"


def test_an_offer_to_who_leaves_her_desk_goes_to_the_next_at_once(offering: House):
    _, ticket_id = offering.hand_over("offer")
    offering.do(routing.tick)
    offering.do(presence.choose, "agt_eva", "away")

    offering.do(routing.tick)

    assert offered(offering, ticket_id) == "agt_luis"


def test_who_declined_is_asked_again_only_where_there_is_nobody_else(offering: House):
    _, ticket_id = offering.hand_over("offer")
    asked = []
    for _ in range(5):
        offering.do(routing.tick)
        asked.append(offered(offering, ticket_id))
        later(offering, 30, "eva", "luis")

    assert asked[:2] == ["agt_eva", "agt_luis"]
    assert None not in asked


def test_what_is_over_cannot_be_declined(offering: House):
    _, ticket_id = offering.hand_over("offer")
    offering.do(routing.tick)
    later(offering, 30)

    with pytest.raises(OfferOver):
        offering.do(claims.decline_offer, ticket_id, "agt_eva")


def test_what_is_on_offer_takes_room(offering: House):
    offering.do(lambda work: work.connection.execute(update(_agent).values(capacity=1)))
    tickets = [offering.hand_over("offer")[1] for _ in range(3)]

    offering.do(routing.tick)

    assert sorted(str(offered(offering, ticket)) for ticket in tickets) == ["None", "agt_eva", "agt_luis"]


def test_who_is_full_by_now_is_not_asked_as_planned(offering: House):
    _, ticket_id = offering.hand_over("offer")
    planned = routing.Plan(offering.ticket(ticket_id), "agt_eva", {"mode": "offer", "offer_seconds": 30})
    offering.do(lambda work: work.connection.execute(update(_agent).values(capacity=0)))

    given = offering.do(routing.carry_out, planned)

    assert (given, offered(offering, ticket_id)) == (0, None)


def test_what_is_answered_from_the_pages_own_inbox_is_given_to_nobody(pushing: House):
    at_work(pushing, "Eva")
    _, ticket_id = pushing.hand_over("push")
    change(pushing, ticket_id, held_outside_until=pushing.clock.at + timedelta(minutes=20))

    assert (pushing.do(routing.tick), holder(pushing, ticket_id)) == (0, None)


def reserve(house: House, ticket_id: str, agent_id: str) -> None:
    change(house, ticket_id, reserved_for=agent_id, reserved_until=house.clock.at + timedelta(minutes=2))


def test_what_is_reserved_waits_for_the_agent_she_had(pushing: House):
    at_work(pushing, "Eva", assigned_at=pushing.clock.at)
    at_work(pushing, "Luis")
    _, ticket_id = pushing.hand_over("push")
    reserve(pushing, ticket_id, "agt_eva")

    pushing.do(routing.tick)

    assert holder(pushing, ticket_id) == "agt_eva"


def test_a_reservation_keeps_others_away_until_it_lapses(house: House):
    at_work(house, "Eva", "shipping")
    _, ticket_id = house.hand_over()
    reserve(house, ticket_id, "agt_ana")
    later(house, 100, "ana")

    with pytest.raises(Reserved):
        house.do(claims.claim, ticket_id, "agt_eva", 1)
    later(house, 20)
    house.do(claims.claim, ticket_id, "agt_eva", 1)

    assert holder(house, ticket_id) == "agt_eva"


def test_a_reservation_for_somebody_who_left_binds_nobody(pushing: House):
    at_work(pushing, "Eva")
    _, ticket_id = pushing.hand_over("push")
    reserve(pushing, ticket_id, "agt_bo")
    pushing.do(presence.choose, "agt_bo", "away")

    pushing.do(routing.tick)

    assert holder(pushing, ticket_id) == "agt_eva"


def test_where_agents_claim_while_the_router_gives_every_ticket_has_one_holder_and_nobody_too_many(pushing: House):
    names = [f"Agent{number}" for number in range(4)]
    pushing.do(lambda work: [an_agent(work, name, ["push"], capacity=3) for name in names])
    tickets = [pushing.hand_over("push")[1] for _ in range(16)]
    acts: list[tuple[Any, ...]] = [(routing.tick,) for _ in range(3)]
    acts += [(claims.claim, ticket, f"agt_{name.lower()}", 1) for name in names for ticket in tickets[:4]]
    acts += [(claims.assign, ticket, "agt_agent0", 1, Giving("agt_sue")) for ticket in tickets[4:8]]

    _at_once(pushing, acts)

    held = [holder(pushing, ticket) for ticket in tickets]
    assert max(held.count(f"agt_{name.lower()}") for name in names) <= 3
    assert all(house_epoch(pushing, ticket) for ticket in tickets)


def house_epoch(house: House, ticket_id: str) -> bool:
    ticket = house.ticket(ticket_id)
    return ticket["epoch"] == house.conversation(ticket["conversation_id"])["epoch"] == (2 if ticket["holder_id"] else 1)


def test_a_plan_gives_each_agent_no_more_than_her_room():
    seats = [Seat({"agent_id": "a", "capacity": 2, "skills": [], "languages": ["es"], "assigned_at": None}, frozenset({"q"}), 0)]
    waiting = [_row(f"t{number}") for number in range(5)]

    plans = routing.plan(waiting, seats, {"q": {"relax_after_seconds": 120, "offer_seconds": 30}}, MONDAY_NOON)

    assert [one.ticket["ticket_id"] for one in plans] == ["t0", "t1"]


def _row(ticket_id: str) -> dict[str, Any]:
    nobody: dict[str, Any] = {"reserved_for": None, "reserved_until": None, "offered_to": None, "offered_until": None}
    times: dict[str, datetime | None] = {"opened_at": MONDAY_NOON, "requeued_at": None}
    return {"ticket_id": ticket_id, "queue_id": "q", "language": "es", "skills": [], "excluded": {}, **nobody, **times}


def _at_once(house: House, acts: list[tuple[Any, ...]]) -> list[Any]:
    together = Barrier(len(acts))

    def run(act: tuple[Any, ...]) -> Any:
        together.wait()
        try:
            return house.do(*act)
        except HandoffError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
