"""What Twilio says of our channels: asked over a socket, with its credentials, read as its pages describe it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from channels import accounts, asking, places
from channels.base import Endpoint
from channels.probing import Found, Place
from channels.twilio_probe import base_of
from tests.builders import MONDAY_NOON
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

SMS = "+34600000001"
WHATSAPP = "+34600000002"
SERVICE = "MG" + "1" * 32
BASE = "https://chat.example.com"
OURS = f"{BASE}/webhooks/twilio"


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as standin:
        yield standin


def a_place(twilio: TwilioStandIn, kind: str = "sms", base: str = BASE, **more: Any) -> Place:
    """The one channel of this kind, of an account with a Messaging Service where one is given."""
    numbers = {"sms": [SMS], "whatsapp": [WHATSAPP], "messenger": ["108000000000001"]}
    ours = accounts.read({"twilio": [{"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, kind: numbers[kind], **more}]})
    return places.places(ours, (twilio.url, "https://graph.example"), [base] if base else [])[0]


def found(place: Place) -> dict[str, Found]:
    """Everything that is found out about a place, by what was looked at."""
    with closing(asking.Asker([place.endpoint.api_base])) as ask:
        return {one.check: one for look in places.looks(place, MONDAY_NOON) for one in asking.run(look, ask)}


def said(place: Place) -> dict[str, str]:
    return {check: one.text for check, one in found(place).items()}


def test_a_number_that_calls_us_is_well(twilio: TwilioStandIn) -> None:
    twilio.held.has_number(SMS, OURS)

    assert {one.state for one in found(a_place(twilio)).values()} == {"ok"}


def test_what_twilio_is_told_to_repeat_is_no_part_of_the_address(twilio: TwilioStandIn) -> None:
    twilio.held.has_number(SMS, OURS + "#rc=5&rp=all")

    assert said(a_place(twilio))["callback"] == "callback_ok"


def test_a_wrong_address_is_named_with_ours(twilio: TwilioStandIn) -> None:
    twilio.held.has_number(SMS, "https://user:secret@old.example:443/webhooks/twilio?key=secret")

    wrong = found(a_place(twilio))["callback"]
    assert (wrong.state, wrong.text) == ("bad", "callback_wrong")
    assert wrong.values == {"theirs": "https://old.example/webhooks/twilio", "ours": OURS}


@pytest.mark.parametrize(("changes", "text"), [
    ({"sms_url": ""}, "callback_missing"),
    ({"sms_method": "GET"}, "callback_method"),
    ({"sms_application_sid": "AP" + "1" * 32}, "callback_application"),
    ({"sms_url": "not a url at all"}, "callback_wrong"),
])
def test_each_way_not_to_call_us_has_its_word(twilio: TwilioStandIn, changes: dict[str, Any], text: str) -> None:
    twilio.held.has_number(SMS, **({"sms_url": OURS} | changes))

    assert said(a_place(twilio))["callback"] == text


def test_without_an_address_of_ours_nothing_is_compared(twilio: TwilioStandIn) -> None:
    twilio.held.has_number(SMS, OURS)

    assert said(a_place(twilio, base=""))["callback"] == "callback_no_base"


def test_a_number_of_somebody_else_is_bad(twilio: TwilioStandIn) -> None:
    assert said(a_place(twilio))["number"] == "number_not_ours"


def test_a_number_that_may_not_text_is_bad(twilio: TwilioStandIn) -> None:
    twilio.held.has_number(SMS, OURS, capabilities={"sms": False})

    assert said(a_place(twilio))["number"] == "number_no_sms"


def test_a_service_decides_for_its_numbers(twilio: TwilioStandIn) -> None:
    number = twilio.held.has_number(SMS, OURS)
    twilio.held.has_service(SERVICE, "https://old.example/in")
    twilio.held.members.add((SERVICE, number["sid"]))

    assert said(a_place(twilio, messaging_services=[SERVICE]))["callback"] == "callback_wrong"


def test_a_service_may_leave_it_to_its_numbers(twilio: TwilioStandIn) -> None:
    number = twilio.held.has_number(SMS, OURS)
    twilio.held.has_service(SERVICE, None, use_inbound_webhook_on_number=True)
    twilio.held.members.add((SERVICE, number["sid"]))

    assert said(a_place(twilio, messaging_services=[SERVICE]))["callback"] == "callback_ok"


def a_service(twilio: TwilioStandIn) -> Place:
    ours = accounts.read({"twilio": [
        {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "messaging_services": [SERVICE]}]})
    (place,) = places.places(ours, (twilio.url, "https://graph.example"), [BASE])
    return place


def test_a_service_without_an_address_receives_nothing(twilio: TwilioStandIn) -> None:
    twilio.held.has_service(SERVICE, None)

    assert said(a_service(twilio))["callback"] == "callback_missing"


def test_a_service_that_is_gone_is_bad(twilio: TwilioStandIn) -> None:
    assert said(a_service(twilio))["number"] == "service_missing"


def test_a_sender_is_read_in_full_where_the_list_is_brief(twilio: TwilioStandIn) -> None:
    twilio.held.has_sender(WHATSAPP, OURS)

    states = found(a_place(twilio, "whatsapp"))
    assert (states["number"].text, states["callback"].text, states["quality"].text) == (
        "number_online", "callback_ok", "quality_good")
    assert states["limit"].values == {"limit": "10K Customers/24hr"}


def test_a_sender_on_a_later_page_is_found(twilio: TwilioStandIn) -> None:
    for n in range(45):
        twilio.held.has_sender(f"+3461{n:07d}", OURS)
    twilio.held.has_sender(WHATSAPP, OURS)

    assert said(a_place(twilio, "whatsapp"))["callback"] == "callback_ok"


def test_a_sender_that_is_offline_says_why(twilio: TwilioStandIn) -> None:
    twilio.held.has_sender(WHATSAPP, OURS, status="OFFLINE", offline_reasons=[{"code": "63020", "message": "…"}])

    offline = found(a_place(twilio, "whatsapp"))["number"]
    assert (offline.state, offline.values) == ("bad", {"status": "OFFLINE", "codes": ["63020"]})


@pytest.mark.parametrize(("rating", "state"), [("HIGH", "ok"), ("MEDIUM", "warning"), ("LOW", "bad"), ("", "unknown")])
def test_quality_has_three_grades_and_none(twilio: TwilioStandIn, rating: str, state: str) -> None:
    twilio.held.has_sender(WHATSAPP, OURS, properties={"quality_rating": rating})

    assert found(a_place(twilio, "whatsapp"))["quality"].state == state


def test_a_number_that_is_no_sender_is_worth_a_look(twilio: TwilioStandIn) -> None:
    assert found(a_place(twilio, "whatsapp"))["number"] == Found("number", "warning", "sender_not_listed")


def test_templates_that_whatsapp_refused_are_named(twilio: TwilioStandIn) -> None:
    twilio.held.contents = [{"sid": f"HX{n}", "approval_requests": {"name": f"t{n}", "status": status}}
                            for n, status in enumerate(("approved", "rejected", "unsubmitted", "pending") * 12)]

    lost = found(a_place(twilio, "whatsapp"))["templates"]
    assert (lost.text, lost.values["ready"], lost.values["total"], lost.values["lost"]) == ("templates_lost", 12, 36, 12)
    assert lost.values["names"][:2] == ["t1 (rejected)", "t5 (rejected)"]


@pytest.mark.parametrize(("status", "kind", "check", "text"), [
    ("suspended", "Full", "account", "account_closed"), ("active", "Trial", "account", "account_trial"),
    ("active", "Full", "account", "account_ok")])
def test_the_account_has_a_standing(twilio: TwilioStandIn, status: str, kind: str, check: str, text: str) -> None:
    twilio.held.status, twilio.held.type = status, kind

    assert said(a_place(twilio))[check] == text


def test_a_token_that_is_refused_is_no_silence(twilio: TwilioStandIn) -> None:
    ours = accounts.read({"twilio": [{"account_sid": ACCOUNT_SID, "auth_token": "old", "sms": [SMS]}]})
    (place,) = places.places(ours, (twilio.url, "https://graph.example"), [BASE])

    refused = found(place)
    assert (refused["token"].state, refused["callback"].state) == ("bad", "unknown")


def test_a_provider_that_does_not_answer_leaves_all_unknown() -> None:
    with TwilioStandIn() as gone:
        place = a_place(gone)

    assert {one.state for one in found(place).values()} == {"unknown"}


def test_what_no_page_documents_is_unknown(twilio: TwilioStandIn) -> None:
    assert said(a_place(twilio, "messenger"))["callback"] == "undocumented"


def test_each_product_of_twilio_has_its_host() -> None:
    place = Place(Endpoint("twilio-sms", SMS, "https://api.ie1.twilio.com"), "twilio", "sms")

    assert base_of(place.endpoint, "messaging") == "https://messaging.ie1.twilio.com"


def test_one_account_is_asked_once_for_many_numbers(twilio: TwilioStandIn) -> None:
    ours = accounts.read({"twilio": [
        {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "whatsapp": [WHATSAPP, "+34600000003", "+34600000004"]}]})
    asked: list[str] = []
    with closing(asking.Asker([twilio.url])) as ask:
        for place in places.places(ours, (twilio.url, "https://graph.example"), [BASE]):
            for look in places.looks(place, MONDAY_NOON):
                asking.run(look, lambda request: (asked.append(request.url), ask(request))[1])

    assert len(asked) == 9 and len(set(asked)) == 3
