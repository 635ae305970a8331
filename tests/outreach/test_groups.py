"""Groups that people hold, let go, stop and take back; who of their buyers wants no news."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from conversation.tables import Conversation
from conversation.work import Database
from outreach import groups, stopping
from outreach.errors import GroupEnded, UnknownGroup
from outreach.groups import Marked
from outreach.policy import Policy
from outreach.tables import NewsConsent, NewsGroup
from tests.builders import MONDAY_NOON
from tests.outreach.shapes import MARTA, USUAL, HandDoors, news, take, tick, why

HELD = Policy(hold_from=2)
CAUSE = "seur:strike"


@pytest.fixture
def group_id(database: Database, talk: str) -> str:
    """A carrier's event that hit so many that a person has to let it go."""
    take(database, *(news(f"AB-{n}", "delayed", cause=CAUSE) for n in range(2)), policy=HELD)
    return the_group(database)


def the_group(database: Database) -> str:
    with database.reading() as session:
        return str(session.execute(select(NewsGroup.__table__.c.news_group_id)).scalar_one())


def do(database: Database, act: Callable[..., Any], *values: Any) -> Any:
    with database.work() as work:
        return act(work, *values)


def test_who_was_told_of_a_cause_hears_no_more_of_it_for_her_other_orders(database: Database, doors: HandDoors, talk: str) -> None:
    for number in (1, 2):
        take(database, news(f"AB-{number}", "delayed", cause=CAUSE))
        tick(database, doors)

    assert (doors.told, why(database, "AB-2:delayed")) == ([("AB-1", "delayed")], ("dropped", "told_with_group"))


def test_what_was_let_go_is_told_and_what_comes_later_too(database: Database, doors: HandDoors, group_id: str) -> None:
    assert do(database, groups.let_go, group_id, "agt_sue") == 2
    take(database, news("AB-9", "delayed", cause=CAUSE, phone="+34600999888"), policy=HELD)

    assert why(database, "AB-9:delayed") == ("waiting", "")


def test_what_is_held_back_is_told_to_nobody_once_it_is_stopped(database: Database, doors: HandDoors, group_id: str) -> None:
    assert do(database, groups.stop, group_id) == 2
    take(database, news("AB-9", "delayed", cause=CAUSE), policy=HELD)
    tick(database, doors)

    assert doors.begun == []
    assert [why(database, f"AB-{n}:delayed") for n in (0, 9)] == [("dropped", "group_stopped")] * 2


def test_what_comes_for_a_group_that_people_hold_is_held(database: Database, talk: str, doors: HandDoors) -> None:
    take(database, news("AB-1", "delayed", cause=CAUSE))
    do(database, groups.hold, the_group(database))
    take(database, news("AB-2", "delayed", cause=CAUSE))

    assert [why(database, f"AB-{n}:delayed")[0] for n in (1, 2)] == ["held", "held"]


def test_who_lets_go_waits_for_nothing(database: Database, talk: str, doors: HandDoors) -> None:
    take(database, news(kind="delayed", cause=CAUSE, not_before=MONDAY_NOON + timedelta(hours=1)))
    do(database, groups.hold, the_group(database))
    do(database, groups.let_go, the_group(database), "agt_sue")
    tick(database, doors)

    assert doors.told == [("AB-12345", "delayed")]


@pytest.mark.parametrize("act", [groups.hold, groups.stop, groups.undo])
def test_a_group_that_has_ended_is_not_moved_and_none_that_is_not_there(
    database: Database, group_id: str, act: Callable[..., Any]
) -> None:
    do(database, groups.stop, group_id)

    with pytest.raises(GroupEnded):
        do(database, act, group_id)
    with pytest.raises(UnknownGroup):
        do(database, act, "nwg_none")


def test_whom_the_shop_does_not_name_is_known_from_before(database: Database, talk: str, doors: HandDoors) -> None:
    take(database, news(facts={"carrier": "SEUR", "eta": "2026-11-24"}))
    do(database, groups.mark, Marked("Huelga", "delayed", {"es": "Hay huelga."}, ["ab 12345"], "agt_sue", {"eta": None}), {}, USUAL)
    tick(database, doors)

    (*_, data) = doors.begun[-1]
    assert (data["words"], data["carrier"], "eta" in data) == ("Hay huelga.", "SEUR", False)


def test_only_what_many_or_people_say_is_one_cause_marks_their_conversations(
    database: Database, talk: str, doors: HandDoors
) -> None:
    take(database, news(kind="delayed", cause=CAUSE))
    tick(database, doors)

    assert "tag" not in doors.begun[0][-1]


def stopped(database: Database, talk: str) -> bool:
    with database.reading() as session:
        table = Conversation.__table__
        return session.execute(select(table.c.news_stopped_at).where(table.c.conversation_id == talk)).scalar_one() is not None


def test_what_the_shop_says_stops_what_is_on_its_way_and_may_let_it_go_on(database: Database, talk: str) -> None:
    states = []
    for consent in (False, None, True):
        take(database, news(key=f"n:{consent}", consent=consent))
        states.append(stopped(database, talk))

    assert states == [True, True, False]


@pytest.mark.parametrize("wanted", [False, True])
def test_what_she_said_herself_the_shop_does_not_change(database: Database, talk: str, wanted: bool) -> None:
    do(database, stopping.wish, MARTA, wanted, "contact")
    take(database, news(consent=not wanted))

    with database.reading() as session:
        row = session.execute(select(NewsConsent.__table__)).mappings().one()
    assert (row["state"], row["source"], stopped(database, talk)) == ("granted" if wanted else "refused", "contact", False)


def test_an_address_of_no_phone_has_no_other(database: Database) -> None:
    do(database, stopping.wish, "webchat-1", False, "contact")

    with database.reading() as session:
        assert session.execute(select(NewsConsent.__table__)).all() == []


def test_her_word_and_the_shops_at_once_do_not_wait_for_each_other(database: Database, talk: str) -> None:
    table = Conversation.__table__
    shop = threading.Thread(target=take, args=(database, news(consent=False)))
    with database.work() as work:
        work.connection.execute(select(table).where(table.c.conversation_id == talk).with_for_update())
        shop.start()
        shop.join(0.3)
        stopping.wish(work, MARTA, True, "contact")
    shop.join(5)

    with database.reading() as session:
        assert session.execute(select(NewsConsent.__table__.c.state)).scalars().all() == ["granted"]
