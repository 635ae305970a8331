"""What would a provider be sent? One message as JSON in, its requests or its refusal out; nothing is sent.

Behind `flask channels render`. What is absent, unknown or of a wrong type is left out of the message; a line that cannot
be used at all is answered with its reason, so that the lines after it are still read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from channels.base import Adapter, Endpoint, HttpRequest
from channels.choices import OPENS_LIST
from channels.looking import id_of, line_of
from channels.plain import clean_tree, list_of, number_of, object_of, text_of
from channels.windows import State
from conversation.events import (
    Outgoing,
    OutgoingChoice,
    OutgoingForm,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingTemplate,
)

SECRET_HEADERS = frozenset({"authorization"})
PART = "prt_0000000000000000"  # stands where a part's id will be
_AUTHORS = {"human": "agent", "agent": "agent", "system": "system"}
_STYLES = frozenset({"auto", "buttons", "list", "menu"})
_NUMBER, _PERSON = "+34600111333", "1234567890"  # whom it goes to where a line does not say
_BASES = {"twilio": "https://api.twilio.com", "meta": "https://graph.facebook.com"}


@dataclass(frozen=True, slots=True)
class Place:
    """The kind of channel a message is for, the number or page it would leave from, and whether it may."""

    adapter: Adapter
    endpoint: Endpoint
    window: State = "free"


def place(adapter: Adapter, account: str, window: State) -> Place:
    """A number or page of this kind that needs no settings; '' for an example."""
    secrets = {"account_sid": "AC" + "0" * 32, "auth_token": "", "access_token": ""}
    ours = account or adapter.address_example.partition(" ")[0]
    return Place(adapter, Endpoint(adapter.name, ours, _BASES[adapter.provider], secrets), window)


def shown(raw: bytes, where: Place) -> dict[str, Any]:
    """What becomes of the message on one line. Never raises."""
    line = line_of(raw)
    if line is None:
        return {"id": None, "refused": "This line is no JSON object.", "degraded": []}
    try:
        return {"id": id_of(line), **_shown(clean_tree(line), where)}
    except Exception as error:  # noqa: BLE001 - whatever a line holds, the next one is read
        return {"id": id_of(line), "refused": f"This message cannot be read ({type(error).__name__}).", "degraded": []}


def _shown(line: Mapping[str, Any], where: Place) -> dict[str, Any]:
    message = outgoing(line)
    rendered = where.adapter.render(message)
    degraded = list(rendered.degraded)
    refused = rendered.refused or _refusal(message, where)
    if refused:
        return {"refused": refused, "degraded": degraded}
    address = text_of(line.get("to")) or (_NUMBER if where.adapter.channel in ("sms", "whatsapp") else _PERSON)
    late = {"human_agent": True} if _window(where) == "human" else {}
    requests = [where.adapter.request({**part, **late}, address, PART, where.endpoint) for part in rendered.parts]
    if "buttons_or_menu" in degraded:
        degraded.remove("buttons_or_menu")
        is_menu = all(b"ContentSid=" not in request.body for request in requests)
        degraded += ["choices_as_menu"] if is_menu else []
    return {"requests": [_plain(request) for request in requests], "degraded": degraded}


def _window(where: Place) -> State:
    """What the window is on this kind of channel: some have none, some have no longer one for people."""
    window = where.adapter.window
    if window.free is None:
        return "free"
    return "closed" if where.window == "human" and window.human is None else where.window


def _refusal(message: Outgoing, where: Place) -> str:
    state = _window(where)
    if where.adapter.window.lets(message.author, state, template=message.template is not None):
        return ""
    if state == "human":
        return "Only a person may write now: more than 24 hours have gone by since the customer's last message."
    if where.adapter.window.templates:
        return "The window is closed: more than 24 hours have gone by, and only an approved template may be sent."
    return "The window is closed: nothing may be sent until the customer writes again."


def _plain(request: HttpRequest) -> dict[str, Any]:
    """A request as an object, without what is secret in it."""
    headers = {name: value for name, value in request.headers.items() if name.lower() not in SECRET_HEADERS}
    found: dict[str, Any] = {"method": request.method, "url": request.url, "headers": headers}
    if "urlencoded" in request.headers.get("Content-Type", ""):
        fields = parse_qs(request.body.decode(), keep_blank_values=True)
        found["form"] = {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
    else:
        found["json"] = json.loads(request.body)
    return found


def outgoing(line: Mapping[str, Any]) -> Outgoing:
    """The message of one line, in the words of docs/channels.md."""
    style = text_of(line.get("choice_style"))
    return Outgoing(
        text=text_of(line.get("text")),
        choices=tuple(_choice(one) for one in list_of(line.get("choices"))),
        media=tuple(_media(object_of(one)) for one in list_of(line.get("media"))),
        author=_AUTHORS.get(text_of(line.get("author")), "bot"),
        choice_style=style if style in _STYLES else "auto",
        location=_location(object_of(line.get("location"))),
        form=_form(object_of(line.get("form"))),
        template=_template(object_of(line.get("template"))),
        request_location=line.get("request_location") is True,
        reply_to=text_of(line.get("reply_to")),
        header=text_of(line.get("header")),
        footer=text_of(line.get("footer")),
        purpose=text_of(line.get("purpose")) or "service",
        more_label=text_of(line.get("more_label")) or "…",
        menu_hint=text_of(line.get("menu_hint")),
        list_label=text_of(line.get("list_label")) or OPENS_LIST,
        shown=int(number_of(line.get("shown")) or 0),
    )


def _choice(given: Any) -> OutgoingChoice:
    if not isinstance(given, dict):
        return OutgoingChoice(text_of(given), text_of(given))
    facts = {name: text_of(given.get(name)) for name in ("description", "url", "section")}
    label = text_of(given.get("label"))
    return OutgoingChoice(text_of(given.get("id")) or label, label, **facts)


def _media(given: Mapping[str, Any]) -> OutgoingMedia:
    return OutgoingMedia(**{name: text_of(given.get(name)) for name in ("url", "type", "mime", "filename", "caption")})


def _location(given: Mapping[str, Any]) -> OutgoingLocation | None:
    lat, lon = number_of(given.get("lat")), number_of(given.get("lon"))
    if lat is None or lon is None:
        return None
    return OutgoingLocation(lat, lon, text_of(given.get("name")), text_of(given.get("address")))


def _form(given: Mapping[str, Any]) -> OutgoingForm | None:
    if not given:
        return None
    texts = {name: text_of(given.get(name)) for name in ("flow_id", "cta", "screen")}
    return OutgoingForm(**texts, data=dict(object_of(given.get("data"))))


def _template(given: Mapping[str, Any]) -> OutgoingTemplate | None:
    if not given:
        return None
    params = given.get("params")
    values = list(params.values()) if isinstance(params, dict) else list_of(params)
    return OutgoingTemplate(
        name=text_of(given.get("name")),
        language=text_of(given.get("language")) or "es",
        values=tuple(_value(one) for one in values),
        buttons=tuple(_button(one) for one in list_of(given.get("buttons"))),
        text=text_of(given.get("text")),
    )


def _value(given: Any) -> str:
    value = object_of(given).get("text", given)
    return text_of(value) or (f"{value:g}" if isinstance(value, float) else "")


def _button(given: Any) -> str:
    """A payload; `{"type": "url", "text": …}` is the end of the address a button opens."""
    button = object_of(given)
    if not button:
        return text_of(given)
    if "url" in (button.get("type"), button.get("sub_type")) or "url" in button:
        return "url:" + text_of(button.get("url") or button.get("text"))
    return text_of(button.get("payload") or button.get("id") or button.get("text"))
