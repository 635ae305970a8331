"""The inbox: once per identity, one conversation per person and channel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.exc import OperationalError

from conversation import ids, inbox, people
from conversation.errors import Overtaken
from conversation.inbox import Sender
from conversation.people import Alias
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


def a_stranger(n: int) -> Sender:
    return replace(WHATSAPP, canonical=f"phone:+3461000000{n}", value=f"+3461000000{n}")


def test_somebody_new_gets_a_contact_and_a_conversation(database: Database) -> None:
    meet(database, WHATSAPP)

    assert (count(database, Contact), count(database, Address), count(database, Conversation)) == (1, 1, 1)


def test_many_who_are_new_are_met_in_as_many_statements_as_one(database: Database) -> None:
    asked: list[int] = []
    event.listen(database.engine, "before_cursor_execute", lambda *_: asked.append(1))
    meet(database, replace(WHATSAPP, account="+15005550006"))
    first = len(asked)
    meet(database, *(a_stranger(n) for n in range(30)))

    assert count(database, Contact) == count(database, Conversation) == 31
    assert len(asked) <= 2 * first + 4  # and those that only count


def test_who_is_known_without_a_conversation_keeps_nobody_from_being_met(database: Database) -> None:
    with database.work() as work:
        work.connection.execute(insert(Contact.__table__).values(
            contact_id="cnt_1", name="", email="", facts={}, created_at=work.now))
        people.claim(work, "cnt_1", a_stranger(1).aliases)
    talks = meet(database, *(a_stranger(n) for n in range(3)))

    assert (len(set(talks)), count(database, Contact), count(database, Address)) == (3, 3, 3)


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


BSUID = Alias("bsuid", "bsuid:ES.1", "ES.1")
WITH_BSUID = replace(WHATSAPP, others=(BSUID,))
BY_BSUID = Sender("twilio-whatsapp", "+14155238886", "bsuid", "bsuid:ES.1", "ES.1")


def test_every_id_of_a_person_finds_her(database: Database) -> None:
    found = meet(database, WITH_BSUID) + meet(database, WHATSAPP) + meet(database, BY_BSUID)

    assert len(set(found)) == 1
    assert (count(database, Contact), count(database, Address)) == (1, 2)


@pytest.mark.parametrize("order", list(permutations((WITH_BSUID, WHATSAPP, BY_BSUID))))
def test_in_one_group_too_whatever_their_order(database: Database, order: tuple[Sender, ...]) -> None:
    meet(database, *order)
    meet(database, WITH_BSUID)

    assert len(set(meet(database, *order))) == 1
    assert count(database, Address) == 2


def test_what_one_of_two_messages_in_a_group_tells_of_her_ids_is_kept(database: Database) -> None:
    (marta, _) = meet(database, WITH_BSUID, WHATSAPP)

    assert meet(database, BY_BSUID) == [marta]


def test_an_echo_beside_her_message_does_not_hide_where_she_wrote_from(database: Database) -> None:
    old_form = replace(WHATSAPP, value="+34 600 111 222", wrote=False)
    with database.work() as work:
        assert inbox.find_all(work, [WHATSAPP, old_form])[WHATSAPP].row["address"] == WHATSAPP.value


def test_three_contacts_become_one_though_two_of_them_wrote_on_another_channel(database: Database) -> None:
    parent = Alias("bsuid", "bsuid:ES.ENT.2", "ES.ENT.2")
    elsewhere = replace(BY_BSUID, account="+34900111222")
    meet(database, WHATSAPP)
    meet(database, elsewhere)
    meet(database, replace(elsewhere, canonical=parent.canonical, value=parent.value))

    assert meet(database, replace(WHATSAPP, others=(BSUID, parent))) == meet(database, WHATSAPP)
    assert (count(database, Contact), count(database, Conversation)) == (2, 3)


def test_ids_of_one_person_share_what_a_turn_changes(database: Database) -> None:
    meet(database, WITH_BSUID)
    with database.work() as work:
        talks = inbox.find_all(work, [WHATSAPP, BY_BSUID])

    assert talks[WHATSAPP] is talks[BY_BSUID]


def test_twenty_at_once_with_several_ids_make_one_person(database: Database) -> None:
    def first(n: int) -> str:
        for _ in range(5):
            with suppress(Overtaken, OperationalError):  # the writer takes them again, whoever was in whose way
                return meet(database, (WITH_BSUID, WHATSAPP)[n % 2])[0]
        return "never"

    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(first, range(20)))

    assert (len(found), count(database, Contact), count(database, Conversation)) == (1, 1, 1)


def test_of_many_identities_those_that_never_came_are_told(database: Database) -> None:
    every = [("a", str(n)) for n in range(1200)]
    with database.work() as work:
        inbox.first_times(work, every[:1100])
        assert inbox.unseen(work.connection, every) == set(range(1100, 1200))
