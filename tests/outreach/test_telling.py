"""Which news are told, when, to whom."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from conversation.tables import Contact, TimelineEntry
from conversation.work import Database
from outreach import telling
from outreach.policy import Policy
from outreach.tables import NewsConsent, NewsGroup, OrderNews
from tests.builders import MONDAY_NOON, HandClock, a_channel, a_conversation
from tests.outreach.shapes import MARTA, HandDoors, a_buyer, news, take, tick, why

EARLY = MONDAY_NOON - timedelta(hours=3)


def test_news_become_an_event_of_her_conversation(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news(facts={"carrier": "Correos"}))
    tick(database, doors)

    assert doors.begun == [
        (talk, "order_news", "AB-12345", {"carrier": "Correos", "kind": "shipped", "order_ref": "AB-12345", "first": True})]


def test_what_is_told_twice_is_one_row_and_one_event(database: Database, doors: HandDoors, talk: str) -> None:
    assert (take(database, news(), news()), take(database, news())) == (1, 0)
    tick(database, doors)
    tick(database, doors)

    assert len(doors.begun) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"opted_out_at": MONDAY_NOON}, "opted_out"),
        ({"news_stopped_at": MONDAY_NOON}, "no_consent"),
        ({"unreachable_at": MONDAY_NOON}, "unreachable"),
    ],
)
def test_who_wants_none_or_cannot_be_reached_hears_none(
    database: Database, doors: HandDoors, changes: dict[str, Any], reason: str
) -> None:
    with database.work() as work:
        a_buyer(work, **changes)
    take(database, news())
    tick(database, doors)

    assert (why(database, "AB-12345:shipped"), doors.begun) == (("dropped", reason), [])


def test_who_is_blocked_hears_none(database: Database, doors: HandDoors, talk: str) -> None:
    with database.work() as work:
        work.connection.execute(update(Contact.__table__).values(blocked_at=work.now))
    take(database, news())
    tick(database, doors)

    assert why(database, "AB-12345:shipped") == ("dropped", "blocked")


def test_the_shop_may_say_that_she_wants_none(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news(consent=False))
    tick(database, doors)

    assert why(database, "AB-12345:shipped") == ("dropped", "no_consent")


def test_what_she_said_herself_is_not_changed_by_the_shop(database: Database, doors: HandDoors, talk: str) -> None:
    with database.work() as work:
        work.connection.execute(insert(NewsConsent.__table__).values(
            canonical=MARTA, family="phone", state="refused", source="contact", at=work.now))
    take(database, news(consent=True))
    tick(database, doors)

    assert doors.begun == []


def test_where_consent_must_be_given_silence_is_no(database: Database, doors: HandDoors, talk: str) -> None:
    policy = Policy(needs_consent=True)
    take(database, news(), news("AB-54321", consent=True, phone="+34600999888"), policy=policy)
    with database.work() as work:
        a_buyer(work, "+34600999888")
    tick(database, doors, policy)

    assert doors.told == [("AB-54321", "shipped")]


def test_a_kind_that_is_switched_off_is_not_told(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news())
    tick(database, doors, Policy(tell=frozenset({"delayed"})))

    assert why(database, "AB-12345:shipped") == ("dropped", "switched_off")


def test_old_news_are_no_news(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news(happened_at=MONDAY_NOON - timedelta(hours=25)))
    tick(database, doors)

    assert why(database, "AB-12345:shipped") == ("dropped", "stale")


def test_a_shop_whose_clock_runs_ahead_makes_nothing_old_that_comes_after(
    database: Database, doors: HandDoors, talk: str
) -> None:
    take(database, news(happened_at=MONDAY_NOON + timedelta(days=3650)))
    tick(database, doors)
    take(database, news(kind="delivered", key="later", happened_at=MONDAY_NOON))
    tick(database, doors)

    assert doors.told == [("AB-12345", "shipped"), ("AB-12345", "delivered")]


def test_what_later_news_have_overtaken_is_not_told(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news(kind="out_for_delivery", happened_at=EARLY), news(kind="delivered"))
    tick(database, doors)

    assert doors.told == [("AB-12345", "delivered")]


def test_a_delay_is_told_again_when_the_day_has_moved(
    database: Database, doors: HandDoors, talk: str, hand_clock: HandClock
) -> None:
    for n, day in enumerate((25, 25, 27, 25)):
        take(database, news(kind="delayed", key=f"d{n}", happened_at=EARLY + timedelta(minutes=n), facts={"eta": f"2026-11-{day}"}))
        tick(database, doors)

    assert [data["eta"][-2:] for *_, data in doors.begun] == ["25", "27", "25"]


@pytest.mark.parametrize("ago", [60, 120, 30])
def test_the_same_by_another_key_is_told_once(database: Database, doors: HandDoors, talk: str, ago: int) -> None:
    take(database, news(key="by a post"))
    tick(database, doors)
    take(database, news(key="by the list", happened_at=MONDAY_NOON - timedelta(minutes=ago)))
    tick(database, doors)

    assert (len(doors.begun), why(database, "by the list")) == (1, ("dropped", "repeated"))


def test_the_same_by_two_keys_in_one_round_is_told_once(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news(key="by a post", happened_at=EARLY), news(key="by the list"))
    tick(database, doors)

    assert doors.told == [("AB-12345", "shipped")]


def test_the_day_of_before_is_not_told_after_the_new_one(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news(kind="delayed", key="new", facts={"eta": "2026-11-27"}))
    tick(database, doors)
    take(database, news(kind="delayed", key="old", happened_at=EARLY, facts={"eta": "2026-11-25"}))
    tick(database, doors)

    assert why(database, "old") == ("dropped", "overtaken")


def test_at_night_it_waits_for_her_morning(
    database: Database, doors: HandDoors, talk: str, hand_clock: HandClock
) -> None:
    hand_clock.at = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    take(database, news(happened_at=hand_clock.at))
    tick(database, doors)
    at_night = list(doors.begun)
    hand_clock.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # nine in the Canaries, ten in Madrid
    tick(database, doors)

    assert (at_night, doors.told) == ([], [("AB-12345", "shipped")])


def test_her_country_says_when_it_is_night(database: Database, doors: HandDoors, hand_clock: HandClock) -> None:
    hand_clock.at = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # half past five in the afternoon in Bogotá
    with database.work() as work:
        a_buyer(work, "+573001112233")
    take(database, news(phone="+573001112233", happened_at=hand_clock.at))
    tick(database, doors)

    assert doors.told == [("AB-12345", "shipped")]


def test_one_customer_hears_no_more_than_her_budget(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, *(news(f"AB-1000{n}") for n in range(5)))
    tick(database, doors)

    assert (len(doors.begun), why(database, "AB-10004:shipped")) == (3, ("dropped", "budget_of_customer"))


def test_all_together_hear_no_more_than_the_budget_of_the_day(database: Database, doors: HandDoors) -> None:
    phones = [f"+3460011100{n}" for n in range(4)]
    with database.work() as work:
        for phone in phones:
            a_buyer(work, phone)
    take(database, *(news(f"AB-1000{n}", phone=phone) for n, phone in enumerate(phones)))
    tick(database, doors, Policy(day=2))

    assert (len(doors.begun), why(database, "AB-10003:shipped")) == (2, ("dropped", "budget_of_day"))


def test_a_budget_is_that_of_a_day(database: Database, doors: HandDoors, talk: str, hand_clock: HandClock) -> None:
    take(database, *(news(f"AB-1000{n}") for n in range(3)))
    tick(database, doors)
    hand_clock.forward(days=1)
    take(database, news("AB-10009", happened_at=hand_clock.at))
    tick(database, doors)

    assert doors.told[-1] == ("AB-10009", "shipped")


def test_what_a_person_holds_is_told_to_her_and_not_to_the_customer(database: Database, doors: HandDoors) -> None:
    with database.work() as work:
        talk = a_buyer(work, owner="agent")
    take(database, news(facts={"carrier": "SEUR", "total": "20"}))
    tick(database, doors)
    line = TimelineEntry.__table__
    with database.reading() as session:
        data = session.execute(select(line.c.data).where(line.c.conversation_id == talk, line.c.kind == "order_news")).scalar_one()

    assert (doors.begun, data) == ([], {"kind": "shipped", "order": "AB-12345", "facts": {"carrier": "SEUR"}})


def test_who_never_wrote_is_written_to_where_the_house_can(database: Database) -> None:
    with database.work() as work:
        talk = a_conversation(work)
    doors = HandDoors(opens={
        "conversation_id": talk, "owner": "bot", "epoch": 0, "opted_out_at": None, "news_stopped_at": None,
        "unreachable_at": None, "blocked_at": None, "last_inbound_at": None, "country": None, "kind": "whatsapp"})
    take(database, news())
    tick(database, doors)

    assert doors.begun[0][0] == talk


def test_a_page_that_she_has_left_is_no_place_to_tell_her(database: Database, doors: HandDoors) -> None:
    with database.work() as work:
        a_buyer(work, channel_id=a_channel(work, "webchat", "shop.example"))
    take(database, news())
    tick(database, doors)

    assert why(database, "AB-12345:shipped") == ("dropped", "no_address")


@pytest.mark.parametrize("phone", ["", "600111222", MARTA])
def test_without_an_address_nobody_is_told(database: Database, doors: HandDoors, phone: str) -> None:
    take(database, news(phone=phone))
    tick(database, doors)

    assert why(database, "AB-12345:shipped") == ("dropped", "no_address")


def test_mexico_is_found_in_its_old_form(database: Database, doors: HandDoors) -> None:
    with database.work() as work:
        a_buyer(work, "+525512345678")
    take(database, news(phone="+5215512345678"))
    hour = Policy(quiet_hours=(time(0), time(0)))
    tick(database, doors, hour)

    assert doors.told == [("AB-12345", "shipped")]


def test_one_cause_is_one_group_and_one_notice_for_each_customer(database: Database, doors: HandDoors, talk: str) -> None:
    with database.work() as work:
        a_buyer(work, "+34600999888")
    take(
        database,
        news("AB-10001", "delayed", cause="flood"), news("AB-10002", "delayed", cause="flood"),
        news("AB-10003", "delayed", cause="flood", phone="+34600999888"))  # fmt: skip
    tick(database, doors)
    with database.reading() as session:
        groups = session.execute(select(NewsGroup.__table__.c.orders)).scalars().all()

    assert [data.get("others", "") for *_, data in doors.begun] == ["AB-10002", ""]
    assert groups == [3]


def test_a_big_group_waits_for_a_person(database: Database, doors: HandDoors, talk: str) -> None:
    policy = Policy(hold_from=2)
    take(database, news("AB-10001", cause="flood"), news("AB-10002", cause="flood"), policy=policy)
    tick(database, doors, policy)

    assert (doors.begun, why(database, "AB-10001:shipped")[0]) == ([], "held")


def test_a_round_takes_no_more_than_it_may(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, *(news(f"AB-1000{n}") for n in range(3)))
    with database.work() as work:
        assert telling.tick(work, Policy(), doors, limit=2) == 2
    with database.reading() as session:
        table = OrderNews.__table__
        assert session.execute(select(table.c.key).where(table.c.state == "waiting")).scalars().all() == ["AB-10002:shipped"]


def test_of_two_rounds_at_once_one_waits_for_the_other(database: Database, doors: HandDoors, talk: str) -> None:
    take(database, news(), news("CD-22222"))
    other = threading.Thread(target=tick, args=(database, doors))
    with database.work() as work:
        telling.tick(work, Policy(), doors, 1)
        other.start()
        other.join(0.3)
        assert other.is_alive() and len(doors.begun) == 1
    other.join(5)

    assert len(doors.begun) == 2
