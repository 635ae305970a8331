"""What sender and web processes count together, and `/metrics` shows."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import insert, update

from channels.base import Answer
from conversation.tables import ChannelHealth, OutboxPart
from conversation.work import Database
from pipeline import delivery_counts, reconcile
from pipeline.tables import DeliveryCount
from tests.builders import HandClock
from tests.pipeline.deliveries import PATIENCE, Delivery


@pytest.fixture
def delivery(database: Database, hand_clock: HandClock) -> Delivery:
    return Delivery(database, hand_clock)


def shown(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def show(delivery: Delivery) -> None:
    with delivery.database.work() as work:
        delivery_counts.show(work.connection, work.now)


def test_what_the_tables_say_is_shown_once(delivery: Delivery) -> None:
    code = {"sqlite": "98765", "postgresql": "98764"}[delivery.database.engine.dialect.name]  # counters outlive a test
    with delivery.database.work() as work:
        for _ in range(3):
            delivery_counts.count_code(work, "twilio-sms", code)
    show(delivery)
    show(delivery)

    assert shown("relevo_unknown_codes_total", provider="twilio", code=code) == 3


def test_a_provider_that_makes_up_codes_fills_no_table(delivery: Delivery) -> None:
    with delivery.database.work() as work:
        for code in range(90_000, 90_000 + delivery_counts.CODES_KEPT + 20):
            delivery_counts.count_code(work, "twilio-sms", str(code))

    rows = {row["label"]: row["number"] for row in delivery.rows(DeliveryCount)}
    assert (len(rows), rows["other"]) == (delivery_counts.CODES_KEPT + 1, 20)


def test_what_is_unknown_and_what_is_paused_now_is_shown(delivery: Delivery) -> None:
    delivery.say()
    with delivery.database.work() as work:
        work.connection.execute(update(OutboxPart.__table__).values(state="unknown"))
        work.connection.execute(insert(ChannelHealth.__table__).values(
            kind="twilio-sms", account="1", failures=1, findings=[], paused_until=work.now.replace(year=2030),
            paused_why="config"))
    show(delivery)

    assert shown("relevo_unknown_parts_open", provider="twilio") == 1
    assert shown("relevo_channel_paused", kind="twilio-sms", account="1", why="config") == 1


@pytest.mark.parametrize(("listed", "minutes", "how", "state"), [
    (True, 1, "listed", "sent"), (False, 3, "absent", "queued"), (None, 2, "left", "unknown")])
def test_how_an_unknown_outcome_was_settled_is_counted(
    delivery: Delivery, listed: bool | None, minutes: int, how: str, state: str
) -> None:
    delivery.say().claim()
    delivery.answer(Answer("unknown", code="lost"))
    delivery.clock.forward(minutes=minutes)
    there = {"provider_id": "SM1", "text": "hola", "created_ms": None}
    with delivery.database.work() as work:
        (doubt,) = reconcile.doubts(work)
        if listed is None:
            reconcile.without_list(work, doubt)
        else:
            reconcile.with_list(work, doubt, [there] if listed else [], PATIENCE)

    assert [(row["label"], row["number"]) for row in delivery.rows(DeliveryCount)] == [(how, 1)]
    assert delivery.state[0] == state
