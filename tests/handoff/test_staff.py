"""The people as admins keep them: rights at once, never without an admin, every change with its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from conversation.tables import TimelineEntry
from handoff import access, agents, queue_book, sessions, skill_book, staff
from handoff.admin_errors import BadValue, LastAdmin, StillNeeded
from handoff.agents import Person
from handoff.errors import BadZone, EmailTaken, UnknownAgent
from tests.builders import an_agent
from tests.handoff.conftest import House

ENTRY = TimelineEntry.__table__


def changes(house: House, kind: str) -> list[Any]:
    return house.do(lambda work: list(work.connection.execute(select(ENTRY.c.data).where(ENTRY.c.kind == kind)).scalars()))


def change(house: House, wanted: Mapping[str, Any], queues: list[str] | None = None) -> Any:
    return house.do(staff.change, "agt_ana", wanted, queues, "agt_sue")


def test_an_invitation_opens_once_and_says_who_asked_for_it(house: House):
    agent_id, token = house.do(staff.invite, Person("Eva", "Eva@Shop.example", ("returns",)), (), "agt_sue")

    assert house.ask(agents.invited, token, house.clock.at)["agent_id"] == agent_id
    assert changes(house, "agent_invited")[0]["changes"]["email"] == [None, "eva@shop.example"]


@pytest.mark.parametrize("person", [Person("Eva", "eva"), Person("", "e@x.es"), Person("Eva", "e@x.es", ("nowhere",)),
                                    Person("Eva", "e@x.es", capacity=0), Person("Eva", "e@x.es", languages=("xx",))])
def test_an_invitation_that_does_not_do_invites_nobody(house: House, person: Person):
    with pytest.raises(BadValue):
        house.do(staff.invite, person, (), "agt_sue")


def test_an_email_is_there_once(house: House):
    with pytest.raises(EmailTaken):
        house.do(staff.invite, Person("Ana", "ana@example.com"), (), "agt_sue")


def test_other_queues_hold_with_the_next_look(house: House):
    change(house, {}, ["returns"])

    assert house.ask(access.viewer, "agt_ana").queues == {"returns"}
    assert changes(house, "agent_changed")[0]["changes"] == {"queues": [["shipping"], ["returns"]]}


def test_the_same_again_leaves_no_line(house: House):
    assert change(house, {"capacity": 4}, ["shipping"]) == {}


@pytest.mark.parametrize(("wanted", "error"), [({"role": "boss"}, BadValue), ({"time_zone": "Madrid"}, BadZone),
                                               ({"skills": ["refunds"]}, BadValue)])
def test_what_does_not_do_changes_nothing(house: House, wanted: Mapping[str, Any], error: type[Exception]):
    with pytest.raises(error):
        change(house, wanted)


def test_somebody_unknown_cannot_change(house: House):
    with pytest.raises(UnknownAgent):
        house.do(staff.change, "agt_nobody", {"capacity": 3}, None, "agt_sue")


@pytest.mark.parametrize("act", [lambda work: staff.change(work, "agt_ada", {"role": "agent"}, None, "agt_ada"),
                                 lambda work: staff.deactivate(work, "agt_ada", "agt_ada")])
def test_the_last_admin_stays_one(house: House, act: Any):
    house.do(an_agent, "Ada", role="admin")

    with pytest.raises(LastAdmin):
        house.do(act)


def test_deactivating_gives_back_what_she_held(house: House):
    house.hand_over()
    house.do(staff.sign_out, "agt_ana", "agt_sue")

    assert house.do(staff.deactivate, "agt_ana", "agt_sue") == 0
    assert house.ask(staff.one, "agt_ana")["state"] == "deactivated"


def test_signing_out_ends_every_log_in(house: House):
    token = house.do(sessions.create, "agt_ana")

    assert house.do(staff.sign_out, "agt_ana", "agt_sue") == 1
    assert sessions.resolve(house.database, token) is None


def test_who_comes_back_needs_a_new_link(house: House):
    house.do(staff.deactivate, "agt_ana", "agt_sue")
    token = house.do(staff.bring_back, "agt_ana", "agt_sue")

    assert house.ask(agents.invited, token, house.clock.at)["agent_id"] == "agt_ana"
    assert house.ask(staff.one, "agt_ana")["state"] == "invited"


def test_a_skill_that_goes_is_nobodys_any_more(house: House):
    house.do(skill_book.add, "refunds", {"es": "Reembolsos"}, "agt_sue")
    change(house, {"skills": ["refunds"]})
    assert house.ask(skill_book.every)[0]["agents"] == ["Ana"]

    house.do(skill_book.remove, "refunds", "agt_sue")
    assert house.ask(staff.one, "agt_ana")["skills"] == []


def test_a_skill_that_a_flow_asks_for_stays(house: House):
    house.do(skill_book.add, "refunds", {"es": "Reembolsos"}, "agt_sue")

    with pytest.raises(StillNeeded):
        house.do(skill_book.remove, "refunds", "agt_sue", ["returns.yaml:3"])


def test_a_retired_queue_takes_nobody(house: House):
    house.do(queue_book.retire, "returns", "agt_sue")

    with pytest.raises(BadValue):
        change(house, {}, ["returns"])
