"""What strangers try at the doors, and the answer each must get. Nothing of it may reach the writer."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.channels.signing import BASE, SECRET, SERVICE, SID, Door, a_message, meta_signature, twilio_signature

PATH = "/webhooks/twilio"
URL = BASE + PATH
EVIL = "https://evil.example" + PATH


def folded() -> str:
    """From folded into Body: the concatenation that is signed stays the same."""
    fields = a_message()
    sender = fields.pop("From")
    return urlencode({**fields, "Body": fields["Body"] + "From" + sender})


def post(door: Door, signature: str, **headers: str) -> TestResponse:
    return door.twilio(headers={"X-Twilio-Signature": signature, **headers})


RIGHT = twilio_signature(URL, a_message())
TWILIO: dict[str, tuple[int, Callable[[Door], TestResponse]]] = {
    "no signature": (403, lambda door: door.client.post(PATH, data=a_message())),
    "empty signature": (403, lambda door: post(door, "")),
    "not base64": (403, lambda door: post(door, "%%%%")),
    "not ASCII": (403, lambda door: post(door, "ÿ" * 28)),
    "white space around it": (403, lambda door: post(door, f"{RIGHT} x")),
    "given twice": (403, lambda door: post(door, f"{RIGHT},{RIGHT}")),
    "another token": (403, lambda door: door.twilio(token="stolen")),
    "body changed": (403, lambda door: door.twilio(data=urlencode(a_message(Body="changed")))),
    "parameter added": (403, lambda door: door.twilio(data=urlencode(a_message(X="1")))),
    "signed for http": (403, lambda door: door.twilio(signed_url=URL.replace("https", "http"))),
    "signed for another path": (403, lambda door: door.twilio(signed_url=URL + "/")),
    "forwarded host": (
        403,
        lambda door: door.twilio(
            signed_url=EVIL, headers={"X-Forwarded-Host": EVIL[8:], "Forwarded": "host=" + EVIL[8:]}
        ),
    ),
    "host header": (403, lambda door: door.twilio(signed_url=EVIL, headers={"Host": "evil.example"})),
    "original url": (403, lambda door: door.twilio(signed_url=EVIL, headers={"X-Original-URL": EVIL})),
    "host with a port that is no number": (403, lambda door: post(door, "x", Host="a:bc")),
    "sender folded into the text": (403, lambda door: door.twilio(data=folded())),
    "newer algorithm without its key": (
        403,
        lambda door: post(
            door,
            base64.b64encode(hmac.digest(b"guess", URL.encode(), "sha256")).decode(),
            **{"X-Twilio-Webhooks-Signature-Settings": "key=x,algorithm=HMAC_SHA256"},
        ),
    ),
    "JSON": (415, lambda door: door.twilio({}, data=json.dumps(a_message()), content_type="application/json")),
    "multipart": (415, lambda door: door.twilio({}, data="x", content_type="multipart/form-data; boundary=b")),
    "no content type": (415, lambda door: door.twilio({}, data="x", content_type="")),
    "compressed": (415, lambda door: door.twilio(headers={"Content-Encoding": "gzip"})),
    "fields in the query only": (403, lambda door: door.twilio({}, path=f"{PATH}?{urlencode(a_message())}")),
    "another account with our token": (403, lambda door: door.twilio(a_message(AccountSid="AC" + "0" * 32))),
    "sender twice": (403, lambda door: door.twilio([*a_message().items(), ("From", "whatsapp:+34600999999")])),
    "text twice": (403, lambda door: door.twilio([*a_message().items(), ("Body", "second")])),
    "no message id": (403, lambda door: door.twilio(a_message(MessageSid=""))),
    "a number that is not ours": (403, lambda door: door.twilio(a_message(To="whatsapp:+19998887777"))),
    "a messaging service that is not ours": (
        403,
        lambda door: door.twilio(a_message(To="whatsapp:+19998887777", MessagingServiceSid=SERVICE[:-1] + "9")),
    ),
    "our own number as sender": (403, lambda door: door.twilio(a_message(From="whatsapp:+14155238886"))),
    "invalid UTF-8": (403, lambda door: door.twilio({}, data=b"AccountSid=%ff&Body=%ff%fe&From=%80")),
    "100,000 fields": (413, lambda door: door.twilio({}, data="&".join(["a=1"] * 100_000))),
    "a field of 70 kB": (413, lambda door: door.twilio(a_message(Body="A" * 70_000))),
    "2 MB": (413, lambda door: door.twilio({}, data=b"Body=" + b"A" * 2_000_000)),
    "GET": (405, lambda door: door.client.get(PATH)),
}


def a_batch(**changes: Any) -> dict[str, Any]:
    message = {"from": "34600111222", "id": "wamid.1", "timestamp": "1795255200", "type": "text"}
    messages = [{**message, "text": {"body": "hola"}, **changes}]
    value = {"metadata": {"phone_number_id": "106540352242922"}, "messages": messages}
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


def signed_as(signature: str, body: bytes = b"") -> Callable[[Door], TestResponse]:
    return lambda door: door.meta(body=body or BODY, headers={"X-Hub-Signature-256": signature})


BODY = json.dumps(a_batch()).encode()
HEX = meta_signature(BODY)[7:]
BOMB = gzip.compress(b" " * 10**6)
META: dict[str, tuple[int, Callable[[Door], TestResponse]]] = {
    "no signature": (403, lambda door: door.client.post("/webhooks/meta", data=BODY)),
    "empty signature": (403, signed_as("")),
    "only its name": (403, signed_as("sha256=")),
    "another secret": (403, lambda door: door.meta(body=BODY, secret="x")),
    "not ASCII": (403, signed_as("sha256=ÿ")),
    "the older header only": (
        403,
        lambda door: door.client.post(
            "/webhooks/meta",
            data=BODY,
            headers={"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()},
        ),
    ),
    "one space added": (403, signed_as(f"sha256={HEX}", BODY + b" ")),
    "upper-case digits": (403, signed_as(f"sha256={HEX.upper()}")),
    "compressed bomb": (415, lambda door: door.meta(body=BOMB, headers={"Content-Encoding": "gzip"})),
    "5 MB": (413, lambda door: door.meta(body=b" " * 5_000_000)),
    "empty": (200, lambda door: door.meta(body=b"")),
    "null": (200, lambda door: door.meta(None, body=b"null")),
    "a list": (200, lambda door: door.meta([])),
    "every type wrong": (200, lambda door: door.meta({"object": 5, "entry": {"a": "b"}})),
    "100,000 deep": (200, lambda door: door.meta(body=b"[" * 100_000 + b"]" * 100_000)),
    "a number of 10,000 digits": (200, lambda door: door.meta(body=b'{"entry":' + b"9" * 10_000 + b"}")),
    "NaN": (200, lambda door: door.meta(body=b'{"object":"page","entry":[NaN,Infinity]}')),
    "invalid UTF-8": (200, lambda door: door.meta(body=b'{"object":"\xff\xfe"}')),
    "a number of somebody else": (200, lambda door: door.meta(json.loads(BODY.replace(b"106540352242922", b"666")))),
}


@pytest.mark.parametrize("name", TWILIO)
def test_twilio_door_refuses(name: str) -> None:
    expected, attack = TWILIO[name]
    door = Door()

    assert (attack(door).status_code, door.got) == (expected, [])


@pytest.mark.parametrize("name", META)
def test_meta_door_lets_nothing_in(name: str) -> None:
    expected, attack = META[name]
    door = Door()

    assert (attack(door).status_code, door.got) == (expected, [])


@pytest.mark.parametrize("time", [4e15, -1, "x", None, 1e400, True])
def test_times_that_cannot_be_true_are_left_out(time: Any) -> None:
    door = Door()

    door.meta(a_batch(timestamp=time))

    assert "at_ms" not in door.got[0]


def test_a_post_as_large_as_meta_sends_is_read() -> None:
    door = Door()
    batch = a_batch()
    messages = batch["entry"][0]["changes"][0]["value"]["messages"]
    messages *= 20_000

    assert (door.meta(batch).status_code, len(door.got)) == (200, 20_000)


@pytest.mark.parametrize("media", ["9999", "-1", "abc", ""])
def test_a_media_count_is_not_believed(media: str) -> None:
    door = Door()

    door.twilio(a_message(NumMedia=media))

    assert (door.got[0]["text"], door.got[0].get("media")) == ("hola", None)


def test_sid_of_the_account_is_the_one_the_tests_mean() -> None:
    assert a_message()["AccountSid"] == SID
