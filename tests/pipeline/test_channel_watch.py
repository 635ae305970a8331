"""The watch over channels: asks when it is due, raises what is wrong, ends what is well again, leaves the unknown alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from channels import accounts, places
from conversation import alarms, channel_health
from conversation.alarms import Trouble
from conversation.channel_health import Ours, Saw, Standing
from conversation.tables import Alarm, ChannelHealth, ChannelHour
from conversation.work import Database
from pipeline.channel_watch import Watch
from tests.builders import HandClock
from tests.pipeline.conftest import OURS, say
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

KIND, SMS = "twilio-sms", "+34600000001"
BASE = "https://chat.example.com"
EVERY = timedelta(minutes=10)


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as standin:
        standin.held.has_number(SMS, f"{BASE}/webhooks/twilio")
        yield standin


def a_watch(database: Database, twilio: TwilioStandIn, every: timedelta = EVERY, token: str = AUTH_TOKEN) -> Watch:
    ours = accounts.read({"twilio": [{"account_sid": ACCOUNT_SID, "auth_token": token, "sms": [SMS]}]})
    found = places.places(ours, (twilio.url, "https://graph.example"), [BASE])
    return Watch(database, found, (twilio.url,), every)


def standing(database: Database, hand_clock: HandClock) -> Standing:
    with database.reading() as session:
        (found,) = channel_health.standings(session, [Ours(KIND, SMS, SMS)], hand_clock.now())
    return found


def alarms_of(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return channel_health.open_alarms(session)


def test_a_channel_that_is_well_says_so(database: Database, twilio: TwilioStandIn, hand_clock: HandClock) -> None:
    a_watch(database, twilio).look()

    found = standing(database, hand_clock)
    assert found.state == "ok" and {one["check"] for one in found.findings} == {"token", "account", "number", "callback"}
    assert alarms_of(database) == []


def test_a_wrong_address_raises_one_alarm_however_often_it_is_seen(
    database: Database, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    twilio.held.numbers[SMS]["sms_url"] = "https://old.example/hook"
    for _ in range(3):
        a_watch(database, twilio).look()
        hand_clock.forward(minutes=11)

    (alarm,) = alarms_of(database)
    assert (alarm["text"], alarm["level"], alarm["times"]) == ("callback_wrong", "critical", 3)
    assert alarm["facts"]["theirs"] == "https://old.example/hook"


def test_an_alarm_ends_when_all_is_well_again(
    database: Database, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    twilio.held.numbers[SMS]["sms_url"] = ""
    a_watch(database, twilio).look()
    twilio.held.numbers[SMS]["sms_url"] = f"{BASE}/webhooks/twilio"
    hand_clock.forward(minutes=11)
    a_watch(database, twilio).look()

    assert alarms_of(database) == [] and standing(database, hand_clock).state == "ok"


def test_trouble_that_becomes_another_one_is_a_new_alarm(
    database: Database, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    for url in ("", "https://old.example/hook"):
        twilio.held.numbers[SMS]["sms_url"] = url
        a_watch(database, twilio).look()
        hand_clock.forward(minutes=11)

    assert [alarm["text"] for alarm in alarms_of(database)] == ["callback_wrong"]


def test_a_provider_that_does_not_answer_neither_raises_nor_ends_an_alarm(
    database: Database, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    twilio.held.numbers[SMS]["sms_url"] = ""
    a_watch(database, twilio).look()
    hand_clock.forward(minutes=11)
    with TwilioStandIn() as gone:
        away = a_watch(database, gone)
    away.look()

    assert [alarm["text"] for alarm in alarms_of(database)] == ["callback_missing"]


def test_a_refused_token_is_critical(database: Database, twilio: TwilioStandIn) -> None:
    a_watch(database, twilio, token="old").look()

    assert [(alarm["text"], alarm["level"]) for alarm in alarms_of(database)] == [("token_refused", "critical")]


def test_it_asks_once_until_it_is_due(database: Database, twilio: TwilioStandIn, hand_clock: HandClock) -> None:
    watch = a_watch(database, twilio)
    asked = [watch.look(), watch.look()]
    hand_clock.forward(minutes=10)

    assert [*asked, watch.look()] == [1, 0, 1]


def test_two_workers_do_not_ask_twice(database: Database, twilio: TwilioStandIn) -> None:
    assert [a_watch(database, twilio).look() for _ in range(2)] == [1, 0]


def test_somebody_may_want_to_know_now(database: Database, twilio: TwilioStandIn, hand_clock: HandClock) -> None:
    watch = a_watch(database, twilio)
    watch.look()
    with database.work() as work:
        channel_health.check_soon(work, KIND, SMS)
    assert standing(database, hand_clock).is_due

    assert watch.look() == 1 and not standing(database, hand_clock).is_due


def test_without_a_period_it_asks_only_when_told(database: Database, twilio: TwilioStandIn, hand_clock: HandClock) -> None:
    watch = a_watch(database, twilio, every=timedelta(0))
    assert watch.look() == 0
    with database.work() as work:
        channel_health.check_soon(work, KIND, SMS)

    assert [watch.look(), watch.look()] == [1, 0]


def note_busy_days(database: Database, hand_clock: HandClock, silent_hours: float) -> None:
    now = hand_clock.now()
    hours = [{"kind": KIND, "account": SMS, "inbound": 9, "hour": now - timedelta(hours=n)} for n in range(24, 14 * 24)]
    with database.work() as work:
        work.connection.execute(insert(ChannelHour.__table__), hours)
        channel_health.note(work, [Saw(KIND, SMS, now, now - timedelta(hours=silent_hours))])


def test_a_channel_that_fell_silent_raises_a_warning_until_somebody_writes(
    database: Database, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    note_busy_days(database, hand_clock, silent_hours=5)
    a_watch(database, twilio).look()
    assert [(one["text"], one["level"], one["facts"]) for one in alarms_of(database)] == [
        ("silent", "warning", {"hours": 5, "usual": 36})]
    hand_clock.forward(minutes=11)
    with database.work() as work:
        channel_health.note(work, [Saw(KIND, SMS, hand_clock.now(), hand_clock.now())])
    a_watch(database, twilio).look()

    assert alarms_of(database) == []


def test_a_silence_does_not_end_because_it_lasts(
    database: Database, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    note_busy_days(database, hand_clock, silent_hours=5)
    for _ in range(20):
        a_watch(database, twilio).look()
        hand_clock.forward(days=1)

    assert [alarm["text"] for alarm in alarms_of(database)] == ["silent"]


def test_alarms_of_a_channel_that_is_no_longer_ours_end(database: Database, twilio: TwilioStandIn) -> None:
    with database.work() as work:
        alarms.raise_alarm(work, Trouble("check:token:twilio-sms:+1", "token_refused", kind=KIND, account="+1"))
    a_watch(database, twilio).look()

    assert alarms_of(database) == []


def test_what_only_happens_is_over_after_a_day(
    database: Database, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    with database.work() as work:
        for key in ("foreign:meta", "sms_country:XX", "paused:somewhere"):
            alarms.raise_alarm(work, Trouble(key, "other"))
    hand_clock.forward(hours=25)
    a_watch(database, twilio).look()

    assert [alarm["key"] for alarm in alarms_of(database)] == ["paused:somewhere"]


def test_a_pause_is_ended_by_a_person_and_noted(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        work.connection.execute(insert(ChannelHealth.__table__).values(
            kind=KIND, account=SMS, failures=9, findings=[], paused_until=hand_clock.now() + EVERY, paused_why="63018"))
    assert standing(database, hand_clock).state == "bad"
    with database.work() as work:
        assert channel_health.resume(work, KIND, SMS, "agt_sue") and not channel_health.resume(work, KIND, SMS, "agt_sue")

    assert standing(database, hand_clock).paused_until is None


def test_what_waits_is_counted_by_channel(database: Database, hand_clock: HandClock, marta: str) -> None:
    say(database, marta, "Hola", "¿Sigues ahí?")
    hand_clock.forward(minutes=3)
    with database.reading() as session:
        (found,) = channel_health.standings(session, [Ours("twilio-whatsapp", OURS, OURS)], hand_clock.now())

    assert found.queued == 2 and hand_clock.now() - found.oldest_at == timedelta(minutes=3)


def test_nothing_of_an_alarm_is_kept_twice(database: Database, twilio: TwilioStandIn) -> None:
    twilio.held.numbers[SMS]["sms_url"] = ""
    a_watch(database, twilio).look()
    with database.reading() as session:
        assert len(session.execute(select(Alarm.__table__)).all()) == 1
