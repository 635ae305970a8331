"""Reading Twilio's forms beyond the captures: whatever comes, an event or a reason."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import twilio, twilio_form
from channels.base import Parsed
from channels.twilio_base64 import SHORTEST, decoded
from tests.channels.signing import SERVICE, SID, a_message, our_accounts

ACCOUNT = our_accounts().twilio[SID]
NAMES = st.sampled_from(
    [*a_message(), "MessageStatus", "WaId", "ExternalUserId", "OptOutType", "ButtonText", "ButtonPayload", "ListId"]
    + ["InteractiveData", "Latitude", "Longitude", "MediaUrl0", "MediaUrl7", "MediaContentType0", "OtherRecipients0"]
    + ["ReferralSourceId", "Forwarded", "ErrorCode", "EventType", "MessagingServiceSid", "ProfileName", "SmsSid"]
)
VALUES = st.text(max_size=20) | st.sampled_from(
    ["", "0", "-1", "nan", "1e999", "true", "STOP", "received", "delivered", "whatsapp:", "whatsapp:+34600", "sms", ":",
     "messenger:7", "{}", '{"nfm_reply":{"response_json":"{}"}}', "[", "image/webp", "+", " 34600111222", SERVICE, SID]
)


def parsed(**changes: str) -> Parsed:
    form = twilio_form.read_form(urlencode(a_message(**changes)).encode())
    assert form is not None
    return twilio.parse(form, ACCOUNT)


def event(**changes: str) -> dict[str, Any]:
    return dict(parsed(**changes).events[0])


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_whatever_comes_is_an_event_or_a_reason(changes: dict[str, str]) -> None:
    found = parsed(**changes)

    assert len(found.events) + len(found.ignored) == 1
    json.dumps(found.events, allow_nan=False).encode("utf-8")


@given(st.dictionaries(NAMES, VALUES, max_size=6), st.sampled_from(["", "sms", "whatsapp", "messenger", "x"]))
def test_whatever_is_looked_at_is_an_event_or_a_reason(changes: dict[str, str], channel: str) -> None:
    form = twilio_form.form_of(list(changes.items()))
    assert form is not None

    found = twilio.parse_hinted(form, ACCOUNT, channel)

    assert len(found.events) + len(found.ignored) == 1


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=6))
def test_fields_are_the_same_from_a_body_and_from_pairs(pairs: list[tuple[str, str]]) -> None:
    assert twilio_form.form_of(pairs) == twilio_form.read_form(urlencode(pairs).encode())


@pytest.mark.parametrize("address", ["+34600111222", "GB.123", "24273", "CORREOS"])
def test_address_of_hers_stays_as_it_is(address: str) -> None:
    to = "+15005550006" if not address.startswith("GB") else "whatsapp:+14155238886"

    assert event(From=address, To=to)["sender"] == address


@pytest.mark.parametrize("word", ["STOP sending me the wrong size", "cancel my order", "stop", "END"])
def test_word_that_twilio_did_not_act_on_is_a_message(word: str) -> None:
    assert event(Body=word)["kind"] == "message"


def test_help_that_twilio_answered_stays_what_it_was() -> None:
    found = event(OptOutType="HELP", ButtonPayload="help", ButtonText="Ayuda")

    assert (found["kind"], found["provider_replied"]) == ("reply", True)


def test_files_come_in_the_order_of_their_numbers() -> None:
    found = event(MediaUrl10="j", MediaUrl2="b", MediaUrl0="a", MediaUrlX="x", MediaUrl٣="y")

    assert [one["url"] for one in found["media"]] == ["a", "b", "j"]


def test_report_without_a_number_or_service_of_ours_is_refused() -> None:
    found = parsed(From="", MessageStatus="queued")

    assert found.ignored[0]["reason"] == "fields"


def test_form_deeper_than_we_store_is_cut_off() -> None:
    deep = event(InteractiveData='{"a":' * 200 + "1" + "}" * 200)["form"]

    assert json.dumps(deep).count("{") < 60


@given(st.text(min_size=SHORTEST, max_size=200).filter(lambda text: any(char.isspace() for char in text)))
def test_text_in_base64_comes_out_as_it_went_in(text: str) -> None:
    packed = base64.b64encode(text.encode()).decode()

    assert decoded(packed) in (text, packed)


@given(st.text(max_size=120))
def test_text_that_is_no_base64_stays(text: str) -> None:
    assert decoded(text + " ") == text + " "


@pytest.mark.parametrize("text", [
    "A" * 80, "a1b2c3d4" * 10, base64.b64encode(bytes(range(60))).decode(), base64.b64encode(b"x" * 60).decode(),
    base64.b64encode(b"hola que tal").decode()])
def test_codes_and_short_words_are_no_packed_text(text: str) -> None:
    assert decoded(text) == text
