"""A provider says no, at once or in a report: what becomes of the part, the contact, the channel, the operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import update

from channels.base import Answer
from conversation.tables import Address, OutboxPart
from conversation.work import Database
from pipeline.tables import DeliveryCount
from tests.builders import HandClock
from tests.pipeline.deliveries import Delivery

PART = OutboxPart.__table__
PICTURE = {"text": "Mira", "media_url": "https://x/1.jpg", "media_type": "image"}
Refuse = Callable[[Delivery, str], None]


def at_once(delivery: Delivery, code: str) -> None:
    delivery.claim()
    delivery.refuse(code)


def in_a_report(delivery: Delivery, code: str) -> None:
    delivery.sent()
    delivery.report("failed", code)


def both(delivery: Delivery, code: str) -> None:
    at_once(delivery, code)
    delivery.report("failed", code)


def twice_in_reports(delivery: Delivery, code: str) -> None:
    in_a_report(delivery, code)
    delivery.report("failed", code)


def before_our_own_note(delivery: Delivery, code: str) -> None:
    delivery.claim()
    delivery.report("failed", code)
    delivery.answer(Answer("sent", provider_id=delivery.sid))


WAYS = [at_once, in_a_report, both, twice_in_reports, before_our_own_note]


@pytest.fixture
def delivery(database: Database, hand_clock: HandClock) -> Delivery:
    return Delivery(database, hand_clock)


def on(kind: str, delivery: Delivery) -> Delivery:
    return delivery if delivery.kind == kind else Delivery(delivery.database, delivery.clock, kind)


@pytest.mark.parametrize("refuse", WAYS)
def test_whoever_wants_nothing_is_marked_once(delivery: Delivery, refuse: Refuse) -> None:
    refuse(delivery.say(), "21610")

    assert delivery.state == ("failed", "21610")
    assert (delivery.conversation["opted_out_at"], delivery.told("opted_out"), delivery.buried()) == (
        delivery.clock.now(), 1, 1)


@pytest.mark.parametrize("refuse", WAYS)
def test_an_address_that_is_dead_is_marked_once(delivery: Delivery, refuse: Refuse) -> None:
    delivery.change(last_inbound_at=delivery.clock.now() - timedelta(hours=1))
    refuse(delivery.say(), "63024")

    assert delivery.state == ("failed", "63024")
    assert (delivery.conversation["unreachable_code"], delivery.told("unreachable")) == ("63024", 1)


@pytest.mark.parametrize("refuse", WAYS)
def test_a_closed_window_is_a_failure_with_our_own_code(delivery: Delivery, refuse: Refuse) -> None:
    refuse(delivery.say(), "63016")

    assert delivery.state == ("failed", "window_closed")
    assert (delivery.part["error_text"], delivery.buried()) == ("63016: no", 1)


@pytest.mark.parametrize("refuse", WAYS)
def test_a_file_that_is_not_taken_goes_as_its_link(delivery: Delivery, refuse: Refuse) -> None:
    refuse(delivery.say(PICTURE), "63019")

    assert delivery.part["request"]["text"] == "Mira\nhttps://x/1.jpg"
    assert delivery.state == ("queued", "63019")
    assert delivery.message["content"]["degraded"] == ["media_as_link"]


def test_a_link_that_is_not_taken_either_is_the_end(delivery: Delivery) -> None:
    in_a_report(delivery.say(PICTURE), "63019")
    delivery.clock.forward(seconds=60)
    in_a_report(delivery, "63019")

    assert delivery.state == ("failed", "63019")


@pytest.mark.parametrize("refuse", [in_a_report, twice_in_reports, before_our_own_note])
def test_an_unknown_trouble_of_the_carrier_is_tried_once_more(delivery: Delivery, refuse: Refuse) -> None:
    refuse(delivery.say(), "30008")

    assert (delivery.state, delivery.part["earlier_id"], delivery.part["provider_id"]) == (("queued", "30008"), "SM1", None)
    assert 20 < delivery.waits < 40


def test_once_more_is_not_twice_more(delivery: Delivery) -> None:
    in_a_report(delivery.say(), "30008")
    delivery.clock.forward(seconds=60)
    in_a_report(delivery, "30008")

    assert (delivery.state, delivery.part["attempt"]) == (("failed", "30008"), 2)


def test_a_phone_that_is_off_is_tried_after_a_quarter_of_an_hour(delivery: Delivery) -> None:
    in_a_report(delivery.say(), "30003")
    assert 900 <= delivery.waits <= 1200

    delivery.clock.forward(seconds=1300)
    assert delivery.claim() is not None


def test_a_phone_that_is_on_again_need_not_wait(delivery: Delivery) -> None:
    in_a_report(delivery.say(), "30003")
    delivery.clock.forward(seconds=60)
    delivery.change(last_inbound_at=delivery.clock.now())

    assert delivery.claim() is not None


def test_words_behind_a_phone_that_was_off_have_their_own_time(delivery: Delivery) -> None:
    in_a_report(delivery.say(), "30003")
    delivery.say({"text": "otra"})
    delivery.clock.forward(seconds=1300)
    delivery.sent()

    assert delivery.claim() is not None and delivery.claimed.request["text"] == "otra"  # type: ignore[union-attr]


def test_a_report_of_the_attempt_before_changes_nothing_any_more(delivery: Delivery) -> None:
    delivery.say().sent()
    first = delivery.claimed
    delivery.report("failed", "30008")
    delivery.clock.forward(seconds=60)
    delivery.sent()

    assert [delivery.report(status, "30008", of=first) for status in ("failed", "sent")] == [False, False]
    assert delivery.state == ("sent", None)


def test_an_attempt_that_arrived_after_all_is_not_sent_again(delivery: Delivery) -> None:
    in_a_report(delivery.say(), "30008")
    delivery.report("delivered")
    delivery.clock.forward(seconds=60)

    assert (delivery.state, delivery.claim()) == (("delivered", None), None)


def test_a_provider_that_was_lost_and_then_reports_is_believed(delivery: Delivery) -> None:
    delivery.say().claim()
    delivery.answer(Answer("unknown", code="lost"))
    delivery.report("delivered")

    assert delivery.state == ("delivered", None)
    assert [(row["what"], row["provider"], row["label"], row["number"]) for row in delivery.rows(DeliveryCount)] == [
        ("unknown_part", "twilio", "reported", 1)]


@pytest.mark.parametrize("refuse", [at_once, in_a_report])
def test_a_broken_set_up_keeps_what_waits_and_tells_an_operator(delivery: Delivery, refuse: Refuse) -> None:
    refuse(delivery.say(), "63007")

    assert delivery.state == ("queued", "63007")
    assert (delivery.alarms(), delivery.buried()) == ([("channel_stopped", "critical", 1)], 0)


def test_a_report_of_a_broken_set_up_pauses_the_channel_in_its_row(delivery: Delivery) -> None:
    in_a_report(delivery.say(), "63007")

    assert (delivery.health["paused_why"], delivery.health["last_error_code"]) == ("config", "63007")
    assert delivery.health["paused_until"] - delivery.clock.now() == timedelta(seconds=30)


def test_what_waits_for_a_broken_set_up_outlives_a_quarter_of_an_hour_and_not_a_day(delivery: Delivery) -> None:
    at_once(delivery.say(), "63007")
    delivery.clock.forward(hours=2)
    assert delivery.claim() is not None

    delivery.refuse("63007")
    delivery.clock.forward(hours=23)
    delivery.change(last_inbound_at=delivery.clock.now())
    assert (delivery.claim(), delivery.state) == (None, ("expired", "expired"))


@pytest.mark.parametrize(
    ("kind", "code", "alarm"),
    [("twilio-whatsapp", "63027", "template_refused"), ("twilio-sms", "21408", "region_refused"),
     ("meta-whatsapp", "131030", "recipient_refused"), ("meta-whatsapp", "131008", "request_refused")])
def test_what_is_wrong_with_one_message_ends_it_and_not_the_channel(
    delivery: Delivery, kind: str, code: str, alarm: str
) -> None:
    one = on(kind, delivery)
    at_once(one.say(), code)

    assert one.state == ("failed", code)
    assert sorted(one.alarms()) == sorted([(alarm, "warning", 1), ("given_up", "warning", 1)])


def test_a_wish_to_hear_no_advertising_stops_only_that(delivery: Delivery) -> None:
    rita = on("meta-whatsapp", delivery)
    at_once(rita.say({"text": "Oferta", "purpose": "marketing"}), "131050")
    rita.say({"text": "Otra", "purpose": "marketing"}).claim()
    assert rita.state == ("suppressed", "marketing_stopped")

    assert rita.say({"text": "Tu pedido"}).claim() is not None


def test_what_whatsapp_holds_back_rests_for_a_day(delivery: Delivery) -> None:
    rita = on("meta-whatsapp", delivery)
    in_a_report(rita.say({"text": "Oferta", "purpose": "marketing"}), "131049")
    rita.say({"text": "Otra", "purpose": "marketing"}).claim()
    assert rita.state == ("suppressed", "marketing_rest")

    rita.clock.forward(hours=25)
    rita.change(last_inbound_at=rita.clock.now())
    assert rita.say({"text": "Otra", "purpose": "marketing"}).claim() is not None


def test_a_pair_that_is_too_fast_waits_longer_each_time(delivery: Delivery) -> None:
    rita = on("meta-whatsapp", delivery)
    at_once(rita.say(), "131056")

    assert (rita.state, rita.alarms()) == (("queued", "131056"), [])
    assert 5 < rita.waits < 10


def test_a_daily_cap_waits_for_tomorrow(delivery: Delivery) -> None:
    sms = on("twilio-sms", delivery)
    at_once(sms.say(), "30023")

    assert 12 * 3600 <= sms.waits <= 12 * 3600 + 900  # it is noon


def test_spam_is_told_an_operator(delivery: Delivery) -> None:
    rita = on("meta-whatsapp", delivery)
    at_once(rita.say(), "131048")

    assert (rita.alarms(), rita.waits >= 600) == ([("spam_limit", "critical", 1)], True)


def test_too_fast_in_a_report_is_left_for_the_sender_to_read(delivery: Delivery) -> None:
    in_a_report(delivery.say(), "63018")

    assert (delivery.state, delivery.health["limited_at"]) == (("queued", "63018"), delivery.clock.now())


def test_a_text_that_was_filtered_cannot_be_run_again(delivery: Delivery) -> None:
    sms = on("twilio-sms", delivery)
    in_a_report(sms.say(), "30007")

    assert (sms.state, sms.buried()) == (("failed", "30007"), 0)


def test_who_blocks_us_hears_no_more_of_the_bot(delivery: Delivery) -> None:
    sms = on("twilio-sms", delivery)
    sms.change(last_inbound_at=sms.clock.now() - timedelta(minutes=5))
    in_a_report(sms.say(), "30004")
    sms.say().claim()

    assert sms.state == ("suppressed", "unreachable")


@pytest.mark.parametrize(("known", "state", "address"), [
    (True, "queued", "+34600111222"), (False, "failed", "ES.13491208655302741918")])
def test_a_user_name_that_cannot_be_written_to_gives_way_to_the_phone(
    delivery: Delivery, known: bool, state: str, address: str
) -> None:
    rita = on("meta-whatsapp", delivery)
    rita.change(address="ES.13491208655302741918")
    if not known:
        with rita.database.work() as work:
            work.connection.execute(update(Address.__table__).values(value="ES.13491208655302741918"))
    at_once(rita.say(), "131062")

    assert (rita.state[0], rita.conversation["address"]) == (state, address)


@pytest.mark.parametrize(("code", "label"), [("99999", "99999"), ("63016", None)])
def test_a_code_nobody_knows_is_kept_and_counted(delivery: Delivery, code: str, label: str | None) -> None:
    at_once(delivery.say(), code)

    assert delivery.state[0] == "failed"
    assert [row["label"] for row in delivery.rows(DeliveryCount)] == ([label] if label else [])


def test_a_failure_after_delivery_does_nothing(delivery: Delivery) -> None:
    delivery.say().sent()
    delivery.report("delivered")

    assert delivery.report("failed", "21610") is False
    assert (delivery.conversation["opted_out_at"], delivery.buried()) == (None, 0)


ORDERS = [pytest.param(order, id="-".join(order)) for order in permutations(("sent", "delivered", "read", "failed"))]


@pytest.mark.parametrize("noted", [0, 2, 4], ids=["answer first", "answer between", "answer last"])
@pytest.mark.parametrize("code", ["63024", "30008"], ids=["dead", "once more"])
@pytest.mark.parametrize("order", ORDERS)
def test_reports_in_any_order_around_our_own_note_end_in_one_state(
    delivery: Delivery, order: tuple[str, ...], code: str, noted: int
) -> None:
    delivery.say().claim()
    for at, status in enumerate((*order, "")):
        if at == noted:
            delivery.answer(Answer("sent", provider_id="SM1"))
        if status:
            delivery.report(status, code if status == "failed" else "")

    assert (delivery.state, delivery.claim()) == (("read", None), None)


@pytest.mark.parametrize("outcome", ["unknown", "retry"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_lost_answer_changes_nothing_of_that(delivery: Delivery, order: tuple[str, ...], outcome: str) -> None:
    delivery.say().claim()
    for status in order:
        delivery.report(status, "63024" if status == "failed" else "")
    delivery.answer(Answer(outcome, code="lost", error_class="RETRY"))

    assert (delivery.state, delivery.claim()) == (("read", None), None)
