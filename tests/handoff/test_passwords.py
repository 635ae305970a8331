"""Passwords after the first one: forgotten, set anew by a link, changed by who knows the old one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select, update

from handoff import agents, known_browsers, passwords, sessions
from handoff.entrance_errors import BadReset, TooManyRequests, WrongPassword
from handoff.errors import LockedOut, WeakPassword
from handoff.house_tables import Letter, ResetRequest
from handoff.tables import Agent
from tests.handoff.conftest import House

OLD, NEW = "correo caballo pila", "otra frase bien larga"
HERE, BASE = "192.0.2.1", "https://chat.example.com"
OLD_HASH = agents.hash_password(OLD)


@pytest.fixture(autouse=True)
def old_password(house: House) -> None:
    with house.database.work() as work:
        work.connection.execute(update(Agent.__table__).values(password_hash=OLD_HASH))


def letters(house: House) -> list[Any]:
    with house.database.reading() as reader:
        return list(reader.execute(select(Letter.__table__).order_by(Letter.__table__.c.created_at)).mappings())


def link(house: House, email: str = "ana@example.com") -> str:
    """The token in the letter that a request brings."""
    house.do(passwords.ask, email, HERE)
    house.do(passwords.answer, BASE)
    found = re.search(rf"{BASE}/console/passwords/(\S+)", letters(house)[-1]["text"])
    assert found
    return found[1]


def test_a_link_sets_another_password(house: House):
    passwords.set_anew(house.database, link(house), NEW)

    assert agents.authenticate(house.database, "ana@example.com", NEW, HERE).name == "Ana"


def test_a_link_works_once(house: House):
    token = link(house)
    passwords.set_anew(house.database, token, NEW)

    with pytest.raises(BadReset):
        passwords.set_anew(house.database, token, NEW)


def test_a_link_works_for_an_hour(house: House):
    token = link(house)
    house.clock.forward(hours=1)

    with pytest.raises(BadReset):
        passwords.set_anew(house.database, token, NEW)


def test_a_second_request_ends_the_first_link(house: House):
    first = link(house)
    house.clock.forward(seconds=1)
    link(house)

    with pytest.raises(BadReset):
        passwords.set_anew(house.database, first, NEW)


def test_a_new_password_ends_every_log_in(house: House):
    session = house.do(sessions.create, "agt_ana")
    passwords.set_anew(house.database, link(house), NEW)

    assert sessions.resolve(house.database, session) is None


def test_a_weak_password_leaves_the_link_as_it_was(house: House):
    token = link(house)
    with pytest.raises(WeakPassword):
        passwords.set_anew(house.database, token, "corta")

    assert passwords.set_anew(house.database, token, NEW) == "agt_ana"


def test_who_asks_leaves_the_same_row_whether_or_not_there_is_such_an_account(house: House):
    for email in ("ana@example.com", "nobody@example.com"):
        house.do(passwords.ask, email, HERE)

    with house.database.reading() as reader:
        assert reader.execute(select(func.count()).select_from(ResetRequest.__table__)).scalar_one() == 2
    assert letters(house) == []


def test_only_an_account_of_ours_gets_a_letter(house: House):
    for email in (" Ana@Example.com", "nobody@example.com"):
        house.do(passwords.ask, email, HERE)
    house.do(passwords.answer, BASE)

    assert [one["to_address"] for one in letters(house)] == ["ana@example.com"]


def test_an_account_gets_three_letters_an_hour_at_most(house: House):
    for _ in range(5):
        house.do(passwords.ask, "ana@example.com", HERE)
        house.do(passwords.answer, BASE)

    assert len(letters(house)) == 3


def test_an_address_asks_twenty_times_an_hour_at_most(house: House):
    for n in range(20):
        house.do(passwords.ask, f"nobody{n}@example.com", HERE)

    with pytest.raises(TooManyRequests):
        house.do(passwords.ask, "ana@example.com", HERE)
    house.do(passwords.ask, "ana@example.com", "192.0.2.2")


def change(house: House, current: str = OLD, new: str = NEW, token: str = "") -> None:
    with house.database.reading() as reader:
        agent = agents.by_email(reader, "ana@example.com")
    passwords.change(house.database, agent, (current, new), HERE, token)


def test_a_change_keeps_this_log_in_and_ends_the_others(house: House):
    here, there = house.do(sessions.create, "agt_ana"), house.do(sessions.create, "agt_ana")
    change(house, token=here)

    assert sessions.resolve(house.database, here) is not None
    assert sessions.resolve(house.database, there) is None


def test_a_change_ends_a_link_that_was_asked_for_before(house: House):
    token = link(house)
    change(house)

    with pytest.raises(BadReset):
        passwords.set_anew(house.database, token, NEW)


def test_whoever_was_reset_by_an_admin_has_no_other_link(house: House):
    token = link(house)
    house.do(agents.reset_password, "ana@example.com")

    with pytest.raises(BadReset):
        passwords.set_anew(house.database, token, NEW)


def test_whoever_was_reset_by_an_admin_has_no_known_browser(house: House):
    browser = house.do(known_browsers.remember, "agt_ana", "Firefox")
    house.do(agents.reset_password, "ana@example.com")

    with house.database.reading() as reader:
        assert not known_browsers.is_known(reader, "agt_ana", browser, house.clock.now())


def test_a_change_needs_the_present_password(house: House):
    with pytest.raises(WrongPassword):
        change(house, current="otra cosa")

    assert agents.authenticate(house.database, "ana@example.com", OLD, HERE).name == "Ana"


def test_guesses_of_the_present_password_are_counted(house: House):
    for _ in range(5):
        with pytest.raises(WrongPassword):
            change(house, current="otra cosa")

    with pytest.raises(LockedOut):
        change(house)


def test_a_change_is_told_by_letter(house: House):
    change(house)

    assert [one["kind"] for one in letters(house)] == ["password_changed"]
