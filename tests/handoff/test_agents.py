"""How agents come in, prove who they are, are locked out, and leave."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handoff import access, agents, claims, sessions
from handoff.agents import Person
from handoff.errors import (
    BadCredentials,
    BadInvitation,
    EmailTaken,
    HandoffError,
    LockedOut,
    UnknownAgent,
    UnknownQueue,
    WeakPassword,
)
from handoff.tables import Agent
from tests.handoff.conftest import House

PASSWORD = "correo caballo pila"
EVA = Person("Eva", "Eva@Example.com", ["shipping", "returns"], languages=("en", "es"), capacity=6)
HERE = "192.0.2.1"


@pytest.fixture
def eva(house: House) -> str:
    """Eva, who accepted her invitation."""
    return agents.accept(house.database, house.do(agents.invite, EVA), PASSWORD)


def test_an_invited_agent_comes_in_with_the_password_she_chose(house: House, eva: str):
    viewer = agents.authenticate(house.database, " EVA@example.com", PASSWORD, HERE)

    assert (viewer.agent_id, viewer.name, viewer.capacity) == (eva, "Eva", 6)
    assert viewer.queues == {"shipping", "returns"}


def test_an_invitation_is_stored_only_as_a_hash(house: House):
    token = house.do(agents.invite, EVA)

    with house.database.reading() as reader:
        row = reader.execute(select(Agent.__table__).where(Agent.__table__.c.email == "eva@example.com")).mappings().one()
    assert token not in str(dict(row))
    assert row["password_hash"] == ""


def test_an_invitation_works_once(house: House):
    token = house.do(agents.invite, EVA)
    agents.accept(house.database, token, PASSWORD)

    with pytest.raises(BadInvitation):
        agents.accept(house.database, token, "otra clave larga")


def test_an_invitation_ends_after_a_week(house: House):
    token = house.do(agents.invite, EVA)
    house.clock.forward(days=7)

    with pytest.raises(BadInvitation):
        agents.accept(house.database, token, PASSWORD)


def test_a_page_can_ask_whom_an_invitation_is_for(house: House):
    token = house.do(agents.invite, EVA)

    assert house.ask(agents.invited, token, house.clock.at)["name"] == "Eva"
    assert house.ask(agents.invited, "made-up", house.clock.at) is None


@pytest.mark.parametrize("password", ["", "short", "123456789"])
def test_a_password_has_ten_characters(house: House, password: str):
    with pytest.raises(WeakPassword):
        agents.accept(house.database, house.do(agents.invite, EVA), password)


def test_two_agents_do_not_share_an_address(house: House, eva: str):
    with pytest.raises(EmailTaken):
        house.do(agents.invite, EVA)


def test_nobody_is_invited_to_a_queue_that_is_not_there(house: House):
    with pytest.raises(UnknownQueue):
        house.do(agents.invite, Person("Eva", "eva@example.com", ["nowhere"]))

    assert "Eva" not in [agent["name"] for agent in house.ask(agents.every)]


@pytest.mark.parametrize(("email", "password"), [
    ("eva@example.com", "wrong password"), ("nobody@example.com", PASSWORD), ("eva@example.com", ""), ("", ""),
    ("ana@example.com", ""),
])
def test_wrong_credentials_are_refused_alike(house: House, eva: str, email: str, password: str):
    with pytest.raises(BadCredentials) as refused:
        agents.authenticate(house.database, email, password, HERE)

    assert str(refused.value) == str(BadCredentials())


def test_an_account_is_locked_after_five_failures(house: House, eva: str):
    _fail(house, 5)

    with pytest.raises(LockedOut) as refused:
        agents.authenticate(house.database, "eva@example.com", PASSWORD, "198.51.100.7")

    assert refused.value.until == house.clock.at + timedelta(minutes=15)


def test_a_lock_opens_after_fifteen_minutes(house: House, eva: str):
    _fail(house, 5)
    house.clock.forward(minutes=15)

    assert agents.authenticate(house.database, "eva@example.com", PASSWORD, HERE).agent_id == eva


def test_four_failures_are_forgiven_by_the_right_password(house: House, eva: str):
    for _ in range(3):
        _fail(house, 4)
        agents.authenticate(house.database, "eva@example.com", PASSWORD, HERE)

    assert agents.authenticate(house.database, "eva@example.com", PASSWORD, HERE).agent_id == eva


def test_an_address_is_locked_after_twenty_failures_of_anybody(house: House, eva: str):
    for number in range(20):
        with pytest.raises(BadCredentials):
            agents.authenticate(house.database, f"nobody{number}@example.com", PASSWORD, HERE)

    with pytest.raises(LockedOut):
        agents.authenticate(house.database, "eva@example.com", PASSWORD, HERE)
    assert agents.authenticate(house.database, "eva@example.com", PASSWORD, "198.51.100.7").agent_id == eva


def test_guesses_at_once_are_counted_like_guesses_in_a_row(house: House, eva: str):
    def guess(number: int) -> Any:
        try:
            return agents.authenticate(house.database, "eva@example.com", f"wrong guess {number}", HERE)
        except HandoffError as error:
            return type(error).__name__

    with ThreadPoolExecutor(12) as pool:
        outcomes = sorted(pool.map(guess, range(12)))

    assert outcomes == ["BadCredentials"] * 5 + ["LockedOut"] * 7


def test_a_new_password_ends_the_old_one_and_every_session(house: House, eva: str):
    token = house.do(sessions.create, eva)

    invitation = house.do(agents.reset_password, "eva@example.com")

    assert sessions.resolve(house.database, token) is None
    with pytest.raises(BadCredentials):
        agents.authenticate(house.database, "eva@example.com", PASSWORD, HERE)
    assert agents.accept(house.database, invitation, "una clave nueva") == eva


def test_a_deactivated_agent_cannot_come_in(house: House, eva: str):
    token = house.do(sessions.create, eva)

    house.do(agents.deactivate, "eva@example.com")

    assert sessions.resolve(house.database, token) is None
    with pytest.raises(BadCredentials):
        agents.authenticate(house.database, "eva@example.com", PASSWORD, HERE)


def test_what_a_deactivated_agent_held_waits_for_somebody_else(house: House, held: tuple[str, str]):
    assert house.do(agents.deactivate, "ana@example.com") == 1

    assert (house.ticket(held[1])["state"], house.conversation(held[0])["owner"]) == ("queued", "queue")


def test_what_a_deactivated_agent_had_snoozed_waits_too(house: House, held: tuple[str, str]):
    house.do(claims.snooze, held[1], "agt_ana", house.clock.at + timedelta(days=1))

    house.do(agents.deactivate, "ana@example.com")

    assert house.ticket(held[1])["state"] == "queued"


def test_nobody_unknown_is_deactivated(house: House):
    with pytest.raises(UnknownAgent):
        house.do(agents.deactivate, "nobody@example.com")


def test_the_list_of_agents_names_their_queues(house: House):
    assert {agent["name"]: agent["queues"] for agent in house.ask(agents.every)} == {
        "Ana": ["shipping"], "Bo": ["returns"], "Max": [], "Sue": []}


def test_passwords_are_kept_as_argon2id():
    assert agents.hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_session_belongs_to_its_agent(house: House):
    token = house.do(sessions.create, "agt_ana")

    assert sessions.resolve(house.database, token) == house.ask(access.viewer, "agt_ana")


@pytest.mark.parametrize(("steps", "lives"), [((0.49,), True), ((0.5,), False), ((0.48,) * 24, True), ((0.48,) * 25, False)])
def test_a_session_ends_idle_or_old(house: House, steps: tuple[float, ...], lives: bool):
    token = house.do(sessions.create, "agt_ana")
    found = None
    for step in steps:
        house.clock.forward(hours=step)
        found = sessions.resolve(house.database, token)

    assert (found is not None) is lives


@pytest.mark.parametrize(("hours", "lives"), [(11.9, True), (12.0, False)])
def test_a_session_that_is_kept_is_never_idle(house: House, hours: float, lives: bool):
    token = house.do(sessions.create, "agt_ana", "Firefox · Linux", True)
    house.clock.forward(hours=hours)

    assert (sessions.resolve(house.database, token) is not None) is lives


@pytest.mark.parametrize("token", ["", "made-up", "x" * 10_000])
def test_a_made_up_token_is_nobody(house: House, token: str):
    assert sessions.resolve(house.database, token) is None


def test_a_session_can_be_ended(house: House):
    token = house.do(sessions.create, "agt_ana")

    house.do(sessions.revoke, token)

    assert sessions.resolve(house.database, token) is None


def test_all_sessions_but_one_can_be_ended(house: House):
    kept, lost = (house.do(sessions.create, "agt_ana") for _ in range(2))

    assert house.do(sessions.revoke_all, "agt_ana", kept) == 1
    assert sessions.resolve(house.database, kept) is not None
    assert sessions.resolve(house.database, lost) is None


def test_whoever_loads_a_page_is_at_her_desk(house: House):
    token = house.do(sessions.create, "agt_ana")
    house.clock.forward(minutes=20)

    sessions.resolve(house.database, token)

    assert house.ask(access.viewer, "agt_ana").last_seen_at == house.clock.at


def _fail(house: House, times: int) -> None:
    for _ in range(times):
        with pytest.raises(BadCredentials):
            agents.authenticate(house.database, "eva@example.com", "wrong password", HERE)
