"""Who holds a ticket: one winner, room, release, transfer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from conversation import outbox
from conversation.events import Outgoing
from conversation.tables import OutboxPart
from handoff import access, capacity, claims, closing, replies
from handoff.errors import (
    AlreadyClaimed,
    HandoffError,
    IllegalMove,
    NoRoom,
    NoteTooShort,
    NotHolder,
    StaleEpoch,
    UnknownAgent,
    UnknownQueue,
    UnknownTicket,
)
from handoff.replies import Reply
from handoff.routing_errors import CannotTake
from tests.builders import MONDAY_NOON, a_conversation, a_queue, an_agent
from tests.handoff.conftest import House

Pair = tuple[str, str]


def test_a_claim_gives_the_ticket_to_its_agent_under_a_new_epoch(house: House, queued: Pair):
    result = house.do(claims.claim, queued[1], "agt_ana", 1)

    ticket, row = house.ticket(queued[1]), house.conversation(queued[0])
    assert (ticket["state"], ticket["holder_id"], ticket["epoch"]) == ("assigned", "agt_ana", 2)
    assert (row["owner"], row["epoch"], result.epoch) == ("agent", 2, 2)


def test_the_contact_hears_the_name_of_who_took_it(house: House, held: Pair):
    assert house.said(held[0])[-1] == "taken[es] agent=Ana queue=Envíos"


def test_a_second_click_is_the_same_as_one(house: House, held: Pair):
    again = house.do(claims.claim, held[1], "agt_ana", 1)

    assert (again.already, again.epoch) == (True, 2)
    assert len(house.said(held[0])) == 2


def test_a_second_agent_is_told_who_has_it(house: House, held: Pair):
    with pytest.raises(AlreadyClaimed) as refused:
        house.do(claims.claim, held[1], "agt_sue", 1)

    assert refused.value.holder_name == "Ana"


def test_an_old_page_cannot_claim(house: House, held: Pair):
    house.do(claims.release, held[1], "agt_ana")

    with pytest.raises(StaleEpoch):
        house.do(claims.claim, held[1], "agt_ana", 1)


def test_a_closed_ticket_cannot_be_claimed(house: House, held: Pair):
    house.do(closing.resolve, held[1], "agt_ana")

    with pytest.raises(IllegalMove):
        house.do(claims.claim, held[1], "agt_ana", 3)


def test_of_fifty_claims_at_once_one_wins_and_the_others_learn_who(house: House, queued: Pair):
    def build(work: Any) -> list[str]:
        return [an_agent(work, f"Agent{number}", ["shipping"]) for number in range(50)]
    agents = house.do(build)

    outcomes = _at_once(house, [(claims.claim, queued[1], agent, 1) for agent in agents])

    winners = [outcome for outcome in outcomes if isinstance(outcome, claims.ClaimResult)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, AlreadyClaimed)]
    assert (len(winners), len(losers)) == (1, 49)
    assert {loser.holder_name for loser in losers} == {winners[0].holder_name}
    assert house.ticket(queued[1])["epoch"] == house.conversation(queued[0])["epoch"] == 2


def test_claims_at_once_never_exceed_an_agents_room(house: House):
    house.do(an_agent, "Eva", ["shipping"], capacity=3)
    tickets = [house.hand_over()[1] for _ in range(8)]

    outcomes = _at_once(house, [(claims.claim, ticket, "agt_eva", 1) for ticket in tickets])

    assert sum(isinstance(outcome, claims.ClaimResult) for outcome in outcomes) == 3
    assert sum(isinstance(outcome, NoRoom) for outcome in outcomes) == 5


def test_a_full_agent_is_told_her_load(house: House):
    house.do(an_agent, "Eva", ["shipping"], capacity=1)
    house.do(claims.claim, house.hand_over()[1], "agt_eva", 1)

    with pytest.raises(NoRoom) as refused:
        house.do(claims.claim, house.hand_over()[1], "agt_eva", 1)

    assert (refused.value.load, refused.value.capacity) == (1, 1)


def test_a_full_agent_may_claim_all_the_same(house: House):
    house.do(an_agent, "Eva", ["shipping"], capacity=0)

    house.do(claims.claim, house.hand_over()[1], "agt_eva", 1, force=True)

    assert house.ask(capacity.load_of, "agt_eva", house.clock.at) == 1


def test_an_answered_and_quiet_conversation_takes_no_room(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9))
    house.clock.forward(minutes=11)

    assert house.ask(capacity.load_of, "agt_ana", house.clock.at) == 0


def test_a_claim_lists_what_the_bot_had_on_the_wire(house: House):
    conversation_id = house.do(a_conversation)
    message_id = house.do(outbox.queue, conversation_id, Outgoing("Tu pedido…"))
    house.do(lambda work: work.connection.execute(update(OutboxPart.__table__).values(state="sending")))

    result = house.do(claims.take_over, conversation_id, "agt_sue", 0)

    assert [part["message_id"] for part in result.on_the_wire] == [message_id]


def test_an_agent_of_another_queue_does_not_even_see_the_ticket(house: House, queued: Pair):
    with pytest.raises(UnknownTicket):
        house.do(claims.claim, queued[1], "agt_bo", 1)


def test_a_take_over_stops_the_bot(house: House):
    conversation_id = house.do(a_conversation)

    house.do(claims.take_over, conversation_id, "agt_sue", 0)

    row = house.conversation(conversation_id)
    assert (row["owner"], row["epoch"]) == ("agent", 1)
    assert house.said(conversation_id) == ["taken[es] agent=Sue queue=Envíos"]
    assert house.timeline(conversation_id) == ["take_over"]


def test_two_who_take_over_at_once_are_one_holder(house: House):
    house.do(an_agent, "Tom", role="supervisor")
    conversation_id = house.do(a_conversation)

    outcomes = _at_once(house, [(claims.take_over, conversation_id, agent, 0) for agent in ("agt_sue", "agt_tom")])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyClaimed", "ClaimResult"]


def test_a_waiting_conversation_is_claimed_and_not_taken_over(house: House, queued: Pair):
    with pytest.raises(IllegalMove):
        house.do(claims.take_over, queued[0], "agt_sue", 1)


def test_an_old_page_cannot_take_over(house: House, held: Pair):
    house.do(closing.return_to_bot, held[1], "agt_ana")

    with pytest.raises(StaleEpoch):
        house.do(claims.take_over, held[0], "agt_ana", 1)


def test_a_released_ticket_keeps_its_place_in_the_queue(house: House, held: Pair):
    began = house.ticket(held[1])["waiting_since"]
    house.clock.forward(minutes=9)
    _, newer = house.hand_over()

    house.do(claims.release, held[1], "agt_ana", "me voy")

    assert house.ticket(held[1])["waiting_since"] == began < house.ticket(newer)["waiting_since"]
    assert house.conversation(held[0])["owner"] == "queue"


def test_only_the_holder_releases(house: House, queued: Pair):
    house.do(an_agent, "Eva", ["shipping"])
    house.do(claims.claim, queued[1], "agt_eva", 1)

    with pytest.raises(NotHolder) as refused:
        house.do(claims.release, queued[1], "agt_ana")

    assert refused.value.holder_name == "Eva"


def test_a_supervisor_releases_for_somebody(house: House, held: Pair):
    house.do(claims.release, held[1], "agt_sue")

    assert house.ticket(held[1])["state"] == "queued"


def test_the_same_agent_is_introduced_once(house: House, held: Pair):
    house.do(claims.release, held[1], "agt_ana")

    house.do(claims.claim, held[1], "agt_ana", 3)

    assert house.said(held[0]).count("taken[es] agent=Ana queue=Envíos") == 1


def test_a_transfer_names_the_colleague_to_the_contact(house: House, held: Pair):
    house.do(an_agent, "Luis", ["shipping"])

    house.do(claims.transfer_to_agent, held[1], "agt_ana", "agt_luis", "Lleva tres días esperando")

    assert house.ticket(held[1])["holder_id"] == "agt_luis"
    assert house.said(held[0])[-1] == "transfer[es] agent=Luis queue=Envíos"
    assert house.conversation(held[0])["epoch"] == 3


def test_a_transfer_needs_a_note(house: House, held: Pair):
    with pytest.raises(NoteTooShort):
        house.do(claims.transfer_to_agent, held[1], "agt_ana", "agt_sue", " ok ")


def test_a_transfer_needs_room_at_the_other_end(house: House, held: Pair):
    house.do(an_agent, "Luis", ["shipping"], capacity=0)

    with pytest.raises(CannotTake) as refused:
        house.do(claims.transfer_to_agent, held[1], "agt_ana", "agt_luis", "te toca a ti")

    assert refused.value.facts == {"winner": "", "colleague": "Luis", "reason": "full", "offer": "queue:shipping"}


def test_a_transfer_goes_only_to_somebody_who_may_see_it(house: House, held: Pair):
    with pytest.raises(CannotTake) as refused:
        house.do(claims.transfer_to_agent, held[1], "agt_ana", "agt_max", "te toca a ti")

    assert refused.value.why == "queue"


def test_a_transfer_goes_only_to_somebody_at_her_desk(house: House, held: Pair):
    house.do(an_agent, "Luis", ["shipping"], presence="away")

    with pytest.raises(CannotTake) as refused:
        house.do(claims.transfer_to_agent, held[1], "agt_ana", "agt_luis", "te toca a ti")

    assert refused.value.why == "away"


def test_a_transfer_to_nobody_we_know_is_refused(house: House, held: Pair):
    with pytest.raises(UnknownAgent):
        house.do(claims.transfer_to_agent, held[1], "agt_ana", "agt_none", "te toca a ti")


def test_a_retired_queue_takes_nothing_any_more(house: House, held: Pair):
    house.do(a_queue, "old", retired_at=MONDAY_NOON)

    with pytest.raises(UnknownQueue):
        house.do(claims.transfer_to_queue, held[1], "agt_ana", "old", "esto es de los antiguos")


def test_of_two_transfers_at_once_one_happens(house: House, held: Pair):
    for name in ("Luis", "Eva"):
        house.do(an_agent, name, ["shipping"])

    outcomes = _at_once(house, [(claims.transfer_to_agent, held[1], "agt_ana", colleague, "te toca a ti")
                                for colleague in ("agt_luis", "agt_eva")])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotHolder"]
    assert house.conversation(held[0])["epoch"] == 3


def test_a_transfer_to_a_queue_acknowledges_again(house: House, held: Pair):
    house.do(claims.transfer_to_queue, held[1], "agt_ana", "returns", "quiere devolverlo")

    ticket = house.ticket(held[1])
    assert (ticket["state"], ticket["queue_id"], ticket["holder_id"]) == ("queued", "returns", None)
    assert house.said(held[0])[-1].startswith("ack_open[es] queue=Devoluciones")


def test_a_transfer_to_an_unknown_queue_is_refused(house: House, held: Pair):
    with pytest.raises(UnknownQueue):
        house.do(claims.transfer_to_queue, held[1], "agt_ana", "nowhere", "quiere devolverlo")


def test_a_snooze_keeps_the_holder_and_the_epoch(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(hours=1))

    ticket = house.ticket(held[1])
    assert (ticket["state"], ticket["holder_id"], ticket["epoch"]) == ("snoozed", "agt_ana", 2)


def test_every_move_stands_in_the_timeline(house: House, held: Pair):
    house.do(claims.release, held[1], "agt_ana")
    house.do(claims.claim, held[1], "agt_sue", 3)
    house.do(closing.resolve, held[1], "agt_sue", "spam")

    assert house.timeline(held[0]) == ["handoff", "claim", "release", "claim", "resolve"]


def test_a_deactivated_agent_cannot_claim(house: House, queued: Pair):
    house.do(an_agent, "Eva", ["shipping"], deactivated_at=house.clock.at)

    with pytest.raises(UnknownAgent):
        house.do(claims.claim, queued[1], "agt_eva", 1)


def test_load_counts_only_what_an_agent_has_in_hand(house: House, held: Pair):
    house.hand_over()

    assert house.ask(capacity.load_of, "agt_ana", house.clock.at) == 1
    assert house.ask(access.viewer, "agt_ana").capacity == 4


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
