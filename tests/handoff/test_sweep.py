"""What time does at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handoff import claims, replies, sessions, sweep
from handoff.replies import Reply
from tests.handoff.conftest import House

Pair = tuple[str, str]


def test_a_broken_promise_is_admitted_once(house: House, queued: Pair):
    house.clock.forward(minutes=15)

    assert [house.do(sweep.tick) for _ in range(3)] == [1, 0, 0]
    assert house.said(queued[0])[1:] == ["late[es]"]
    assert house.timeline(queued[0]) == ["handoff", "late"]


def test_nothing_is_late_within_its_promise(house: House, queued: Pair):
    house.clock.forward(minutes=14, seconds=59)

    assert house.do(sweep.tick) == 0


def test_what_somebody_holds_is_never_late(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Un momento", 2, 9))
    house.clock.forward(days=3)

    assert house.do(sweep.tick) == 0


def test_a_contact_is_told_late_only_once_a_ticket(house: House, queued: Pair):
    house.clock.forward(minutes=15)
    house.do(sweep.tick)
    house.do(claims.claim, queued[1], "agt_sue", 1)
    house.do(claims.release, queued[1], "agt_sue")

    house.do(sweep.tick)

    assert house.said(queued[0]).count("late[es]") == 1


def test_a_tap_under_the_late_text_goes_back_to_the_bot(house: House, queued: Pair):
    house.clock.forward(minutes=15)
    house.do(sweep.tick)

    house.writes(queued[0], "Volver al bot", payload="desk.bot")

    assert house.conversation(queued[0])["owner"] == "bot"


def test_a_snooze_ends_at_its_time(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(minutes=1))
    house.clock.forward(minutes=1)

    house.do(sweep.tick)

    assert (house.ticket(held[1])["state"], house.ticket(held[1])["holder_id"]) == ("assigned", "agt_ana")


def test_a_holder_whose_pages_are_gone_loses_who_waits_for_her(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Un momento", 2, 9))
    house.writes(held[0])
    house.clock.forward(minutes=6, seconds=31)

    house.do(sweep.tick)

    assert (house.ticket(held[1])["state"], house.conversation(held[0])["owner"]) == ("queued", "queue")


def test_a_holder_who_comes_back_in_time_keeps_it(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Un momento", 2, 9))
    house.writes(held[0])
    house.clock.forward(minutes=6)
    house.do(sessions.seen, "agt_ana")
    house.clock.forward(minutes=1)

    assert house.do(sweep.tick) == 0


def test_a_holder_at_her_desk_who_writes_nothing_loses_it_too(house: House, held: Pair):
    house.clock.forward(minutes=5)
    house.do(sessions.seen, "agt_ana")

    house.do(sweep.tick)

    assert house.ticket(held[1])["state"] == "queued"


def test_nobody_loses_a_conversation_in_which_nobody_waits(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Escríbeme cuando llegue", 2, 9))
    house.clock.forward(days=2)

    assert house.do(sweep.tick) == 0


@pytest.mark.parametrize("patience", [sweep.Patience(away=timedelta(minutes=60), reply_minutes=60)])
def test_patience_can_be_set(house: House, held: Pair, patience: sweep.Patience):
    house.clock.forward(minutes=20)

    assert house.do(sweep.tick, patience) == 0


def test_a_requeued_ticket_says_why_in_the_timeline(house: House, held: Pair):
    house.clock.forward(minutes=5)
    house.do(sweep.tick)

    assert house.timeline(held[0]) == ["handoff", "claim", "release"]
