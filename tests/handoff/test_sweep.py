"""What time does at the desk to those who hold a ticket; what nobody took is in test_ladder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.tables import TimelineEntry
from handoff import claims, presence, replies, sessions, sla, sweep, undoing
from handoff.house_tables import Notice
from handoff.replies import Reply
from handoff.tables import Agent, Queue
from tests.handoff.conftest import House

Pair = tuple[str, str]


def setting(house: House, **changes: Any) -> None:
    house.do(lambda work: work.connection.execute(update(Queue.__table__).values(**changes)))


def data_of(house: House, kind: str) -> list[dict[str, Any]]:
    table = TimelineEntry.__table__
    with house.database.reading() as reader:
        return list(reader.execute(select(table.c.data).where(table.c.kind == kind)).scalars())


def rung(house: House, kind: str) -> list[str]:
    table = Notice.__table__
    with house.database.reading() as reader:
        return sorted(reader.execute(select(table.c.agent_id).where(table.c.kind == kind)).scalars())


def answer(house: House, held: Pair, epoch: int = 2) -> None:
    house.do(replies.reply, held[1], "agt_ana", Reply("Un momento", epoch, 9))


def at_her_desk(house: House, **later: float) -> None:
    """Time goes by while Ana's page is open."""
    house.clock.forward(**later)
    house.do(sessions.seen, "agt_ana")


def test_a_holder_who_says_nothing_is_reminded_after_three_fifths(house: House, held: Pair):
    at_her_desk(house, minutes=3)

    assert [house.do(sweep.tick) for _ in range(2)] == [1, 0]
    assert rung(house, "warned") == ["agt_ana"]
    assert data_of(house, "warned") == [{"clock": "reply", "agent": "Ana"}]


def test_a_holder_who_says_nothing_loses_it(house: House, held: Pair):
    at_her_desk(house, minutes=5)
    house.do(sweep.tick)

    assert (house.ticket(held[1])["state"], house.conversation(held[0])["owner"]) == ("queued", "queue")
    assert data_of(house, "release") == [{"agent": "Ana", "reason": "no_reply"}]


def test_the_minutes_for_her_first_words_are_the_queues(house: House, queued: Pair):
    setting(house, reply_minutes=20)
    house.do(claims.claim, queued[1], "agt_ana", 1)
    at_her_desk(house, minutes=11)

    assert house.do(sweep.tick) == 0


def test_the_minutes_for_her_first_words_are_open_ones(house: House):
    setting(house, hours={"mon": [["09:00", "13:02"], ["16:00", "19:00"]]})
    _, ticket_id = house.hand_over()
    house.do(claims.claim, ticket_id, "agt_ana", 1)

    assert house.ticket(ticket_id)["reply_due_at"] == house.clock.at + timedelta(hours=3, minutes=3)


def test_who_wrote_in_time_keeps_it(house: House, held: Pair):
    answer(house, held)
    at_her_desk(house, minutes=30)

    assert house.do(sweep.tick) == 0


@pytest.mark.parametrize(("seconds", "state"), [(89, "assigned"), (90, "queued")])
def test_who_waits_for_a_holder_without_a_page_goes_back_to_the_queue(house: House, held: Pair, seconds: int, state: str):
    house.clock.forward(seconds=seconds)
    house.do(sweep.tick)

    assert house.ticket(held[1])["state"] == state


def test_nobody_who_does_not_wait_is_taken_from_an_absent_holder(house: House, held: Pair):
    answer(house, held)
    house.clock.forward(hours=2)

    assert house.do(sweep.tick) == 0


def test_who_writes_to_an_absent_holder_goes_back_to_the_queue(house: House, held: Pair):
    answer(house, held)
    house.clock.forward(hours=2)
    house.writes(held[0])
    house.do(sweep.tick)

    assert (house.ticket(held[1])["state"], house.ticket(held[1])["holder_id"]) == ("queued", None)
    assert data_of(house, "release") == [{"agent": "Ana", "reason": "holder_away"}]


@pytest.mark.parametrize(("minutes", "state"), [(4, "assigned"), (5, "queued")])
def test_who_says_she_is_away_loses_who_waits_for_her_after_a_while(house: House, held: Pair, minutes: int, state: str):
    setting(house, reply_minutes=60)
    house.do(presence.choose, "agt_ana", "away")
    at_her_desk(house, minutes=minutes)
    house.do(sweep.tick)

    assert house.ticket(held[1])["state"] == state


def test_who_is_away_and_writes_all_the_same_keeps_hers(house: House, held: Pair):
    house.do(presence.choose, "agt_ana", "away")
    at_her_desk(house, minutes=4)
    answer(house, held)
    at_her_desk(house, minutes=4)
    house.writes(held[0])

    assert house.do(sweep.tick) == 0


def test_a_snooze_ends_at_its_time(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(minutes=1))
    at_her_desk(house, minutes=1)
    house.do(sweep.tick)

    assert (house.ticket(held[1])["state"], house.ticket(held[1])["holder_id"]) == ("assigned", "agt_ana")
    assert rung(house, "assigned") == ["agt_ana"]


def test_a_snooze_until_she_writes_has_no_time(house: House, held: Pair):
    answer(house, held)
    house.do(claims.snooze, held[1], "agt_ana", None)
    house.clock.forward(days=30)

    assert house.do(sweep.tick) == 0


def test_a_snooze_that_was_cut_short_is_remembered(house: House, held: Pair):
    until = house.clock.at + timedelta(hours=4)
    house.do(claims.snooze, held[1], "agt_ana", until)
    house.writes(held[0])

    assert house.ticket(held[1])["former_snooze"] == until


def test_the_first_answer_is_warned_of_and_breaks_once(house: House, held: Pair):
    setting(house, reply_minutes=60)
    house.do(sla.recompute, "shipping")
    at_her_desk(house, minutes=11, seconds=15)
    house.do(sweep.tick)
    at_her_desk(house, minutes=3, seconds=45)
    house.do(sweep.tick)
    house.do(sweep.tick)

    assert [data_of(house, kind)[0]["clock"] for kind in ("warned", "breached")] == ["first", "first"]
    assert len(data_of(house, "breached")) == 1
    assert rung(house, "breached") == ["agt_ana", "agt_sue"]


def test_the_next_answer_is_due_from_the_oldest_message_without_one(house: House, held: Pair):
    setting(house, answer_minutes=40)
    answer(house, held)
    at_her_desk(house, hours=2)
    house.writes(held[0])
    asked_at = house.clock.at
    at_her_desk(house, minutes=1)
    house.writes(held[0], "¿Hola?")

    assert house.ticket(held[1])["due_at"] == asked_at + timedelta(minutes=40)


def test_an_answer_ends_the_clock_of_answers(house: House, held: Pair):
    answer(house, held)

    ticket = house.ticket(held[1])
    assert (ticket["due_at"], ticket["due_check_at"], ticket["reply_due_at"]) == (None, None, None)


def test_the_whole_is_settled_without_the_time_it_waited_for_the_contact(house: House):
    setting(house, resolve_minutes=60)
    conversation_id, ticket_id = house.hand_over()
    opened_at = house.clock.at
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    at_her_desk(house, minutes=1)
    answer(house, (conversation_id, ticket_id))
    at_her_desk(house, minutes=30)
    house.writes(conversation_id)

    assert house.ticket(ticket_id)["resolve_due_at"] == opened_at + timedelta(minutes=90)


def test_the_whole_is_settled_without_the_time_it_was_laid_aside(house: House):
    setting(house, resolve_minutes=60)
    _, ticket_id = house.hand_over()
    opened_at = house.clock.at
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    house.do(claims.snooze, ticket_id, "agt_ana", house.clock.at + timedelta(minutes=50))
    at_her_desk(house, minutes=50)
    house.do(sweep.tick)

    assert house.ticket(ticket_id)["resolve_due_at"] == opened_at + timedelta(minutes=110)


def test_the_whole_is_warned_of_and_breaks_once(house: House):
    setting(house, resolve_minutes=8, reply_minutes=60, promise_minutes=60)
    _, ticket_id = house.hand_over()
    house.do(claims.claim, ticket_id, "agt_ana", 1)
    for _ in range(5):
        at_her_desk(house, minutes=2)
        house.do(sweep.tick)

    assert [one["clock"] for kind in ("warned", "breached") for one in data_of(house, kind)] == ["resolution"] * 2


@pytest.mark.parametrize(("hours", "state"), [(23, "assigned"), (24, "resolved")])
def test_what_its_contact_leaves_in_silence_closes_by_itself(house: House, held: Pair, hours: int, state: str):
    answer(house, held)
    at_her_desk(house, hours=hours)
    house.do(sweep.tick)

    assert house.ticket(held[1])["state"] == state


def test_closing_by_itself_says_nothing_and_asks_nothing(house: House, held: Pair):
    answer(house, held)
    before = house.said(held[0])
    at_her_desk(house, hours=24)
    house.do(sweep.tick)

    assert house.said(held[0]) == before
    assert (house.ticket(held[1])["disposition"], house.ticket(held[1])["rating_asked_at"]) == ("no_answer", None)


def test_who_waits_for_an_answer_is_never_closed_by_time(house: House, held: Pair):
    setting(house, reply_minutes=9_999)
    house.do(sla.recompute, "shipping")
    answer(house, held)
    at_her_desk(house, hours=1)
    house.writes(held[0])
    at_her_desk(house, hours=40)
    house.do(sweep.tick)

    assert house.ticket(held[1])["state"] == "assigned"


def test_what_was_laid_aside_is_not_closed_by_silence(house: House, held: Pair):
    answer(house, held)
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(days=7))
    house.clock.forward(days=3)

    assert house.do(sweep.tick) == 0


def test_a_queue_may_close_nothing_by_itself(house: House, queued: Pair):
    setting(house, auto_resolve_hours=0)
    house.do(claims.claim, queued[1], "agt_ana", 1)
    answer(house, queued)
    at_her_desk(house, days=30)

    assert house.do(sweep.tick) == 0


def test_a_contact_who_writes_rings_her_holder_once_a_wait(house: House, held: Pair):
    answer(house, held)
    house.writes(held[0])
    house.writes(held[0], "¿Hola?")

    assert rung(house, "replied") == ["agt_ana"]


def test_what_is_called_back_was_never_an_answer(house: House, held: Pair):
    due = {name: house.ticket(held[1])[name] for name in ("due_at", "due_check_at", "reply_due_at", "reply_warn_at")}
    house.clock.forward(minutes=1)
    message_id = house.do(replies.reply, held[1], "agt_ana", Reply("Un momento", 2, 9, hold_seconds=5))
    house.do(undoing.undo, message_id, "agt_ana")

    assert {name: house.ticket(held[1])[name] for name in due} == due


def test_new_hours_move_every_due_time(house: House, queued: Pair):
    setting(house, hours={"mon": [["09:00", "13:05"], ["16:00", "19:00"]]})

    assert house.do(sla.recompute, "shipping") == 1
    assert house.ticket(queued[1])["due_at"] == house.clock.at + timedelta(hours=3, minutes=10)


def test_new_minutes_move_the_timer_of_a_holder(house: House, held: Pair):
    setting(house, reply_minutes=30)
    house.do(sla.recompute, "shipping")

    assert house.ticket(held[1])["reply_due_at"] == house.clock.at + timedelta(minutes=30)


def test_a_holder_who_left_the_house_counts_as_gone(house: House, held: Pair):
    house.do(lambda work: work.connection.execute(update(Agent.__table__).values(last_seen_at=None)))
    house.clock.forward(minutes=2)
    house.do(sweep.tick)

    assert house.ticket(held[1])["state"] == "queued"
