"""Opening a ticket, and what a contact writes while people have the conversation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from conversation import outbox
from conversation.events import Outgoing
from conversation.tables import OutboxPart
from handoff import claims, closing, desk, replies
from handoff.desk import Opening
from handoff.errors import UnknownTicket
from handoff.replies import Reply
from tests.builders import a_conversation, a_queue
from tests.handoff.conftest import House

Pair = tuple[str, str]


def test_a_handoff_gives_the_conversation_to_the_queue_under_a_new_epoch(house: House, queued: Pair):
    row = house.conversation(queued[0])

    assert (row["owner"], row["epoch"], row["waiting_since"]) == ("queue", 1, house.clock.at)


def test_a_ticket_keeps_why_it_was_opened(house: House):
    _, ticket_id = house.hand_over(summary="Dos semanas", priority="high", score=0.9, threshold=0.7, card={"path": "a › b"})

    ticket = house.ticket(ticket_id)
    assert ticket["evidence"][0]["quote"] == "quiero hablar con alguien ya"
    assert [ticket[name] for name in ("summary", "priority", "score", "threshold")] == ["Dos semanas", "high", 0.9, 0.7]
    assert ticket["card"] == {"path": "a › b"}


def test_a_handoff_is_acknowledged_once_by_the_house(house: House, queued: Pair):
    assert house.said(queued[0]) == ["ack_open[es] queue=Envíos wait=wait_unknown[es]"]


def test_out_of_hours_the_acknowledgement_says_when_people_are_back(house: House):
    house.do(a_queue, "night", hours={"tue": [["09:00", "10:00"]]}, titles={"es": "Noche"})

    conversation_id, _ = house.hand_over("night")

    assert house.said(conversation_id) == ["ack_closed[es] queue=Noche when=martes a las 9:00"]


def test_opening_twice_returns_the_same_ticket_and_says_nothing_more(house: House, queued: Pair):
    again = house.do(desk.open, queued[0], Opening("returns", "frustration"))

    assert again == queued[1]
    assert house.ticket(again)["queue_id"] == "shipping"
    assert len(house.said(queued[0])) == 1
    assert house.conversation(queued[0])["epoch"] == 1


def test_a_thousand_cries_for_a_person_are_one_ticket(house: House, queued: Pair):
    tickets = {house.do(desk.open, queued[0], Opening("shipping", "human_request")) for _ in range(20)}

    assert tickets == {queued[1]}


def test_an_unknown_queue_becomes_the_default_one(house: House):
    _, ticket_id = house.hand_over("no_such_queue")

    assert house.ticket(ticket_id)["queue_id"] == "shipping"


def test_a_handoff_works_in_a_house_without_any_queue(database, hand_clock):
    bare = House(database, hand_clock)

    _, ticket_id = bare.hand_over("shipping")

    assert bare.ticket(ticket_id)["queue_id"] == "general"


def test_an_unknown_conversation_cannot_be_handed_over(house: House):
    with pytest.raises(UnknownTicket):
        house.do(desk.open, "cnv_none", Opening("shipping", "human_request"))


def test_what_the_bot_had_not_sent_yet_is_suppressed(house: House):
    conversation_id = house.do(a_conversation)
    house.do(outbox.queue, conversation_id, Outgoing("Sigo buscando…"))

    house.do(desk.open, conversation_id, Opening("shipping", "human_request"))

    assert _parts(house, conversation_id) == [("bot", "suppressed"), ("system", "queued")]


def test_a_late_part_of_the_bot_carries_an_epoch_that_is_over(house: House):
    conversation_id = house.do(a_conversation)
    house.do(outbox.queue, conversation_id, Outgoing("Tu pedido…"))

    house.do(desk.open, conversation_id, Opening("shipping", "human_request"))

    part = OutboxPart.__table__
    with house.database.reading() as reader:
        epoch = reader.execute(select(part.c.epoch).where(part.c.author == "bot")).scalar_one()
    assert epoch < house.conversation(conversation_id)["epoch"]


def test_the_promise_of_the_queue_becomes_a_due_time(house: House, queued: Pair):
    assert house.ticket(queued[1])["due_at"] == house.clock.at + timedelta(minutes=15)


def test_a_handoff_stands_in_the_timeline(house: House, queued: Pair):
    assert house.timeline(queued[0]) == ["handoff"]


def test_a_message_to_people_counts_as_unread(house: House, held: Pair):
    house.writes(held[0])

    assert house.conversation(held[0])["unread"] == 2


def test_the_wait_of_a_contact_keeps_its_beginning(house: House, held: Pair):
    began = house.clock.at
    house.clock.forward(minutes=3)

    house.writes(held[0])

    assert house.conversation(held[0])["waiting_since"] == began


def test_a_new_question_after_an_answer_starts_a_new_wait(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Hecho", 2, 9))
    house.clock.forward(minutes=30)

    house.writes(held[0])

    assert house.ticket(held[1])["waiting_since"] == house.conversation(held[0])["waiting_since"] == house.clock.at


def test_how_long_is_answered_in_the_waiting_room(house: House, queued: Pair):
    house.writes(queued[0], "¿Cuánto falta?")

    assert house.said(queued[0])[-1] == "position[es] wait=wait_unknown[es]"


def test_details_are_noted_once(house: House, queued: Pair):
    house.writes(queued[0], "La caja llegó rota")
    house.writes(queued[0], "", content={"media": [{"type": "image"}]})

    assert house.said(queued[0])[1:] == ["noted[es]"]


def test_bot_leaves_the_queue_for_the_bot(house: House, queued: Pair):
    house.writes(queued[0], "Bot")

    row = house.conversation(queued[0])
    assert (row["owner"], row["epoch"], row["waiting_since"]) == ("bot", 2, None)
    assert house.ticket(queued[1])["state"] == "returned"
    assert house.said(queued[0])[-1] == "queue_left[es]"


def test_cancel_leaves_the_queue_for_good(house: House, queued: Pair):
    house.writes(queued[0], "cancelar")

    ticket = house.ticket(queued[1])
    assert (ticket["state"], ticket["disposition"], ticket["closed_by"]) == ("resolved", "cancelled", None)
    assert house.said(queued[0])[-1] == "cancelled[es]"


def test_nobody_but_the_holder_answers_what_a_contact_writes_to_her(house: House, held: Pair):
    before = house.said(held[0])

    house.writes(held[0], "¿Cuánto falta?")

    assert house.said(held[0]) == before


def test_a_snoozed_ticket_wakes_up_when_its_contact_writes(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(hours=4))

    house.writes(held[0])

    assert (house.ticket(held[1])["state"], house.ticket(held[1])["holder_id"]) == ("assigned", "agt_ana")


def test_a_snoozed_ticket_goes_to_the_queue_when_its_holder_is_away(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(hours=4))
    house.clock.forward(hours=1)

    house.writes(held[0])

    assert (house.ticket(held[1])["state"], house.ticket(held[1])["holder_id"]) == ("queued", None)


def test_a_returned_conversation_can_be_handed_over_again(house: House, held: Pair):
    house.do(closing.return_to_bot, held[1], "agt_ana")

    again = house.do(desk.open, held[0], Opening("shipping", "human_request"))

    assert again != held[1]
    assert house.conversation(held[0])["epoch"] == 4


def _parts(house: House, conversation_id: str) -> list[tuple[str, str]]:
    part = OutboxPart.__table__
    query = select(part.c.author, part.c.state).where(part.c.conversation_id == conversation_id).order_by(part.c.position)
    with house.database.reading() as reader:
        return [tuple(row) for row in reader.execute(query)]
