"""How a ticket ends: resolved by somebody, or back to the bot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conversation import outbox
from conversation.events import Outgoing
from handoff import claims, closing, replies
from handoff.errors import IllegalMove, NotHolder, UnknownDisposition
from handoff.replies import Reply
from tests.handoff.conftest import House

Pair = tuple[str, str]


def test_a_return_gives_the_conversation_to_the_bot_and_says_so(house: House, held: Pair):
    house.do(closing.return_to_bot, held[1], "agt_ana")

    row = house.conversation(held[0])
    assert (row["owner"], row["epoch"], row["waiting_since"], row["unread"]) == ("bot", 3, None, 0)
    assert house.said(held[0])[-1] == "returned[es] agent=Ana"


def test_a_return_leaves_the_state_of_the_bot_alone(house: House, held: Pair):
    house.do(closing.return_to_bot, held[1], "agt_ana")

    row = house.conversation(held[0])
    assert row["state"] == {} and row["state_epoch"] < row["epoch"]


def test_after_a_return_the_bot_speaks_under_the_new_epoch(house: House, held: Pair):
    house.do(closing.return_to_bot, held[1], "agt_ana")
    house.do(outbox.queue, held[0], Outgoing("Sigo yo"))

    assert house.said(held[0])[-1] == "Sigo yo"


def test_a_resolved_ticket_keeps_who_closed_it_and_how(house: House, held: Pair):
    house.do(closing.resolve, held[1], "agt_ana", "duplicate")

    ticket = house.ticket(held[1])
    assert (ticket["state"], ticket["disposition"], ticket["closed_by"]) == ("resolved", "duplicate", "agt_ana")
    assert ticket["closed_at"] == house.clock.at


def test_a_contact_who_was_answered_hears_that_it_is_solved(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Hecho", 2, 9))

    house.do(closing.resolve, held[1], "agt_ana")

    assert house.said(held[0])[-1].startswith("resolved[es] agent=Ana")


@pytest.mark.parametrize("disposition", ["spam", "duplicate", "no_answer"])
def test_nothing_is_said_where_nothing_was_solved(house: House, held: Pair, disposition: str):
    house.do(replies.reply, held[1], "agt_ana", Reply("Hecho", 2, 9))

    house.do(closing.resolve, held[1], "agt_ana", disposition)

    assert house.said(held[0])[-1] == "Hecho"


def test_a_disposition_we_do_not_know_is_refused(house: House, held: Pair):
    with pytest.raises(UnknownDisposition):
        house.do(closing.resolve, held[1], "agt_ana", "whatever")


@pytest.mark.parametrize("close", [closing.resolve, closing.return_to_bot])
def test_only_holder_and_supervisor_close(house: House, queued: Pair, close):
    house.do(claims.claim, queued[1], "agt_sue", 1)

    with pytest.raises(NotHolder):
        house.do(close, queued[1], "agt_ana")


def test_a_supervisor_clears_spam_from_the_queue(house: House, queued: Pair):
    house.do(closing.resolve, queued[1], "agt_sue", "spam")

    assert house.ticket(queued[1])["state"] == "resolved"


def test_an_agent_does_not_close_what_nobody_holds(house: House, queued: Pair):
    with pytest.raises(NotHolder):
        house.do(closing.resolve, queued[1], "agt_ana")


@pytest.mark.parametrize("close", [closing.resolve, closing.return_to_bot])
def test_a_closed_ticket_is_not_closed_again(house: House, held: Pair, close):
    house.do(closing.resolve, held[1], "agt_ana")

    with pytest.raises(IllegalMove):
        house.do(close, held[1], "agt_sue")


def test_a_snoozed_ticket_can_be_returned(house: House, held: Pair):
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(hours=1))

    house.do(closing.return_to_bot, held[1], "agt_ana")

    assert house.conversation(held[0])["owner"] == "bot"
