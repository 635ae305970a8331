"""Blocking: who may, what ends with it, and that it can be undone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from conversation import outbox
from conversation.events import Outgoing
from conversation.tables import Contact, Conversation, OutboxPart
from handoff import access, blocking, claims, closing
from handoff.errors import NotAllowed, NotHolder, UnknownBlockReason, UnknownTicket
from tests.builders import a_channel, a_conversation
from tests.handoff.conftest import House


def contact_of(house: House, conversation_id: str) -> dict[str, Any]:
    contact_id = house.conversation(conversation_id)["contact_id"]
    query = select(Contact.__table__).where(Contact.__table__.c.contact_id == contact_id)
    with house.database.reading() as reader:
        return dict(reader.execute(query).mappings().one())


def parts(house: House, conversation_id: str) -> list[tuple[str, str, str | None]]:
    table = OutboxPart.__table__
    query = select(table.c.author, table.c.state, table.c.error_code).where(table.c.conversation_id == conversation_id)
    with house.database.reading() as reader:
        return [tuple(row) for row in reader.execute(query.order_by(table.c.position))]


def test_the_holder_blocks_her_contact(house: House, held: tuple[str, str]) -> None:
    house.do(blocking.block, held[0], "agt_ana", "abuse")

    contact = contact_of(house, held[0])
    assert (contact["blocked_at"], contact["blocked_by"], contact["blocked_why"]) == (house.clock.at, "agt_ana", "abuse")


def test_a_block_ends_the_ticket_without_a_word(house: House, held: tuple[str, str]) -> None:
    said = house.said(held[0])
    house.do(blocking.block, held[0], "agt_ana", "spam")

    ticket = house.ticket(held[1])
    assert (ticket["state"], ticket["disposition"], house.said(held[0])) == ("resolved", "blocked", said)


def test_a_block_stands_in_the_timeline(house: House, held: tuple[str, str]) -> None:
    house.do(blocking.block, held[0], "agt_ana", "spam")

    assert house.timeline(held[0])[-2:] == ["resolve", "blocked"]


def test_what_the_bot_had_not_sent_is_dropped(house: House, held: tuple[str, str]) -> None:
    house.do(lambda work: outbox.queue(work, held[0], Outgoing("Hola", author="bot")))
    house.do(lambda work: outbox.queue(work, held[0], Outgoing("Soy Ana", author="agent"), "agt_ana"))
    house.do(blocking.block, held[0], "agt_ana", "spam")

    assert parts(house, held[0])[-2:] == [("bot", "suppressed", "blocked"), ("agent", "queued", None)]


def test_a_supervisor_blocks_whom_the_bot_has(house: House) -> None:
    conversation_id = house.do(a_conversation)
    house.do(blocking.block, conversation_id, "agt_sue", "spam")

    assert contact_of(house, conversation_id)["blocked_by"] == "agt_sue"


def test_what_the_bot_waits_for_is_void_once_she_is_blocked(house: House) -> None:
    conversation_id = house.do(a_conversation)
    house.do(blocking.block, conversation_id, "agt_sue", "spam")

    assert house.conversation(conversation_id)["epoch"] == 1


def test_a_colleague_who_does_not_hold_it_may_not_block(house: House, queued: tuple[str, str]) -> None:
    with pytest.raises(NotHolder):
        house.do(blocking.block, queued[0], "agt_ana", "spam")


def test_whoever_may_not_see_it_learns_nothing(house: House, held: tuple[str, str]) -> None:
    with pytest.raises(UnknownTicket):
        house.do(blocking.block, held[0], "agt_max", "spam")


def test_whoever_closed_it_as_spam_may_still_block(house: House, held: tuple[str, str]) -> None:
    house.do(closing.resolve, held[1], "agt_ana", "spam")
    house.do(blocking.block, held[0], "agt_ana", "spam")

    assert contact_of(house, held[0])["blocked_at"] is not None


def test_a_block_twice_is_a_block_once(house: House, held: tuple[str, str]) -> None:
    first = house.do(blocking.block, held[0], "agt_ana", "spam")
    second = house.do(blocking.block, held[0], "agt_ana", "abuse")

    assert (first, second, contact_of(house, held[0])["blocked_why"]) == (True, False, "spam")


def test_a_block_needs_a_reason_we_know(house: House, held: tuple[str, str]) -> None:
    with pytest.raises(UnknownBlockReason):
        house.do(blocking.block, held[0], "agt_ana", "because")


def test_her_waiting_tickets_on_other_channels_end_too(house: House, held: tuple[str, str]) -> None:
    other, ticket_id = house.hand_over()
    contact_id = house.conversation(held[0])["contact_id"]
    same_contact(house, other, contact_id)
    house.do(blocking.block, held[0], "agt_ana", "spam")

    assert house.ticket(ticket_id)["disposition"] == "blocked"


def test_what_a_colleague_holds_on_another_channel_stays_hers(house: House, held: tuple[str, str]) -> None:
    other, ticket_id = house.hand_over()
    house.do(claims.claim, ticket_id, "agt_sue", 1)
    same_contact(house, other, house.conversation(held[0])["contact_id"])
    house.do(blocking.block, held[0], "agt_ana", "spam")

    assert house.ticket(ticket_id)["state"] == "assigned"


def test_an_unblocked_contact_is_answered_again(house: House, held: tuple[str, str]) -> None:
    house.do(blocking.block, held[0], "agt_ana", "spam")
    house.do(blocking.unblock, held[0], "agt_ana")

    assert contact_of(house, held[0])["blocked_at"] is None and house.timeline(held[0])[-1] == "unblocked"


def test_supervisors_see_whom_we_do_not_answer(house: House, held: tuple[str, str]) -> None:
    house.do(blocking.block, held[0], "agt_ana", "spam")
    (row,) = house.do(lambda work: blocking.blocked(work.connection, sue(work)))

    assert (row["name"], row["agent"], row["blocked_why"], row["conversation_id"]) == ("Marta", "Ana", "spam", held[0])


def test_agents_do_not_see_the_list(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.do(lambda work: blocking.blocked(work.connection, access.viewer(work.connection, "agt_ana")))


def sue(work: Any) -> Any:
    return access.viewer(work.connection, "agt_sue")


def same_contact(house: House, conversation_id: str, contact_id: str) -> None:
    """Make a conversation one of this contact's, on another channel."""
    table = Conversation.__table__

    def move(work: Any) -> None:
        channel_id = a_channel(work, "twilio-sms")
        work.connection.execute(table.update().where(table.c.conversation_id == conversation_id)
                                .values(contact_id=contact_id, channel_id=channel_id))
    house.do(move)
