"""Who sees what: Ana (shipping), Bo (returns), Sue (supervisor), Max (no queue), as a table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from handoff import access, claims, closing, lists, replies
from handoff.errors import UnknownAgent, UnknownTicket
from handoff.lists import Wanted
from handoff.replies import Reply
from tests.builders import a_channel, a_conversation, a_message, an_agent
from tests.handoff.conftest import House

PEOPLE = ("agt_ana", "agt_bo", "agt_sue", "agt_max")


def _of_the_bot(house: House) -> str:
    return house.do(a_conversation)


def _waiting_in_shipping(house: House) -> str:
    return house.hand_over("shipping")[0]


def _in_anas_hands(house: House) -> str:
    conversation_id, ticket_id = house.hand_over("shipping")
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    return conversation_id


def _anas_but_moved_to_returns(house: House) -> str:
    conversation_id, ticket_id = house.hand_over("shipping")
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    house.do(claims.transfer_to_queue, ticket_id, "agt_ana", "returns", "quiere devolverlo")
    return conversation_id


def _returned_by_ana(house: House) -> str:
    conversation_id, ticket_id = house.hand_over("shipping")
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    house.do(closing.return_to_bot, ticket_id, "agt_ana")
    return conversation_id


def _in_bos_hands(house: House) -> str:
    conversation_id, ticket_id = house.hand_over("returns")
    house.do(claims.claim, ticket_id, "agt_bo", 1)
    return conversation_id


TABLE = [
    (_of_the_bot, {"agt_sue"}),
    (_waiting_in_shipping, {"agt_ana", "agt_sue"}),
    (_in_anas_hands, {"agt_ana", "agt_sue"}),
    (_anas_but_moved_to_returns, {"agt_bo", "agt_sue"}),
    (_returned_by_ana, {"agt_ana", "agt_sue"}),
    (_in_bos_hands, {"agt_bo", "agt_sue"}),
]


@pytest.mark.parametrize(("make", "seers"), TABLE)
def test_a_conversation_is_seen_by_those_it_concerns(house: House, make, seers: set[str]):
    conversation_id = make(house)

    assert {agent for agent in PEOPLE if _sees(house, agent, conversation_id)} == seers


@pytest.mark.parametrize(("make", "seers"), TABLE)
def test_the_list_shows_exactly_what_may_be_opened(house: House, make, seers: set[str]):
    make(house)

    assert {agent for agent in PEOPLE if _listed(house, agent)} == seers


@pytest.mark.parametrize(("make", "seers"), TABLE)
def test_the_counts_show_exactly_what_may_be_opened(house: House, make, seers: set[str]):
    make(house)

    assert {agent for agent in PEOPLE if _counts(house, agent)["all"]} == seers


def test_a_ticket_of_another_queue_looks_like_none(house: House):
    _, ticket_id = house.hand_over("returns")

    assert _refusal(house, access.ticket_for, ticket_id) == _refusal(house, access.ticket_for, "tkt_none").replace(
        "tkt_none", ticket_id)


def test_a_message_of_another_queue_looks_like_none(house: House):
    message = house.do(a_message, house.hand_over("returns")[0])

    assert _refusal(house, access.message_for, message["message_id"]) == _refusal(
        house, access.message_for, "msg_none").replace("msg_none", message["message_id"])


def test_a_message_of_her_queue_is_given(house: House):
    message = house.do(a_message, house.hand_over("shipping")[0])

    found = house.ask(access.message_for, house.ask(access.viewer, "agt_ana"), message["message_id"])

    assert found["text"] == message["text"]


def test_a_deactivated_agent_is_nobody(house: House):
    house.do(an_agent, "Eva", deactivated_at=house.clock.at)

    with pytest.raises(UnknownAgent):
        house.ask(access.viewer, "agt_eva")


def test_the_tabs_count_what_they_show(house: House):
    _in_anas_hands(house)
    house.hand_over("shipping")

    counts = _counts(house, "agt_ana")

    assert counts == {"mine": 1, "queued": 1, "unanswered": 2, "snoozed": 0, "all": 2}
    assert all(len(_listed(house, "agt_ana", tab)) == count for tab, count in counts.items())


def test_an_answered_conversation_leaves_the_unanswered(house: House):
    conversation_id = _in_anas_hands(house)
    ticket_id = _listed(house, "agt_ana")[0]["ticket_id"]

    house.do(replies.reply, ticket_id, "agt_ana", Reply("Hola", 2, 9))

    assert _listed(house, "agt_ana", "unanswered") == []
    assert [row["conversation_id"] for row in _listed(house, "agt_ana", "mine")] == [conversation_id]


def test_who_waits_longest_stands_first_whoever_wrote_last(house: House):
    first, _ = house.hand_over()
    house.clock.forward(minutes=5)
    second, _ = house.hand_over()
    house.writes(first)

    assert [row["conversation_id"] for row in _listed(house, "agt_ana", "queued")] == [first, second]


def test_an_urgent_ticket_stands_before_an_older_one(house: House):
    house.hand_over(priority="low")
    house.hand_over()
    urgent, _ = house.hand_over(priority="urgent")

    assert _listed(house, "agt_ana", "queued")[0]["conversation_id"] == urgent


def test_a_list_can_be_narrowed_to_a_queue(house: House):
    house.hand_over("shipping")
    wanted, _ = house.hand_over("returns")

    rows = _rows(house, "agt_sue", Wanted(queue_id="returns"))

    assert [row["conversation_id"] for row in rows] == [wanted]


def test_a_list_can_be_narrowed_to_a_language_and_a_channel(house: House):
    house.do(a_conversation, language="en")
    wanted = house.do(a_conversation, language="pt")

    channels = frozenset({house.do(a_channel)})
    rows = _rows(house, "agt_sue", Wanted(language="pt", channels=channels))

    assert [row["conversation_id"] for row in rows] == [wanted]


def test_a_row_names_the_contact_and_the_holder(house: House):
    _in_anas_hands(house)

    row = _listed(house, "agt_sue")[0]

    assert (row["contact_name"], row["holder_name"], row["ticket_state"]) == ("Marta", "Ana", "assigned")


def test_a_conversation_with_two_tickets_is_one_row_with_the_newest(house: House):
    conversation_id = _returned_by_ana(house)
    house.do(claims.take_over, conversation_id, "agt_sue", 3)

    assert [row["ticket_state"] for row in _listed(house, "agt_sue")] == ["assigned"]


def _sees(house: House, agent_id: str, conversation_id: str) -> bool:
    try:
        house.ask(access.conversation_for, house.ask(access.viewer, agent_id), conversation_id)
    except UnknownTicket:
        return False
    return True


def _listed(house: House, agent_id: str, tab: str = "all"):
    return _rows(house, agent_id, Wanted(tab))


def _rows(house: House, agent_id: str, wanted: Wanted):
    return house.ask(lists.rows, house.ask(access.viewer, agent_id), wanted, house.clock.at)


def _counts(house: House, agent_id: str) -> Mapping[str, int]:
    return house.ask(lists.counts, house.ask(access.viewer, agent_id), house.clock.at).tabs


def _refusal(house: House, question, key: str) -> str:
    with pytest.raises(UnknownTicket) as refused:
        house.ask(question, house.ask(access.viewer, "agt_ana"), key)
    return str(refused.value)
