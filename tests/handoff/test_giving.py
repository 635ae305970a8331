"""Giving by name, giving back everything, and taking over: who may, and what keeps her from it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.tables import TimelineEntry
from handoff import capacity, claims, closing, presence, settings
from handoff.claims import Giving
from handoff.errors import AlreadyClaimed, NoRoom, NotAllowed, StaleEpoch
from handoff.house_tables import Notice
from handoff.routing_errors import Away, CannotTake, LacksSkill
from handoff.tables import Ticket
from tests.builders import a_conversation, an_agent
from tests.handoff.conftest import House

Pair = tuple[str, str]
_line, _notice, _ticket = TimelineEntry.__table__, Notice.__table__, Ticket.__table__


def test_a_supervisor_gives_a_waiting_ticket_to_a_named_agent(house: House, queued: Pair):
    result = house.do(claims.assign, queued[1], "agt_ana", 1, Giving("agt_sue"))

    assert (result.holder_name, house.ticket(queued[1])["holder_id"]) == ("Ana", "agt_ana")
    assert house.said(queued[0])[-1] == "taken[es] agent=Ana queue=Envíos"
    assert _data(house, "claim") == {"agent": "Ana", "waited_seconds": 0, "by": "Sue"}
    assert _told(house, "agt_ana") == ["queued", "assigned"]


def test_only_supervisors_assign(house: House, queued: Pair):
    house.do(an_agent, "Eva", ["shipping"])

    with pytest.raises(NotAllowed):
        house.do(claims.assign, queued[1], "agt_eva", 1, Giving("agt_ana"))


@pytest.mark.parametrize(("name", "changes", "why"), [
    ("Eva", {"presence": "away"}, "away"), ("Eva", {"last_seen_at": None}, "away"), ("Eva", {"capacity": 0}, "full"),
])
def test_who_cannot_take_it_is_not_assigned(house: House, queued: Pair, name: str, changes: dict[str, Any], why: str):
    house.do(an_agent, name, ["shipping"], **changes)

    with pytest.raises(CannotTake) as refused:
        house.do(claims.assign, queued[1], "agt_eva", 1, Giving("agt_sue"))

    assert (refused.value.why, house.ticket(queued[1])["state"]) == (why, "queued")


def test_somebody_of_another_queue_is_not_assigned(house: House, queued: Pair):
    with pytest.raises(CannotTake) as refused:
        house.do(claims.assign, queued[1], "agt_bo", 1, Giving("agt_sue"))

    assert refused.value.why == "queue"


def test_a_supervisor_may_go_beyond_a_capacity_and_it_is_noted(house: House, queued: Pair):
    house.do(an_agent, "Eva", ["shipping"], capacity=0)

    house.do(claims.assign, queued[1], "agt_eva", 1, Giving("agt_sue", force=True))

    assert _data(house, "claim")["forced"] is True


def test_who_assigns_what_a_colleague_took_is_told_who(house: House, held: Pair):
    house.do(an_agent, "Eva", ["shipping"])

    with pytest.raises(AlreadyClaimed) as refused:
        house.do(claims.assign, held[1], "agt_eva", 1, Giving("agt_sue"))

    assert refused.value.holder_name == "Ana"


def test_an_old_page_does_not_assign(house: House, held: Pair):
    house.do(claims.release, held[1], "agt_ana")

    with pytest.raises(StaleEpoch):
        house.do(claims.assign, held[1], "agt_ana", 1, Giving("agt_sue"))


def test_assigning_twice_is_the_same_as_once(house: House, held: Pair):
    assert house.do(claims.assign, held[1], "agt_ana", 1, Giving("agt_sue")).already


def test_everything_an_agent_has_in_hand_goes_back_at_once(house: House, held: Pair):
    other = house.hand_over()[1]
    house.do(claims.claim, other, "agt_ana", 1)

    assert house.do(claims.requeue_all, "agt_sue", "agt_ana", "enferma") == 2
    assert [house.ticket(ticket)["state"] for ticket in (held[1], other)] == ["queued", "queued"]
    assert _data(house, "release") == {"agent": "Ana", "by": "Sue", "reason": "enferma"}


def test_what_she_laid_aside_stays_with_her(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", None)

    assert house.do(claims.requeue_all, "agt_sue", "agt_ana") == 0


def test_only_supervisors_requeue_everything(house: House, held: Pair):
    with pytest.raises(NotAllowed):
        house.do(claims.requeue_all, "agt_ana", "agt_ana")


def test_who_is_away_does_not_take_over(house: House):
    conversation_id = house.do(a_conversation)
    house.do(presence.choose, "agt_sue", "away")

    with pytest.raises(Away):
        house.do(claims.take_over, conversation_id, "agt_sue", 0)

    assert house.conversation(conversation_id)["owner"] == "bot"


def test_a_take_over_beyond_the_capacity_asks_first(house: House):
    house.do(an_agent, "Tom", role="supervisor", capacity=0)
    conversation_id = house.do(a_conversation)

    with pytest.raises(NoRoom):
        house.do(claims.take_over, conversation_id, "agt_tom", 0)
    house.do(claims.take_over, conversation_id, "agt_tom", 0, force=True)

    assert _data(house, "take_over")["forced"] is True


def test_who_lacks_a_skill_is_asked_first(house: House, queued: Pair):
    _wants(house, queued[1], ["refunds"])

    with pytest.raises(LacksSkill) as refused:
        house.do(claims.claim, queued[1], "agt_ana", 1)
    assert refused.value.skills == ("refunds",)
    house.do(claims.claim, queued[1], "agt_ana", 1, force=True)

    assert (_data(house, "claim")["lacks"], house.ticket(queued[1])["relaxed"]) == (["refunds"], 1)


def test_a_skill_that_was_dropped_is_not_asked_for(house: House, queued: Pair):
    _wants(house, queued[1], ["refunds"])
    house.clock.forward(seconds=120)

    house.do(claims.claim, queued[1], "agt_ana", 1)

    assert house.ticket(queued[1])["holder_id"] == "agt_ana"


def test_another_language_keeps_nobody_from_helping_and_shows(house: House):
    house.do(an_agent, "Eva", ["shipping"], languages=["en"])
    _, ticket_id = house.hand_over()

    house.do(claims.claim, ticket_id, "agt_eva", 1)

    assert (_data(house, "claim")["lacks"], house.ticket(ticket_id)["relaxed"]) == (["language:es"], 1)


def test_both_agents_hear_of_a_transfer_that_a_supervisor_made(house: House, held: Pair):
    house.do(an_agent, "Eva", ["shipping"])

    house.do(claims.transfer_to_agent, held[1], "agt_sue", "agt_eva", "Eva conoce el caso")

    assert (_told(house, "agt_ana")[-1], _told(house, "agt_eva")[-1]) == ("moved", "transferred")


@pytest.mark.parametrize("move", [
    lambda work, ticket: claims.release(work, ticket, "agt_sue"), lambda work, ticket: claims.snooze(work, ticket, "agt_sue", None),
    lambda work, ticket: closing.resolve(work, ticket, "agt_sue"), lambda work, ticket: claims.requeue_all(work, "agt_sue", "agt_ana")])
def test_who_held_it_hears_that_a_supervisor_moved_it(house: House, held: Pair, move: Any):
    house.do(move, held[1])

    assert _told(house, "agt_ana")[-1] == "moved"


def test_nobody_is_told_of_her_own_moves(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", None)

    assert "moved" not in _told(house, "agt_ana")


def test_a_released_ticket_rings_its_queue_again_but_not_who_released_it(house: House, held: Pair):
    house.do(an_agent, "Eva", ["shipping"])

    house.do(claims.release, held[1], "agt_ana")

    assert (_told(house, "agt_eva"), _told(house, "agt_ana")) == (["queued"], ["queued"])


def test_how_long_a_conversation_counts_can_be_set(house: House, held: Pair):
    house.do(settings.put, "active_minutes", 30, "agt_sue")
    house.do(lambda work: claims.ledger.note_conversation(work, held[0], {"waiting_since": None}))
    house.clock.forward(minutes=29)

    assert house.ask(capacity.loads, house.clock.at) == {"agt_ana": 1}


def _wants(house: House, ticket_id: str, skills: list[str]) -> None:
    house.do(lambda work: work.connection.execute(
        update(_ticket).where(_ticket.c.ticket_id == ticket_id).values(skills=skills)))


def _data(house: House, kind: str) -> dict[str, Any]:
    query = select(_line.c.data).where(_line.c.kind == kind).order_by(_line.c.entry_id.desc()).limit(1)
    return house.ask(lambda reader: reader.execute(query).scalar_one())


def _told(house: House, agent_id: str) -> list[str]:
    query = select(_notice.c.kind).where(_notice.c.agent_id == agent_id).order_by(_notice.c.notice_id)
    return house.ask(lambda reader: reader.execute(query).scalars().all())
