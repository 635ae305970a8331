"""What the send transaction looks at before a part may leave."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from channels.base import Answer
from conversation.tables import Contact, OutboxPart
from conversation.work import Database
from pipeline import claims, standing
from pipeline.claims import Claimed, Outcome, Patience
from pipeline.gates import Gates
from tests.builders import MONDAY_NOON, HandClock
from tests.pipeline.deliveries import Delivery

NOW, EARLIER = MONDAY_NOON, MONDAY_NOON - timedelta(hours=1)
TEXT: dict[str, Any] = {"text": "hola"}
CONSENT, MARKETING = {**TEXT, "consent": True}, {**TEXT, "purpose": "marketing"}
SILENCED = [
    ({"opted_out_at": NOW}, "bot", TEXT, "opted_out"), ({"opted_out_at": NOW}, "agent", TEXT, "opted_out"),
    ({"opted_out_at": NOW}, "system", CONSENT, ""),
    ({"unreachable_at": NOW, "last_inbound_at": EARLIER}, "bot", TEXT, "unreachable"),
    ({"unreachable_at": NOW, "last_inbound_at": EARLIER}, "agent", TEXT, ""),
    ({"unreachable_at": EARLIER, "last_inbound_at": NOW}, "bot", TEXT, ""),
    ({"marketing_stopped_at": NOW}, "agent", MARKETING, "marketing_stopped"), ({"marketing_stopped_at": NOW}, "bot", TEXT, ""),
    ({"marketing_rests_until": NOW + timedelta(hours=1)}, "bot", MARKETING, "marketing_rest"),
    ({"marketing_rests_until": EARLIER}, "bot", MARKETING, ""),
    ({"epoch": 1}, "bot", TEXT, "taken_over"), ({"epoch": 1}, "system", TEXT, ""),
]


@pytest.fixture
def delivery(database: Database, hand_clock: HandClock) -> Delivery:
    return Delivery(database, hand_clock)


@pytest.mark.parametrize(("facts", "author", "request_", "code"), SILENCED)
def test_who_may_not_be_written_to_is_not(
    delivery: Delivery, facts: dict[str, Any], author: str, request_: dict[str, Any], code: str
) -> None:
    delivery.say(request_, author=author)
    delivery.change(**facts)
    delivery.claim()

    assert delivery.state == (("suppressed", code) if code else ("sending", None))


@pytest.mark.parametrize(("author", "request_", "state"), [
    ("bot", TEXT, "suppressed"), ("system", TEXT, "suppressed"), ("agent", TEXT, "sending"), ("system", CONSENT, "sending")])
def test_whoever_is_blocked_hears_nothing_that_no_person_wrote(
    delivery: Delivery, author: str, request_: dict[str, Any], state: str
) -> None:
    with delivery.database.work() as work:
        work.connection.execute(update(Contact.__table__).values(blocked_at=NOW))
    delivery.say(request_, author=author).claim()

    assert delivery.state[0] == state


@pytest.mark.parametrize(
    ("kind", "author", "hours", "request_", "outcome"),
    [("meta-messenger", "agent", 23, TEXT, "free"), ("meta-messenger", "agent", 25, TEXT, "tagged"),
     ("meta-messenger", "bot", 25, TEXT, "closed"), ("meta-messenger", "system", 25, TEXT, "closed"),
     ("meta-messenger", "agent", 24 * 7 + 1, TEXT, "closed"), ("meta-instagram", "agent", 25, TEXT, "tagged"),
     ("meta-whatsapp", "agent", 25, TEXT, "closed"), ("meta-whatsapp", "bot", 25, {"template": {"name": "x"}}, "free"),
     ("twilio-sms", "bot", 999, TEXT, "free")])
def test_only_a_persons_words_are_tagged_and_only_after_a_day(
    delivery: Delivery, kind: str, author: str, hours: int, request_: dict[str, Any], outcome: str
) -> None:
    one = delivery if kind == delivery.kind else Delivery(delivery.database, delivery.clock, kind)
    one.say(request_, author=author)
    one.change(last_inbound_at=NOW - timedelta(hours=hours))
    claimed = one.claim()

    found = "closed" if claimed is None else "tagged" if claimed.request.get("human_agent") else "free"
    assert found == outcome


def test_a_part_knows_which_attempt_it_is(delivery: Delivery) -> None:
    first = delivery.say().claim()
    delivery.refuse("20500", status=500)
    delivery.clock.forward(seconds=5)
    second = delivery.claim()

    assert first is not None and second is not None
    assert [first.attempt_id, second.attempt_id] == [first.part_id, f"{first.part_id}.2"]


def test_what_a_gate_holds_keeps_its_place_and_keeps_nobody_busy(delivery: Delivery) -> None:
    gates = Gates()
    gates.gate(("twilio-whatsapp", "+14155238886")).breaker.stopped(NOW.timestamp())
    delivery.say().say({"text": "otra"})
    with delivery.database.work() as work:
        assert claims.take(work, [delivery.conversation_id], "a:1", Patience(), gates) == []

    held = [(row["error_code"], (row["not_before"] - NOW).total_seconds()) for row in delivery.rows(OutboxPart)]
    assert sorted(held, key=str) == [("paused", 30.0), (None, 0.0)]
    with delivery.database.work() as work:
        assert claims.ready(work) == []


def test_what_a_pause_held_goes_when_the_channel_is_opened_and_nothing_else(delivery: Delivery) -> None:
    delivery.say()
    with delivery.database.work() as work:
        work.connection.execute(update(OutboxPart.__table__).values(not_before=NOW + timedelta(hours=1), error_code="30003"))
        assert claims.release(work, [("twilio-whatsapp", "+14155238886")]) == 0
        work.connection.execute(update(OutboxPart.__table__).values(error_code="paused"))

        assert claims.release(work, [("twilio-sms", "+15005550006"), ("twilio-whatsapp", "+14155238886")]) == 1


def test_what_a_report_settled_while_it_was_claimed_is_not_sent(delivery: Delivery) -> None:
    """On PostgreSQL a report of an earlier attempt may be committed between the look at a part and its claim."""
    delivery.say()

    class Meanwhile(Gates):
        def wait(self, part: Any, now: float) -> None:
            work.connection.execute(update(OutboxPart.__table__).values(state="delivered"))

    with delivery.database.work() as work:
        assert claims.take(work, [delivery.conversation_id], "a:1", Patience(), Meanwhile()) == []


def test_what_the_bot_was_to_try_again_is_over_as_soon_as_people_have_it(delivery: Delivery) -> None:
    delivery.say(author="bot").claim()
    delivery.refuse("20429", status=429, retry_after="60")
    delivery.change(epoch=1)
    delivery.say({"text": "Te paso con una persona."}, author="system")
    following = delivery.claim()

    assert following is not None
    assert (following.author, [row["state"] for row in delivery.rows(OutboxPart)].count("suppressed")) == ("system", 1)


def claimed(row: dict[str, Any]) -> Claimed:
    return Claimed(row["part_id"], row["conversation_id"], "twilio-whatsapp", "+14155238886", "+34600111220", "bot",
                   row["request"], row["attempt"], NOW, NOW)


def someone_waits(database: Database) -> bool:
    with database.reading() as session:
        return bool(session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())


def test_outcomes_lock_parts_in_the_order_in_which_reports_do(delivery: Delivery) -> None:
    """Else sender and writer wait for each other on PostgreSQL until it ends the work of one of them."""
    delivery.say().say()
    lower, higher = (claimed(row) for row in delivery.rows(OutboxPart, OutboxPart.__table__.c.part_id))
    outcomes = [Outcome(higher, Answer("refused", code="63024")), Outcome(lower, Answer("sent", provider_id="SM1"))]
    lock = select(OutboxPart.__table__).with_for_update(nowait=True)

    def record() -> None:
        with delivery.database.work() as work:
            claims.record(work, outcomes, Patience())

    with ThreadPoolExecutor(1) as pool:
        with delivery.database.work() as web:
            web.connection.execute(lock.where(OutboxPart.__table__.c.part_id == lower.part_id))
            writing = pool.submit(record)
            while not web.is_sqlite and not someone_waits(delivery.database):
                assert not writing.done()
            web.connection.execute(lock.where(OutboxPart.__table__.c.part_id == higher.part_id))
        writing.result()


def test_how_a_channel_stands_is_written_and_read_back(delivery: Delivery) -> None:
    gates = Gates()
    key = ("twilio-whatsapp", "+14155238886")
    gate = gates.gate(key)
    gate.breaker.stopped(NOW.timestamp())
    gate.is_told = False
    for _ in range(2):
        with delivery.database.work() as work:
            (row,) = standing.exchange(work, gates.changes())

    assert (row["paused_until"], row["paused_why"], row["failures"]) == (NOW + timedelta(seconds=30), "config", 1)


def test_a_provider_that_stays_away_is_told_and_untold(delivery: Delivery) -> None:
    gates = Gates()
    key = ("twilio-whatsapp", "+14155238886")
    gates.gate(key).breaker.why, gates.gate(key).breaker.rests, gates.gate(key).is_told = "breaker", 5, False
    with delivery.database.work() as work:
        standing.exchange(work, gates.changes())
    assert delivery.alarms() == [("provider_away", "critical", 1)]

    gates.gate(key).breaker.succeeded()
    gates.gate(key).is_told = False
    with delivery.database.work() as work:
        standing.exchange(work, gates.changes())
    assert [row["cleared_at"] for row in delivery.rows_of_alarms()] == [NOW]
