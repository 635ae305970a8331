"""The inbox: once per identity, one conversation per person and channel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from conversation import ids, inbox
from conversation.inbox import Sender
from conversation.tables import Address, Contact, Conversation
from conversation.work import Database

WHATSAPP = Sender("twilio-whatsapp", "+14155238886", "phone", "phone:+34600111222", "+34600111222", "Marta")
SMS = Sender("twilio-sms", "+34900111222", "phone", "phone:+34600111222", "+34600111222", "")


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return int(session.execute(select(func.count()).select_from(table.__table__)).scalar_one())


def meet(database: Database, *senders: Sender) -> list[str]:
    with database.work() as work:
        talks = inbox.find_all(work, senders)
        return [talks[sender].conversation_id for sender in senders]


def test_somebody_new_gets_a_contact_and_a_conversation(database: Database) -> None:
    meet(database, WHATSAPP)

    assert (count(database, Contact), count(database, Address), count(database, Conversation)) == (1, 1, 1)


def test_who_comes_back_finds_her_conversation(database: Database) -> None:
    assert meet(database, WHATSAPP) == meet(database, WHATSAPP)


def test_the_same_phone_on_another_channel_is_the_same_person(database: Database) -> None:
    assert len(set(meet(database, WHATSAPP) + meet(database, SMS))) == 2
    assert count(database, Contact) == 1


def test_a_person_known_from_another_channel_brings_her_name(database: Database) -> None:
    meet(database, WHATSAPP)
    with database.work() as work:
        assert inbox.find_all(work, [SMS])[SMS].facts["name"] == "Marta"


def test_two_channels_of_one_person_in_one_group_share_her(database: Database) -> None:
    assert len(set(meet(database, WHATSAPP, SMS))) == 2
    assert count(database, Contact) == 1


def test_twenty_first_messages_at_once_make_one_conversation(database: Database) -> None:
    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(lambda _: meet(database, WHATSAPP)[0], range(20)))

    assert len(found) == 1
    assert (count(database, Contact), count(database, Conversation)) == (1, 1)


def test_an_identity_is_new_once(database: Database) -> None:
    with database.work() as work:
        assert inbox.first_time(work, ("a", "1"))
    with database.work() as work:
        assert not inbox.first_time(work, ("a", "1"))


@pytest.mark.parametrize("known", [[], [("a", "1")], [("a", "1"), ("a", "2")]])
def test_of_a_group_only_what_is_new_counts(database: Database, known: list[tuple[str, ...]]) -> None:
    group = [("a", "1"), ("a", "2"), ("a", "3"), ("a", "3")]
    with database.work() as work:
        inbox.first_times(work, known)
    with database.work() as work:
        assert inbox.first_times(work, group) == set(range(len(known), 3))


def test_identities_are_not_run_together(database: Database) -> None:
    with database.work() as work:
        assert inbox.first_times(work, [("a", "bc"), ("ab", "c")]) == {0, 1}


def test_a_transaction_that_fails_has_seen_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.work() as work:
        inbox.first_time(work, ("a", "1"))
        _ = 1 / 0

    with database.work() as work:
        assert inbox.first_time(work, ("a", "1"))


def test_public_ids_are_safe_in_addresses_and_never_the_same() -> None:
    made = {ids.new("cnv") for _ in range(2000)}

    assert len(made) == 2000
    assert all(len(one) == 20 and one.removeprefix("cnv_").isalnum() for one in made)
