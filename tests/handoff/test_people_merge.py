"""One person on two channels: joined and taken apart by who may see both, and blocked as one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from conversation.tables import Contact
from handoff import blocking, people_merge
from handoff.errors import UnknownTicket
from handoff.finding_errors import NotJoined, NotTwo
from tests.handoff.conftest import House


@pytest.fixture
def pair(house: House) -> tuple[str, str]:
    """Two contacts whose conversations wait in shipping."""
    first, second = house.hand_over()[0], house.hand_over()[0]
    return house.conversation(first)["contact_id"], house.conversation(second)["contact_id"]


def person(house: House, contact_id: str) -> list[str]:
    return [row["contact_id"] for row in house.ask(people_merge.contacts_of, contact_id)]


def test_joined_they_are_one_from_either_side(house: House, pair: tuple[str, str]) -> None:
    house.do(people_merge.join, *pair, "agt_ana")

    assert (person(house, pair[0]), person(house, pair[1])) == (list(pair), list(reversed(pair)))


def test_taken_apart_they_are_two(house: House, pair: tuple[str, str]) -> None:
    house.do(people_merge.join, *pair, "agt_ana")
    house.do(people_merge.part, pair[0], "agt_ana")

    assert (person(house, pair[0]), person(house, pair[1])) == ([pair[0]], [pair[1]])


def test_a_third_one_is_joined_with_both(house: House, pair: tuple[str, str]) -> None:
    third = house.conversation(house.hand_over()[0])["contact_id"]
    house.do(people_merge.join, *pair, "agt_ana")
    house.do(people_merge.join, third, pair[0], "agt_ana")

    assert set(person(house, pair[1])) == {*pair, third}


def test_who_sees_only_one_of_them_joins_nobody(house: House, pair: tuple[str, str]) -> None:
    hidden = house.conversation(house.hand_over("returns")[0])["contact_id"]

    with pytest.raises(UnknownTicket):
        house.do(people_merge.join, pair[0], hidden, "agt_ana")


def test_nobody_is_joined_with_herself_or_twice(house: House, pair: tuple[str, str]) -> None:
    house.do(people_merge.join, *pair, "agt_ana")

    for other in pair:
        with pytest.raises(NotTwo):
            house.do(people_merge.join, pair[0], other, "agt_ana")


def test_who_is_alone_is_not_taken_apart(house: House, pair: tuple[str, str]) -> None:
    with pytest.raises(NotJoined):
        house.do(people_merge.part, pair[0], "agt_ana")


def blocked(house: House, pair: tuple[str, str]) -> list[bool]:
    table = Contact.__table__
    query = select(table.c.blocked_at).where(table.c.contact_id.in_(pair))
    return [at is not None for at in house.ask(lambda reader: reader.execute(query).scalars().all())]


def test_a_block_holds_for_all_she_is_and_so_does_its_end(house: House, pair: tuple[str, str]) -> None:
    conversation_id, _ = house.hand_over()
    contact_id = house.conversation(conversation_id)["contact_id"]
    house.do(people_merge.join, *pair, "agt_sue")
    house.do(people_merge.join, contact_id, pair[0], "agt_sue")
    house.do(blocking.block, conversation_id, "agt_sue", "spam")

    during = blocked(house, pair)
    house.do(blocking.unblock, conversation_id, "agt_sue")

    assert (during, blocked(house, pair)) == ([True, True], [False, False])


def test_a_block_of_the_one_holds_for_whoever_is_joined_with_her(house: House, pair: tuple[str, str]) -> None:
    conversation_id, _ = house.hand_over()
    house.do(blocking.block, conversation_id, "agt_sue", "spam")
    house.do(people_merge.join, pair[0], house.conversation(conversation_id)["contact_id"], "agt_sue")

    assert blocked(house, (pair[0],)) == [True]


def test_both_conversations_tell_of_it(house: House, queued: tuple[str, str], pair: tuple[str, str]) -> None:
    house.do(people_merge.join, house.conversation(queued[0])["contact_id"], pair[0], "agt_ana")

    assert house.timeline(queued[0])[-1] == "person_joined"
