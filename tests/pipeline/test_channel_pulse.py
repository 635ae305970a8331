"""What comes in is noted without a query, written down every ten seconds, and nothing of it is lost between."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

import metrics
from channels.base import Event
from channels.errors import NotStored
from conversation import channel_health
from conversation.tables import Alarm, ChannelHealth, ChannelHour
from conversation.work import Database
from pipeline.channel_pulse import Pulse
from tests.builders import HandClock

OURS = "+34600000002"


def an_event(kind: str = "message", account: str = OURS) -> Event:
    return {"kind": kind, "provider": "twilio", "channel": "whatsapp", "account": account}


def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(table.__table__)).mappings()]


def a_pulse(database: Database) -> Pulse:
    return Pulse(database, lambda events: None)


def test_what_came_in_is_written_down(database: Database, hand_clock: HandClock) -> None:
    pulse = a_pulse(database)
    pulse.submit([an_event(), an_event("status"), an_event("reply")])
    pulse.flush()

    (health,) = rows(database, ChannelHealth)
    assert (health["kind"], health["account"]) == ("twilio-whatsapp", OURS)
    assert health["last_webhook_at"] == health["last_inbound_at"] == hand_clock.now()
    assert [row["inbound"] for row in rows(database, ChannelHour)] == [2]


def test_a_report_is_no_message(database: Database) -> None:
    pulse = a_pulse(database)
    pulse.submit([an_event("status")])
    pulse.flush()

    (health,) = rows(database, ChannelHealth)
    assert health["last_webhook_at"] and health["last_inbound_at"] is None and rows(database, ChannelHour) == []


def test_hours_add_up_over_flushes_and_processes(database: Database, hand_clock: HandClock) -> None:
    for pulse in (a_pulse(database), a_pulse(database)):
        for _ in range(2):
            pulse.submit([an_event()] * 3)
            hand_clock.forward(seconds=11)
            pulse.flush()

    assert sum(row["inbound"] for row in rows(database, ChannelHour)) == 12


def test_it_is_written_at_most_every_ten_seconds(database: Database, hand_clock: HandClock) -> None:
    pulse = a_pulse(database)
    pulse.submit([an_event()])
    pulse.flush()
    pulse.submit([an_event(account="+34600000003")])
    pulse.flush()
    assert len(rows(database, ChannelHealth)) == 1
    hand_clock.forward(seconds=10)
    pulse.flush()

    assert len(rows(database, ChannelHealth)) == 2


def test_what_could_not_be_kept_is_not_counted(database: Database) -> None:
    def refuse(events: Sequence[Event]) -> None:
        raise NotStored("not now")

    pulse = Pulse(database, refuse)
    with pytest.raises(NotStored):
        pulse.submit([an_event()])
    pulse.flush()

    assert rows(database, ChannelHealth) == []


def test_many_threads_lose_no_count(database: Database) -> None:
    pulse = a_pulse(database)
    threads = [threading.Thread(target=lambda: [pulse.submit([an_event()]) for _ in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pulse.flush()

    assert [row["inbound"] for row in rows(database, ChannelHour)] == [1600]


def test_what_is_signed_for_a_number_that_is_not_ours_raises_an_alarm(database: Database, hand_clock: HandClock) -> None:
    pulse = a_pulse(database)
    pulse.flush()
    hand_clock.forward(seconds=11)
    metrics.ignored.labels("meta", "account").inc()
    pulse.flush()

    (alarm,) = rows(database, Alarm)
    assert (alarm["text"], alarm["level"]) == ("foreign_numbers", "warning") and alarm["facts"]["count"] >= 1


def test_a_check_does_not_forget_what_was_noted(database: Database, hand_clock: HandClock) -> None:
    pulse = a_pulse(database)
    pulse.submit([an_event()])
    pulse.flush()
    with database.work() as work:
        channel_health.check_soon(work, "twilio-whatsapp", OURS)
        assert channel_health.claim_check(work, "twilio-whatsapp", OURS, hand_clock.now())

    assert rows(database, ChannelHealth)[0]["last_inbound_at"] == hand_clock.now()
