"""Keys of programs: how they end, and that what has ended stays so."""

from __future__ import annotations

import pytest

from handoff import agents, keys, staff
from handoff.keys import Integration, MadeKey
from tests.handoff.conftest import House

HER_PROGRAM = Integration("Excel", days=30)


@pytest.fixture
def key(house: House) -> MadeKey:
    """A key that speaks for Ana, for thirty days."""
    made: MadeKey = house.do(keys.issue, "agt_ana", HER_PROGRAM, "agt_sue")
    return made


def opens(house: House, key: MadeKey) -> bool:
    return keys.resolve(house.database, key.token) is not None


def test_a_key_speaks_for_its_agent_to_its_last_second(house: House, key: MadeKey):
    house.clock.forward(days=30, seconds=-1)

    known = keys.resolve(house.database, key.token)
    assert known is not None and known.viewer.agent_id == "agt_ana"


def test_a_key_opens_nothing_once_its_time_is_over(house: House, key: MadeKey):
    house.clock.forward(days=30)

    assert not opens(house, key)


def test_a_revoked_key_opens_nothing_though_its_agent_is_there(house: House, key: MadeKey):
    house.do(keys.revoke, key.api_key_id, "agt_sue")

    assert house.ask(staff.one, "agt_ana")["state"] != "deactivated"
    assert not opens(house, key)


def test_another_key_of_hers_still_opens(house: House, key: MadeKey):
    other: MadeKey = house.do(keys.issue, "agt_ana", HER_PROGRAM, "agt_sue")
    house.do(keys.revoke, key.api_key_id, "agt_sue")

    assert opens(house, other)


def test_the_key_of_a_person_who_left_stays_ended_when_she_comes_back(house: House, key: MadeKey):
    house.do(staff.deactivate, "agt_ana", "agt_sue")
    house.do(staff.bring_back, "agt_ana", "agt_sue")

    assert not opens(house, key)
    assert [keys.state(one, house.clock.at) for one in house.ask(keys.every)] == ["revoked"]


def test_a_program_goes_with_its_last_key(house: House):
    made: MadeKey = house.do(keys.add, Integration("ERP"), "agt_sue")
    house.do(keys.revoke, made.api_key_id, "agt_sue")

    assert [one["deactivated_at"] is not None for one in house.ask(agents.every) if one["agent_id"] == made.agent_id] == [True]
