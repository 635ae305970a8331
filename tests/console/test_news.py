"""The page of news: one reply to all of a group, and orders that people mark."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from console.news_doors import NewsDesk
from conversation.tables import Message
from conversation.work import Database
from outreach.tables import NewsGroup
from tests.console import desks
from tests.outreach.shapes import HandDoors, a_buyer, news, take, tick

JSON = {"Accept": "application/json"}


@pytest.fixture
def group(database: Database) -> str:
    """A strike that two buyers were told of."""
    phones = ("+34600555001", "+34600555002")
    with database.work() as work:
        for phone in phones:
            a_buyer(work, phone, last_inbound_at=work.now)
    take(database, *(news(f"AB-{n}", "delayed", cause="strike", phone=phone) for n, phone in enumerate(phones)))
    tick(database, HandDoors())
    with database.reading() as session:
        return str(session.execute(select(NewsGroup.__table__.c.news_group_id)).scalar_one())


def replies(client: Client, group: str, text: str = "Llega el martes.") -> int:
    return int(desks.post(client, f"/console/news/{group}/replies", JSON, es=text).json["sent"])


def test_a_reply_to_a_group_that_is_sent_twice_is_said_once(sue: Client, group: str, database: Database) -> None:
    assert [replies(sue, group), replies(sue, group), replies(sue, group, "Llega el jueves.")] == [2, 0, 2]

    with database.reading() as session:
        said = session.execute(select(Message.__table__.c.text).where(Message.__table__.c.direction == "outbound")).scalars()
        assert sorted(said) == ["Llega el jueves."] * 2 + ["Llega el martes."] * 2


def test_a_shop_that_takes_its_time_is_not_asked_for_ever() -> None:
    times = iter([0.0, 1.0, 9.0, 16.0])
    found = NewsDesk(buyer=lambda reference: news(reference)).buyers(["ab 1", "AB-2", "AB-3"], lambda: next(times))

    assert list(found) == ["AB1", "AB2"]
