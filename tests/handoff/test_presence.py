"""Who is at her desk: her own word, her pages, and the two together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from conversation.tables import TimelineEntry
from handoff import colleagues, presence, sessions
from handoff.errors import UnknownAgent
from handoff.tables import Agent
from tests.builders import MONDAY_NOON, an_agent
from tests.handoff.conftest import House

NOW = MONDAY_NOON
_line, _agent = TimelineEntry.__table__, Agent.__table__


@pytest.mark.parametrize(("said", "seconds", "stands"), [
    ("online", 0, "online"), ("online", 89, "online"), ("online", 90, "offline"), ("online", None, "offline"),
    ("away", 10, "away"), ("away", 90, "offline"),
])
def test_online_is_her_word_and_a_page_of_hers(house: House, said: str, seconds: int | None, stands: str):
    seen = None if seconds is None else NOW - timedelta(seconds=seconds)
    house.do(an_agent, "Eva", presence=said, last_seen_at=seen)

    row = house.ask(lambda reader: reader.execute(select(_agent).where(_agent.c.agent_id == "agt_eva")).mappings().one())
    in_sql = house.ask(lambda reader: reader.execute(select(_agent.c.agent_id).where(presence.online(NOW))).scalars().all())

    assert presence.of(row, NOW) == stands
    assert ("agt_eva" in in_sql) == (stands == "online")


def test_each_change_is_a_line_of_the_timeline(house: House):
    house.do(presence.choose, "agt_ana", "away")
    house.do(presence.choose, "agt_ana", "away")
    house.clock.forward(minutes=2)
    house.do(presence.seen, "agt_ana")
    house.do(presence.choose, "agt_ana", "online")

    assert _changes(house) == [("online", "away"), ("offline", "away"), ("away", "online")]


def test_a_page_that_reports_itself_again_and_again_writes_no_line(house: House):
    for _ in range(5):
        house.clock.forward(seconds=30)
        house.do(sessions.seen, "agt_ana")

    assert _changes(house) == []


def test_another_word_is_no_presence(house: House):
    with pytest.raises(ValueError, match="online, away"):
        house.do(presence.choose, "agt_ana", "lunch")


def test_nobody_is_not_online(house: House):
    with pytest.raises(UnknownAgent):
        house.do(presence.choose, "agt_nobody", "online")


def test_who_logs_out_everywhere_is_gone_at_once(house: House):
    first, second = (house.do(sessions.create, "agt_ana") for _ in range(2))

    house.do(sessions.revoke, first)
    assert _stands(house) == "online"
    house.do(sessions.revoke, second)
    assert _stands(house) == "offline"


def test_colleagues_show_their_room_and_those_at_their_desks_first(house: House):
    house.do(an_agent, "Aaron", ["shipping"], last_seen_at=None)

    found = house.ask(colleagues.every, house.clock.at)

    assert [one.name for one in found] == ["Ana", "Bo", "Max", "Sue", "Aaron"]
    assert [one.name for one in found if one.takes("shipping")] == ["Ana", "Sue"]
    assert (found[0].load, found[0].capacity, found[0].room) == (0, 4, 4)


def test_a_program_is_no_colleague(house: House):
    house.do(an_agent, "Bridge", ["shipping"], is_integration=True)

    assert "Bridge" not in [one.name for one in house.ask(colleagues.every, house.clock.at)]


def _stands(house: House) -> str:
    return next(one.presence for one in house.ask(colleagues.every, house.clock.at) if one.agent_id == "agt_ana")


def _changes(house: House) -> list[tuple[str, str]]:
    query = select(_line.c.data).where(_line.c.kind == "presence").order_by(_line.c.entry_id)
    return [(data["from"], data["to"]) for data in house.ask(lambda reader: reader.execute(query).scalars().all())]
