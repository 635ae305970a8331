"""Tags, unread, and who goes first: said by those who may see her, each with its line."""

from __future__ import annotations

import pytest

from handoff import tagging
from handoff.errors import UnknownTicket
from handoff.finding_errors import BadTag
from tests.handoff.conftest import House


def test_a_tag_hangs_once_whatever_its_capitals(house: House, queued: tuple[str, str]) -> None:
    house.do(tagging.add, queued[0], "agt_ana", " Prisa ")

    assert (house.do(tagging.add, queued[0], "agt_ana", "prisa"), house.conversation(queued[0])["tags"]) == (False, ["Prisa"])


def test_a_tag_is_taken_off_and_both_are_told(house: House, queued: tuple[str, str]) -> None:
    house.do(tagging.add, queued[0], "agt_ana", "prisa")
    house.do(tagging.remove, queued[0], "agt_ana", "PRISA")

    assert house.timeline(queued[0])[-2:] == ["tagged", "untagged"]


@pytest.mark.parametrize("tag", ["", "   ", "x" * 41])
def test_a_tag_that_is_none_is_refused(house: House, queued: tuple[str, str], tag: str) -> None:
    with pytest.raises(BadTag):
        house.do(tagging.add, queued[0], "agt_ana", tag)


def test_who_may_not_see_it_tags_nothing(house: House, queued: tuple[str, str]) -> None:
    with pytest.raises(UnknownTicket):
        house.do(tagging.add, queued[0], "agt_bo", "prisa")


def test_what_was_read_is_unread_again(house: House, held: tuple[str, str]) -> None:
    house.do(tagging.mark_unread, held[0], "agt_ana")

    assert house.conversation(held[0])["unread"] >= 1


def test_her_live_ticket_goes_first_from_now_on(house: House, queued: tuple[str, str]) -> None:
    contact_id = house.conversation(queued[0])["contact_id"]

    house.do(tagging.set_vip, contact_id, "agt_ana", True)

    assert house.ticket(queued[1])["vip"]
