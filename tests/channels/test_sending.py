"""What goes to the providers, and what their answers mean."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import channels
from channels import twilio_rest
from channels.base import Answer, HttpRequest
from channels.errors import UnknownKind
from tests.channels.signing import BASE, SERVICE, SID, our_accounts

KINDS = list(channels.adapters())
ENDPOINTS = our_accounts().endpoints("http://127.0.0.1:9/", "http://127.0.0.1:8", BASE)
OURS = {
    "twilio-whatsapp": "+14155238886",
    "twilio-sms": "+15005550006",
    "meta-whatsapp": "106540352242922",
    "meta-messenger": "108000000000001",
}


def sent(kind: str, part: dict[str, Any], address: str = "+34600111222", account: str = "") -> HttpRequest:
    endpoint = ENDPOINTS[kind, account or OURS[kind]]
    return channels.adapter(kind).request(part, address, "out_1", endpoint)


def form(request: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), strict_parsing=True))


def answer(kind: str, status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return channels.adapter(kind).answer(status, headers or {}, raw)


def test_a_kind_nobody_offers_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownKind, match="fax.*twilio-sms"):
        channels.adapter("fax")


def test_twilio_gets_a_form_with_our_id_in_the_report_address() -> None:
    assert form(sent("twilio-whatsapp", {"text": "¿Sí? ñ+&"})) == {
        "To": "whatsapp:+34600111222",
        "From": "whatsapp:+14155238886",
        "Body": "¿Sí? ñ+&",
        "StatusCallback": f"{BASE}/webhooks/twilio/status?part=out_1#rc=5&rp=all",
    }


def test_twilio_is_asked_as_our_account() -> None:
    request = sent("twilio-sms", {"text": "x"})

    assert request.url == f"http://127.0.0.1:9/2010-04-01/Accounts/{SID}/Messages.json"
    assert base64.b64decode(request.headers["Authorization"][6:]).decode() == f"{SID}:twilio-token"


def test_messaging_service_stands_in_for_the_number() -> None:
    fields = form(sent("twilio-sms", {"text": "x"}, account=SERVICE))

    assert (fields["MessagingServiceSid"], "From" in fields) == (SERVICE, False)


def test_report_address_keeps_a_query_it_has() -> None:
    assert twilio_rest.with_part("https://x/s?a=1#rc=2", "a b&c") == "https://x/s?a=1&part=a%20b%26c#rc=2"


def test_media_goes_by_its_address() -> None:
    fields = form(sent("twilio-whatsapp", {"media_url": "https://x/1.jpg", "media_type": "image", "text": "mira"}))

    assert (fields["MediaUrl"], fields["Body"]) == ("https://x/1.jpg", "mira")


META = {
    "text": ({"text": "hola"}, {"type": "text", "text": {"body": "hola", "preview_url": False}}),
    "buttons": (
        {"text": "¿Sí?", "buttons": [{"id": "y", "label": "Sí"}]},
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "¿Sí?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Sí"}}]},
            },
        },
    ),
    "list": (
        {"text": "¿Qué?", "rows": [{"id": "a", "label": "A", "description": "aa"}, {"id": "b", "label": "B"}]},
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "¿Qué?"},
                "action": {
                    "button": "☰",
                    "sections": [{"rows": [{"id": "a", "title": "A", "description": "aa"}, {"id": "b", "title": "B"}]}],
                },
            },
        },
    ),
    "image": (
        {"media_url": "https://x/1.jpg", "media_type": "image", "text": "mira"},
        {"type": "image", "image": {"link": "https://x/1.jpg", "caption": "mira"}},
    ),
    "document": (
        {"media_url": "https://x/la%20factura.pdf?k=1", "media_type": "document"},
        {"type": "document", "document": {"link": "https://x/la%20factura.pdf?k=1", "filename": "la factura.pdf"}},
    ),
}


@pytest.mark.parametrize("shape", META)
def test_whatsapp_cloud_gets_json_with_our_id(shape: str) -> None:
    part, content = META[shape]
    head = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "34600111222"}

    request = sent("meta-whatsapp", part)

    assert json.loads(request.body) == {**head, **content, "biz_opaque_callback_data": "out_1"}
    assert urlsplit(request.url).path == "/v21.0/106540352242922/messages"


def test_business_scoped_id_has_a_field_of_its_own() -> None:
    body = json.loads(sent("meta-whatsapp", {"text": "hola"}, address="ES.123").body)

    assert (body["recipient"], "to" in body) == ("ES.123", False)


def test_messenger_gets_quick_replies_and_our_id_as_metadata() -> None:
    request = sent("meta-messenger", {"text": "¿Sí?", "replies": [{"id": "y", "label": "Sí"}]}, address="748")

    assert json.loads(request.body) == {
        "recipient": {"id": "748"},
        "messaging_type": "RESPONSE",
        "message": {
            "text": "¿Sí?",
            "quick_replies": [{"content_type": "text", "title": "Sí", "payload": "y"}],
            "metadata": "out_1",
        },
    }


def test_late_words_of_a_person_are_tagged() -> None:
    body = json.loads(sent("meta-messenger", {"text": "hola", "human_agent": True}, address="748").body)

    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


def test_messenger_calls_a_document_a_file() -> None:
    part = {"media_url": "https://x/1.pdf", "media_type": "document"}

    body = json.loads(sent("meta-messenger", part, address="748").body)

    assert body["message"]["attachment"] == {"type": "file", "payload": {"url": "https://x/1.pdf"}}


TWILIO_NO = {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}
META_NO = {"error": {"code": 131047, "message": "Re-engagement message", "error_data": {"details": "24 hours"}}}
ANSWERS: list[tuple[str, int, Any, str, str]] = [
    ("twilio-sms", 201, {"sid": "SM1", "status": "queued"}, "sent", ""),
    ("twilio-sms", 400, TWILIO_NO, "refused", "OPTOUT"),
    ("twilio-sms", 400, {"code": 63016}, "refused", "WINDOW"),
    ("twilio-sms", 400, {"code": 99999}, "refused", "FINAL"),
    ("twilio-sms", 401, {"code": 20003}, "retry", "CONFIG"),
    ("twilio-sms", 429, {"code": 20429}, "retry", "RATE"),
    ("twilio-sms", 429, b"slow down", "retry", "RATE"),
    ("twilio-sms", 500, {"code": 20500, "message": "Internal Server Error"}, "retry", "RETRY"),
    ("twilio-sms", 503, {"code": 77777}, "retry", "RETRY"),
    ("twilio-sms", 503, b"<html>gateway</html>", "unknown", "RETRY"),
    ("twilio-sms", 502, b"", "unknown", "RETRY"),
    ("twilio-sms", 201, b'{"sid": "SM', "unknown", ""),
    ("twilio-sms", 200, b"", "unknown", ""),
    ("twilio-sms", 404, b"not here", "retry", "CONFIG"),
    ("twilio-sms", 307, b"", "retry", "CONFIG"),
    ("twilio-sms", 408, b"", "retry", "RETRY"),
    ("twilio-sms", 400, b"bad", "refused", "FINAL"),
    ("meta-whatsapp", 200, {"messages": [{"id": "wamid.1"}]}, "sent", ""),
    ("meta-whatsapp", 400, META_NO, "refused", "WINDOW"),
    ("meta-whatsapp", 400, {"error": {"code": 131056}}, "retry", "RATE"),
    ("meta-whatsapp", 400, {"error": {"code": 4242, "is_transient": True}}, "retry", "RETRY"),
    ("meta-whatsapp", 401, {"error": {"code": 190}}, "retry", "CONFIG"),
    ("meta-whatsapp", 500, {"error": {"code": 131000}}, "retry", "RETRY"),
    ("meta-whatsapp", 500, b"", "unknown", "RETRY"),
    ("meta-whatsapp", 200, {"messages": []}, "unknown", ""),
    ("meta-messenger", 200, {"recipient_id": "748", "message_id": "m_1"}, "sent", ""),
    ("meta-messenger", 400, {"error": {"code": 10, "error_subcode": 2018278}}, "refused", "WINDOW"),
    ("meta-messenger", 403, {"error": {"code": 200}}, "retry", "CONFIG"),
    ("meta-messenger", 400, {"error": {"code": 551, "error_subcode": 1545041}}, "refused", "DEAD"),
]


@pytest.mark.parametrize(("kind", "status", "body", "outcome", "error_class"), ANSWERS)
def test_answer_means(kind: str, status: int, body: Any, outcome: str, error_class: str) -> None:
    found = answer(kind, status, body)

    assert (found.outcome, found.error_class) == (outcome, error_class)


def test_accepted_message_has_the_providers_id() -> None:
    assert answer("twilio-sms", 201, {"sid": "SM1"}).provider_id == "SM1"
    assert answer("meta-whatsapp", 200, {"messages": [{"id": "wamid.1"}]}).provider_id == "wamid.1"


def test_refusal_keeps_code_and_words() -> None:
    found = answer("meta-whatsapp", 400, META_NO)

    assert (found.code, found.text) == ("131047", "24 hours")


@pytest.mark.parametrize(
    ("given", "seconds"), [("3", 3.0), ("0.5", 0.5), ("soon", None), ("-1", None), ("9e9", 86_400.0)]
)
def test_retry_after_is_read_and_bounded(given: str, seconds: float | None) -> None:
    assert answer("twilio-sms", 429, {"code": 20429}, {"retry-AFTER": given}).retry_after == seconds


@given(st.sampled_from(KINDS), st.integers(min_value=100, max_value=599), st.binary(max_size=200))
def test_no_answer_raises(kind: str, status: int, body: bytes) -> None:
    assert answer(kind, status, body).outcome in ("refused", "retry", "unknown")


def test_list_is_asked_by_both_numbers_and_time() -> None:
    endpoint = ENDPOINTS["twilio-whatsapp", OURS["twilio-whatsapp"]]

    request = channels.adapter("twilio-whatsapp").listing("+34600111222", "2026-11-21T10:00:00.5+00:00", endpoint)

    assert request is not None and dict(parse_qsl(urlsplit(request.url).query)) == {
        "To": "whatsapp:+34600111222",
        "From": "whatsapp:+14155238886",
        "DateSent>": "2026-11-21T10:00:00Z",
        "PageSize": "200",
    }


def test_list_is_read_page_by_page() -> None:
    message = {"sid": "SM1", "body": "hola", "status": "sent", "date_created": "Sat, 21 Nov 2026 10:00:00 +0000"}
    page = json.dumps({"messages": [message, None, {}], "next_page_uri": "/2010-04-01/x"}).encode()

    messages, following = channels.adapter("twilio-sms").listed(page)

    assert following == "/2010-04-01/x"
    assert [(one["provider_id"], one["text"], one["created_ms"]) for one in messages] == [
        ("SM1", "hola", 1795255200000)
    ]


def test_next_page_is_fetched_from_our_account_only() -> None:
    endpoint = ENDPOINTS["twilio-sms", OURS["twilio-sms"]]
    adapter = channels.adapter("twilio-sms")
    ours = f"/2010-04-01/Accounts/{SID}/Messages.json?Page=1"

    assert adapter.page("https://evil.example" + ours, endpoint) is None
    assert (found := adapter.page(ours, endpoint)) and found.url == "http://127.0.0.1:9" + ours


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"messages": 5}', b'{"messages": [{"sid": "SM1", "date_created": "x"}]}']
)
def test_list_that_cannot_be_read_ends(body: bytes) -> None:
    messages, following = channels.adapter("twilio-sms").listed(body)

    assert following is None and all(one["created_ms"] is None for one in messages)


@pytest.mark.parametrize("kind", ["meta-whatsapp", "meta-messenger"])
def test_meta_has_no_list(kind: str) -> None:
    adapter = channels.adapter(kind)

    assert adapter.listing("1", "2026-11-21T10:00:00Z", ENDPOINTS[kind, OURS[kind]]) is None
    assert adapter.listed(b"{}") == ((), None)
