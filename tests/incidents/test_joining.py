"""Photos that come while people have the conversation join the case that lacks them, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from conversation.tables import Conversation
from incidents import case_rows, joining, photo_rows
from incidents.photo_rows import TAKEN_OFF
from tests.incidents.conftest import House, a_picture


def held(house: House, owner: str = "queue") -> None:
    with house.database.work() as work:
        work.connection.execute(update(Conversation.__table__).values(owner=owner))


def joined(house: House, talks_of: str = "AB77777", days: int = 1) -> list[str]:
    """What joins now of what came in so many days, as the codes of the cases."""
    with house.database.reading() as session:
        waiting = joining.waiting(session, house.clock.now() - timedelta(days=days))
    ids = [house.do(joining.join, house.book, files, talks_of) for files in waiting.values()]
    with house.database.reading() as session:
        return [case_rows.find(session, one)["code"] for one in ids if one]


def shown(house: House, case: Mapping[str, Any]) -> list[str]:
    return [photo["attachment_id"] for photo in house.dossier(case).counted]


def test_what_comes_after_the_handoff_joins_the_case_that_lacks_it(house: House) -> None:
    case = house.opens()
    held(house)
    sent = [house.sends(a_picture(1)), house.sends(a_picture(2))]

    assert (joined(house), shown(house, case), joined(house)) == (["INC-1001"], sent, [])
    with house.database.reading() as session:
        assert case_rows.joined(session, house.conversation_id) == {case["incident_id"]: 2}


def test_while_the_bot_has_the_conversation_nothing_joins(house: House) -> None:
    house.opens()
    house.sends(a_picture(1))

    assert joined(house) == []


def test_a_case_that_lacks_no_photo_takes_none_by_itself(house: House) -> None:
    house.sends(a_picture(1))
    house.sends(a_picture(2))
    house.opens()
    held(house)
    house.sends(a_picture(3))

    assert joined(house) == []


def test_what_she_sent_long_before_the_case_is_left_to_people(house: House) -> None:
    held(house)
    house.sends(a_picture(1))
    house.clock.forward(hours=30)
    house.opens()

    assert joined(house, days=7) == []


@pytest.mark.parametrize("talks_of", ["ZZ99999", ""])
def test_what_may_be_about_another_order_is_left_to_people(house: House, talks_of: str) -> None:
    house.opens()
    if not talks_of:
        house.opens(number="ZZ-99999")
    held(house)
    house.sends(a_picture(1))

    assert joined(house, talks_of) == []


def test_what_was_set_aside_stays_aside(house: House) -> None:
    case = house.opens()
    held(house)
    house.sends(a_picture(1))
    joined(house)
    photo = house.dossier(case).photos[0]["incident_photo_id"]
    house.do(photo_rows.sort, case["incident_id"], photo, TAKEN_OFF)
    again = house.opens(what="otra vez")

    assert (joined(house), shown(house, again)) == ([], [])


def test_a_carrier_that_documents_nothing_takes_the_first(house: House) -> None:
    case = house.opens(order={"carrier": "MRW"})
    held(house)
    house.sends(a_picture(1))
    first = joined(house)
    house.sends(a_picture(2))

    assert (first, joined(house), len(shown(house, case))) == (["INC-1001"], [], 1)
