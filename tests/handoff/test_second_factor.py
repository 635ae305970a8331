"""The second factor: codes of an authenticator, each once, recovery codes, and what an admin takes off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from handoff import agents, known_browsers, second_factor, sessions
from handoff.entrance_errors import NoSecondFactor, WrongCode
from handoff.house_tables import Letter
from handoff.sealing import Seal
from handoff.tables import Agent
from tests.builders import MONDAY_NOON
from tests.handoff.conftest import House

SEAL = Seal("a key that only tests have")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(seconds: int = 0, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(int(MONDAY_NOON.timestamp()) + seconds)


def row(house: House, agent_id: str = "agt_ana") -> Mapping[str, Any]:
    with house.database.reading() as reader:
        return reader.execute(select(Agent.__table__).where(Agent.__table__.c.agent_id == agent_id)).mappings().one()


@pytest.fixture
def codes(house: House) -> list[str]:
    """Ana's recovery codes: she set her authenticator up a minute before noon."""
    house.clock.forward(seconds=-60)
    made = house.do(second_factor.confirm, "agt_ana", SEAL, SECRET, code(-60))
    house.clock.forward(seconds=60)
    return made


def check(house: House, given: str, seal: Seal = SEAL) -> str:
    return house.do(second_factor.check, "agt_ana", seal, given)


def test_the_key_is_sealed_at_rest(house: House, codes: list[str]):
    kept = row(house)["second_factor"]

    assert SECRET not in kept
    assert SEAL.open(kept) == SECRET


def test_recovery_codes_are_kept_as_hashes(house: House, codes: list[str]):
    assert len(set(codes)) == 10
    assert not set(codes) & set(row(house)["recovery"])


def test_a_wrong_code_sets_nothing_up(house: House):
    with pytest.raises(WrongCode):
        house.do(second_factor.confirm, "agt_ana", SEAL, SECRET, "000000")

    assert not second_factor.is_on(row(house))


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_clock_may_be_one_step_off(house: House, codes: list[str], seconds: int):
    assert check(house, code(seconds)) == "code"


@pytest.mark.parametrize("given", [code(-90), code(90), "", "12345", "abcdef", "１２３４５６"])
def test_other_codes_open_nothing(house: House, codes: list[str], given: str):
    with pytest.raises(WrongCode):
        check(house, given)


def test_a_code_opens_once(house: House, codes: list[str]):
    check(house, code())

    with pytest.raises(WrongCode):
        check(house, code())


def test_a_code_of_an_earlier_step_opens_nothing_after_a_later_one(house: House, codes: list[str]):
    check(house, code(30))

    with pytest.raises(WrongCode):
        check(house, code())


def test_a_recovery_code_opens_once_however_it_is_typed(house: House, codes: list[str]):
    typed = codes[3].upper().replace("-", " ")

    assert check(house, typed) == "recovery"
    assert len(row(house)["recovery"]) == 9
    with pytest.raises(WrongCode):
        check(house, typed)


def test_a_recovery_code_opens_also_with_another_key_of_the_house(house: House, codes: list[str]):
    other = Seal("the key after a rotation")

    with pytest.raises(WrongCode):
        check(house, code(), other)
    assert check(house, codes[0], other) == "recovery"


def test_new_recovery_codes_end_the_old_ones(house: House, codes: list[str]):
    house.do(second_factor.renew_recovery, "agt_ana")

    with pytest.raises(WrongCode):
        check(house, codes[0])


def test_an_admin_takes_a_lost_one_off(house: House, codes: list[str]):
    token = house.do(sessions.create, "agt_ana")
    browser = house.do(known_browsers.remember, "agt_ana", "Firefox · Linux")
    house.do(second_factor.reset, "agt_ana", "agt_sue")

    assert not second_factor.is_on(row(house))
    assert sessions.resolve(house.database, token) is None
    assert not house.ask(known_browsers.is_known, "agt_ana", browser, MONDAY_NOON)


def test_she_is_told_by_letter_that_it_was_taken_off(house: House, codes: list[str]):
    house.do(second_factor.reset, "agt_ana", "agt_sue")

    with house.database.reading() as reader:
        told = reader.execute(select(Letter.__table__.c.to_address, Letter.__table__.c.subject)).one()
    assert tuple(told) == ("ana@example.com", "Tu segundo paso de Relevo se ha quitado")


@pytest.mark.parametrize("act", [second_factor.reset, second_factor.check])
def test_there_must_be_one(house: House, act: Any):
    with pytest.raises(NoSecondFactor):
        house.do(act, *(("agt_bo", "agt_sue") if act is second_factor.reset else ("agt_bo", SEAL, "000000")))


def test_a_right_password_does_not_forget_wrong_codes(house: House, codes: list[str]):
    with house.database.work() as work:
        work.connection.execute(Agent.__table__.update().values(password_hash=agents.hash_password("correo caballo")))
    for _ in range(4):
        house.do(agents.count_attempt, "ana@example.com", "192.0.2.1")
    agents.authenticate(house.database, "ana@example.com", "correo caballo", "192.0.2.1")
    house.do(agents.count_attempt, "ana@example.com", "192.0.2.1")

    with pytest.raises(agents.LockedOut):
        agents.authenticate(house.database, "ana@example.com", "correo caballo", "192.0.2.1")


def test_a_known_browser_is_a_stranger_after_thirty_days(house: House):
    browser = house.do(known_browsers.remember, "agt_ana", "Firefox · Linux")
    house.clock.forward(days=30)

    assert not house.ask(known_browsers.is_known, "agt_ana", browser, house.clock.now())


def test_a_browser_is_known_for_its_owner_alone(house: House):
    browser = house.do(known_browsers.remember, "agt_ana", "Firefox · Linux")

    assert house.ask(known_browsers.is_known, "agt_ana", browser, house.clock.now())
    assert not house.ask(known_browsers.is_known, "agt_bo", browser, house.clock.now())
