"""An agent writes first: what she gets, and who may not be written to."""

from __future__ import annotations

from typing import Any

import pytest

from conversation.inbox import Sender
from handoff import access, blocking, claims, starting
from handoff.errors import AlreadyClaimed, Blocked, WindowClosed
from handoff.finding_errors import CannotStart
from handoff.replies import Reply
from handoff.starting import Start
from tests.handoff.conftest import House

NUMBER = "+34600112233"


class Shut:
    """A channel that lets nobody write freely."""

    def state(self, *_given: Any) -> str:
        return "closed"

    def lets(self, _author: str, _state: str, *, template: bool = False) -> bool:
        return template


def first_words(text: str = "Hola, Marta", window: Any = None, address: str = NUMBER) -> Start:
    sender = Sender("twilio-sms", "+34600000001", "phone", f"phone:{address}", address, "Marta", "es", wrote=False)
    return Start(sender, Reply(text, 0, 0, window=window))


def test_it_is_hers_and_her_words_are_on_their_way(house: House) -> None:
    begun = house.do(starting.start, "agt_ana", first_words())

    ticket = house.ticket(begun.ticket_id)
    assert (ticket["holder_id"], ticket["reason"], house.said(begun.conversation_id)) == (
        "agt_ana", "agent_started", ["Hola, Marta"])


def test_she_sees_it_from_then_on(house: House) -> None:
    begun = house.do(starting.start, "agt_ana", first_words())

    viewer = house.ask(access.viewer, "agt_ana")
    assert house.ask(access.conversation_for, viewer, begun.conversation_id).live_ticket is not None


def test_a_second_time_it_goes_on_in_the_same_ticket(house: House) -> None:
    first, again = (house.do(starting.start, "agt_ana", first_words(text)) for text in ("Hola", "¿Estás?"))

    assert (first.ticket_id, house.said(first.conversation_id)) == (again.ticket_id, ["Hola", "¿Estás?"])


def test_who_has_her_is_named(house: House) -> None:
    house.do(starting.start, "agt_bo", first_words())

    with pytest.raises(AlreadyClaimed, match="Bo"):
        house.do(starting.start, "agt_ana", first_words())


def test_who_waits_already_is_taken_from_the_queue_and_not_past_it(house: House) -> None:
    begun = house.do(starting.start, "agt_bo", first_words())
    house.do(claims.release, begun.ticket_id, "agt_bo")

    with pytest.raises(CannotStart):
        house.do(starting.start, "agt_ana", first_words())


def test_where_the_window_is_closed_nothing_is_left_behind(house: House) -> None:
    with pytest.raises(WindowClosed):
        house.do(starting.start, "agt_ana", first_words(window=Shut()))

    assert house.do(starting.start, "agt_bo", first_words()).ticket_id


def test_whom_we_do_not_answer_is_not_written_to(house: House) -> None:
    begun = house.do(starting.start, "agt_ana", first_words())
    house.do(blocking.block, begun.conversation_id, "agt_sue", "spam")

    with pytest.raises(Blocked):
        house.do(starting.start, "agt_ana", first_words())
