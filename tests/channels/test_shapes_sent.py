"""What goes over the wire for each shape a part can have."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

import channels
from channels import twilio_content
from channels.base import Endpoint, HttpRequest
from conversation.events import Outgoing, OutgoingChoice

SID = "AC" + "0" * 32
CONTENT = {"quick-reply-2": "HX2", "list-picker-4": "HX4"}
TEMPLATE = {"name": "order_update", "language": "es", "values": ["Marta", "AB-1"], "buttons": ["YES", "url:AB-1"]}


def sent(kind: str, part: dict[str, Any]) -> HttpRequest:
    adapter = channels.adapter(kind)
    secrets = {"account_sid": SID, "auth_token": "t", "access_token": "t"}
    endpoint = Endpoint(kind, "+14155238886", "https://api.twilio.com", secrets, facts={"content": CONTENT})
    return adapter.request(part, "+34600111222", "prt_1", endpoint)


def form(part: dict[str, Any], kind: str = "twilio-whatsapp") -> dict[str, str]:
    return dict(parse_qsl(sent(kind, part).body.decode(), strict_parsing=True))


def cloud(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sent("meta-whatsapp", part).body)
    return found


def asked(*labels: str, description: str = "") -> dict[str, Any]:
    message = Outgoing("¿Seguro?", tuple(OutgoingChoice(f"id{n}", one, description) for n, one in enumerate(labels)))
    return channels.adapter("twilio-whatsapp").render(message).parts[0]


# WhatsApp Cloud

INTERACTIVE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "cta_url": (
        {"link": {"label": "Web", "url": "https://x.example"}},
        {"name": "cta_url", "parameters": {"display_text": "Web", "url": "https://x.example"}},
    ),
    "location_request_message": ({"location_request": True}, {"name": "send_location"}),
    "flow": (
        {"form": {"flow_id": "7", "cta": "Abrir", "screen": "A", "data": {"n": 1}}},
        {"name": "flow", "parameters": {
            "flow_message_version": "3", "flow_token": "prt_1", "flow_id": "7", "flow_cta": "Abrir",
            "flow_action": "navigate", "flow_action_payload": {"screen": "A", "data": {"n": 1}}}},
    ),
}


@pytest.mark.parametrize("kind", INTERACTIVE)
def test_whatsapp_cloud_shows_it_below_the_text(kind: str) -> None:
    part, action = INTERACTIVE[kind]

    assert cloud({"text": "¿?", **part})["interactive"] == {"type": kind, "body": {"text": "¿?"}, "action": action}


def test_header_and_footer_frame_the_text() -> None:
    shown = cloud({"text": "¿?", "buttons": [{"id": "a", "label": "A"}], "header": "H", "footer": "F"})["interactive"]

    assert (shown["header"], shown["footer"]) == ({"type": "text", "text": "H"}, {"text": "F"})


def test_rows_under_headings_are_sections_and_each_has_a_title() -> None:
    rows = [{"id": "a", "label": "A"}, {"id": "b", "label": "B", "section": "Uno"}, {"id": "c", "label": "C"}]

    sections = cloud({"text": "¿?", "rows": rows})["interactive"]["action"]["sections"]

    assert [(one["title"], [row["id"] for row in one["rows"]]) for one in sections] == [("…", ["a"]), ("Uno", ["b", "c"])]


def test_a_place_has_its_name() -> None:
    place = {"lat": 0.0, "lon": -3.7, "name": "Tienda"}

    assert cloud({"location": place})["location"] == {"latitude": 0.0, "longitude": -3.7, "name": "Tienda"}


def test_a_quote_names_the_message() -> None:
    assert cloud({"text": "sí", "reply_to": "wamid.1"})["context"] == {"message_id": "wamid.1"}


def test_a_template_has_its_values_and_buttons() -> None:
    header = {"media_url": "https://x.example/1.jpg", "media_type": "image"}

    components = cloud({"template": {**TEMPLATE, "header": header}})["template"]["components"]

    assert components == [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.example/1.jpg"}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Marta"}, {"type": "text", "text": "AB-1"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "YES"}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "AB-1"}]},
    ]


# Messenger


def test_buttons_that_open_addresses_are_a_template_on_messenger() -> None:
    part = {"text": "¿?", "taps": [{"label": "Web", "url": "https://x.example"}, {"id": "n", "label": "No"}]}

    assert json.loads(sent("meta-messenger", part).body)["message"]["attachment"]["payload"] == {
        "template_type": "button", "text": "¿?",
        "buttons": [{"type": "web_url", "url": "https://x.example", "title": "Web"},
                    {"type": "postback", "title": "No", "payload": "n"}]}


# Content at Twilio


def test_content_of_the_right_shape_takes_the_place_of_the_menu() -> None:
    fields = form(asked("Sí", "No"))

    assert (fields["ContentSid"], "Body" in fields) == ("HX2", False)
    assert json.loads(fields["ContentVariables"]) == {"1": "¿Seguro?", "2": "Sí", "3": "id0", "4": "No", "5": "id1"}


def test_an_item_of_a_list_without_a_description_has_its_number() -> None:
    variables = json.loads(form(asked("A", "B", "C", "D"))["ContentVariables"])

    assert [variables[str(n)] for n in (2, 3, 4, 5, 6, 7)] == ["A", "id0", "1", "B", "id1", "2"]


@pytest.mark.parametrize("labels", [("A", "B", "C"), ("Quiero devolver el pedido entero", "No")])
def test_without_fitting_content_the_numbered_menu_goes(labels: tuple[str, ...]) -> None:
    fields = form(asked(*labels))

    assert ("ContentSid" in fields, fields["Body"].splitlines()[1]) == (False, f"1. {labels[0]}")


def test_a_template_over_twilio_counts_on_through_its_buttons() -> None:
    fields = form({"text": "Hola", "template": {**TEMPLATE, "name": "HX9"}})

    assert (fields["ContentSid"], "Body" in fields) == ("HX9", False)
    assert json.loads(fields["ContentVariables"]) == {"1": "Marta", "2": "AB-1", "3": "YES", "4": "AB-1"}


@pytest.mark.parametrize("shape", [*(f"quick-reply-{n}" for n in range(1, 11)), *(f"list-picker-{n}" for n in range(1, 11))])
def test_what_is_made_at_twilio_has_a_place_for_every_variable(shape: str) -> None:
    count = int(shape.rpartition("-")[2])
    choices = [{"id": str(n), "label": str(n), "description": ""} for n in range(count)]
    made = twilio_content.definition(shape)

    filled = twilio_content.variables({"shape": shape, "body": "¿?", "choices": choices})

    assert made["variables"].keys() == filled.keys()
    assert all(f"{{{{{n}}}}}" in json.dumps(made["types"]) for n in filled)


# Read, and typing


def test_twilio_is_told_that_we_are_typing_on_whatsapp() -> None:
    kind = channels.adapter("twilio-whatsapp")
    endpoint = Endpoint(kind.name, "+1", "https://api.twilio.com", {"account_sid": SID, "auth_token": "t"})

    request = kind.attention("SM" + "a" * 32, "+34600111222", endpoint)

    assert request is not None and request.url == "https://messaging.twilio.com/v2/Indicators/Typing.json"
    assert dict(parse_qsl(request.body.decode())) == {"messageId": "SM" + "a" * 32, "channel": "whatsapp"}
    assert kind.attention("wamid.1", "+34600111222", endpoint) is None


@pytest.mark.parametrize("kind", ["twilio-sms", "twilio-messenger"])
def test_nothing_shows_typing_where_twilio_has_nothing_for_it(kind: str) -> None:
    endpoint = Endpoint(kind, "+1", "https://api.twilio.com", {"account_sid": SID, "auth_token": "t"})

    assert channels.adapter(kind).attention("SM" + "a" * 32, "748", endpoint) is None
