"""Whatever a provider answers, a look ends with findings that have a sentence in every language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import accounts, asking, places
from channels.base import HttpRequest
from channels.probing import Place, Reply, shown_url
from conversation import troubles
from tests.builders import MONDAY_NOON

NAMES = ("data", "is_valid", "app_id", "expires_at", "scopes", "status", "type", "senders", "sender_id", "sid", "webhook",
         "callback_url", "properties", "quality_rating", "incoming_phone_numbers", "phone_number", "capabilities", "meta",
         "next_page_url", "contents", "approval_requests", "name", "health_status", "can_send_message", "entities",
         "errors", "webhook_configuration", "application", "object", "fields", "active", "paging", "cursors", "after",
         "next", "inbound_request_url", "offline_reasons", "sms_url", "whatsapp_business_api_data", "id")
WORDS = st.sampled_from(("active", "whatsapp:+34600000002", "+34600000001", "https://chat.example.com/webhooks/meta", "1",
                         "http://[::1", "https://a:99999/", "BLOCKED", "whatsapp_business_account", "page", "\x00\ud800"))
TREES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6), max_leaves=20)
REPLIES = st.builds(lambda status, tree: Reply(status, json.dumps(tree).encode("utf-8", "replace")),
                    st.sampled_from((0, 200, 200, 200, 301, 401, 404, 500)), TREES) | st.builds(
                        Reply, st.just(200), st.binary(max_size=40))
OURS = accounts.read({
    "twilio": [{"account_sid": "AC" + "1" * 32, "auth_token": "t", "sms": ["+34600000001"], "whatsapp": ["+34600000002"],
                "messenger": ["108000000000001"], "messaging_services": ["MG" + "1" * 32]}],
    "meta": [{"app_id": "1", "app_secret": "s", "access_token": "t", "verify_token": "v", "pages": ["1"],
              "whatsapp": [{"phone_number_id": "1", "waba_id": "2"}], "instagram": [{"account_id": "3", "page_id": "1"}]}]})
PLACES = places.places(OURS, ("https://api.twilio.com", "https://graph.facebook.com"), ["https://chat.example.com"])


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.kind} {place.account[:4]}")
@given(replies=st.lists(REPLIES, min_size=1, max_size=6))
def test_no_answer_of_a_provider_breaks_a_look(place: Place, replies: list[Reply]) -> None:
    asked: list[HttpRequest] = []

    def ask(request: HttpRequest) -> Reply:
        asked.append(request)
        return replies[len(asked) % len(replies)]

    found = [one for look in places.looks(place, MONDAY_NOON) for one in asking.run(look, ask)]

    assert found and len(asked) < 60 and all(one.state in ("ok", "unknown", "warning", "bad") for one in found)
    assert all(one.text in troubles.known() and troubles.what(one.text, one.values, "es") for one in found)
    assert all(request.url.startswith(("https://api.twilio.com/", "https://messaging.twilio.com/",
                                       "https://content.twilio.com/", "https://graph.facebook.com/")) for request in asked)


@pytest.mark.parametrize(("url", "shown"), [
    ("HTTPS://User:pw@Chat.Example.com:443/a?k=1#rc=5", "https://chat.example.com/a"),
    ("http://chat.example.com:8080/a", "http://chat.example.com:8080/a"), ("http://[::1]:80/x", "http://[::1]/x"),
    ("https://a:99999/", "?"), ("http://[::1", "?")])
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_a_messaging_service_is_listed_for_what_it_carries() -> None:
    services = [place.kind for place in PLACES if place.account.startswith("MG")]

    assert services == ["twilio-messenger", "twilio-sms", "twilio-whatsapp"]
