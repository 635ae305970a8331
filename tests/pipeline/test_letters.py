"""Letters to agents: each brought once to a mail server that speaks the protocol, or given up where all can see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import config
from conversation.tables import Alarm
from conversation.work import Database
from handoff import letters as to_agents
from handoff import passwords
from handoff.house_tables import Letter
from pipeline import letters, mail
from tests.builders import HandClock, an_agent
from tests.providers.smtp import MailStandIn

BASE = "https://chat.example.com"


@pytest.fixture
def server() -> Iterator[MailStandIn]:
    with MailStandIn() as standin:
        yield standin


def post(server: MailStandIn) -> mail.Post:
    found = mail.letters_post(config.Settings(_env_file=None, smtp_url=server.url, mail_from="relevo@example.com"))
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def ana(database: Database) -> None:
    with database.work() as work:
        an_agent(work, "Ana", language="pt")


def invite(database: Database) -> None:
    with database.work() as work:
        row = {"agent_id": "agt_ana", "name": "Ana", "email": "ana@example.com", "language": "pt"}
        to_agents.invite(work, row, f"{BASE}/console/invitations/secret")


def row(database: Database) -> Any:
    with database.reading() as reader:
        return reader.execute(select(Letter.__table__)).mappings().one()


def test_a_letter_arrives_in_her_language(database: Database, server: MailStandIn) -> None:
    invite(database)
    letters.drain(database, post(server), BASE)

    (came,) = server.letters
    assert (came["To"], came["From"], came["Subject"]) == ("ana@example.com", "relevo@example.com", "Sua entrada no Relevo")
    assert f"{BASE}/console/invitations/secret" in came.get_content()


def test_a_letter_is_sent_once(database: Database, server: MailStandIn) -> None:
    invite(database)

    assert [letters.drain(database, post(server), BASE) for _ in range(2)] == [1, 0]
    assert len(server.letters) == 1


def test_a_link_that_opens_something_does_not_stay_in_the_row(database: Database, server: MailStandIn) -> None:
    invite(database)
    letters.drain(database, post(server), BASE)

    assert (row(database)["state"], row(database)["text"]) == ("sent", "")


def test_a_server_that_is_busy_gets_it_later(database: Database, server: MailStandIn, hand_clock: HandClock) -> None:
    invite(database)
    server.refuses = "451 Later"
    letters.drain(database, post(server), BASE)
    server.refuses = ""

    assert letters.drain(database, post(server), BASE) == 0
    hand_clock.forward(seconds=30)
    assert letters.drain(database, post(server), BASE) == 1


def test_a_server_that_says_never_is_believed(database: Database, server: MailStandIn) -> None:
    invite(database)
    server.refuses = "550 No such person"
    letters.drain(database, post(server), BASE)

    assert (row(database)["state"], row(database)["error"]) == ("given_up", "SMTPDataError 550")


def test_it_is_given_up_after_ten_tries(database: Database, server: MailStandIn, hand_clock: HandClock) -> None:
    invite(database)
    server.refuses = "451 Later"
    for _ in range(letters.MOST_TRIES):
        letters.drain(database, post(server), BASE)
        hand_clock.forward(hours=1)

    assert row(database)["state"] == "given_up"
    with database.reading() as reader:
        assert len(to_agents.given_up(reader, hand_clock.now() - timedelta(days=1))) == 1


def open_alarms(database: Database) -> list[str]:
    with database.reading() as reader:
        return list(reader.execute(select(Alarm.__table__.c.text).where(Alarm.__table__.c.cleared_at.is_(None))).scalars())


def test_the_fourth_failure_is_an_alarm_that_ends_with_a_letter_that_arrives(
    database: Database, server: MailStandIn, hand_clock: HandClock
) -> None:
    invite(database)
    server.refuses, alarmed = "451 Later", []
    for _ in range(4):
        letters.drain(database, post(server), BASE)
        alarmed.append(open_alarms(database))
        hand_clock.forward(hours=1)
    server.refuses = ""

    assert alarmed == [[], [], [], ["letters_failing"]]
    assert letters.drain(database, post(server), BASE) == 1
    assert open_alarms(database) == []


def test_a_letter_that_is_given_up_is_an_alarm_but_not_for_want_of_a_server(database: Database, server: MailStandIn) -> None:
    invite(database)
    letters.drain(database, None, BASE)
    assert open_alarms(database) == []

    server.refuses = "550 No such person"
    invite(database)
    letters.drain(database, post(server), BASE)
    assert open_alarms(database) == ["letters_failing"]


def test_a_letter_of_a_process_that_died_is_sent_again_as_the_same(
    database: Database, server: MailStandIn, hand_clock: HandClock
) -> None:
    invite(database)
    server.cuts = True
    letters.drain(database, post(server), BASE)
    server.cuts = False
    hand_clock.forward(minutes=3)
    letters.drain(database, post(server), BASE)

    assert len({one["Message-ID"] for one in server.letters}) == 1


def test_without_a_mail_server_it_is_given_up_with_what_to_set(database: Database) -> None:
    invite(database)
    letters.drain(database, None, BASE)

    assert (row(database)["state"], row(database)["error"]) == ("given_up", letters.NO_SERVER)


def test_a_lab_keeps_letters_to_be_read(database: Database) -> None:
    invite(database)
    letters.drain(database, None, BASE, records=True)

    assert row(database)["state"] == "sent"
    assert "/console/invitations/secret" in row(database)["text"]


def test_a_forgotten_password_is_answered_with_a_link(database: Database, server: MailStandIn) -> None:
    with database.work() as work:
        passwords.ask(work, "ana@example.com", "192.0.2.1")
    letters.drain(database, post(server), BASE)

    assert f"{BASE}/console/passwords/" in server.letters[0].get_content()


@pytest.mark.parametrize(("given", "sender"), [
    ({"mail_from": "desk@example.com"}, "desk@example.com"), ({"alert_email": "ops@example.com"}, "ops@example.com"), ({}, ""),
])
def test_letters_need_somebody_they_are_from(given: dict[str, str], sender: str) -> None:
    found = mail.letters_post(config.Settings(_env_file=None, smtp_url="smtp://mail.example.com", **given))

    assert (found.sender if found else "") == sender
