"""The doors: what each request is answered, and what is handed over."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pytest

from channels import webhooks
from channels.base import Event
from channels.errors import BadWebhookSettings, NotStored
from tests.channels.signing import BASE, FORM, Door, a_message, our_accounts, twilio_signature


def refusing(error: Exception) -> Door:
    def submit(events: Sequence[Event]) -> None:
        raise error

    return Door(submit)


def chunked(door: Door, body: bytes, path: str = "/webhooks/twilio") -> int:
    """A request that does not tell its length, as a server hands it over."""
    environ = {
        "CONTENT_TYPE": FORM,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "HTTP_X_TWILIO_SIGNATURE": twilio_signature(f"{BASE}/webhooks/twilio", a_message()),
    }
    response = door.client.open(path, method="POST", environ_overrides=environ)
    return response.status_code


def test_message_is_handed_over_and_answered_without_a_body() -> None:
    door = Door()

    answer = door.twilio()

    assert (answer.status_code, answer.data, door.got[0]["text"]) == (204, b"", "hola")


def test_flask_alone_gives_the_same_answer() -> None:
    door = Door()
    signed = {"X-Twilio-Signature": twilio_signature(f"{BASE}/webhooks/twilio", a_message())}
    body = urlencode(a_message())

    plain = door.flask_alone.post("/webhooks/twilio", data=body, headers=signed, content_type=FORM)
    forged = door.flask_alone.post("/webhooks/twilio", data=body, headers={}, content_type=FORM)

    assert (plain.status_code, forged.status_code, len(door.got)) == (204, 403, 1)


def test_what_is_no_post_of_a_provider_goes_on_to_flask() -> None:
    door = Door()

    assert door.client.get("/webhooks/twilio").status_code == 405
    assert door.client.post("/elsewhere").status_code == 404


def test_either_address_takes_either_kind_of_post() -> None:
    door = Door()

    door.twilio(path="/webhooks/twilio/status")

    assert door.got[0]["kind"] == "message"


def test_status_carries_the_part_our_address_named() -> None:
    door = Door()

    report = a_message(From="whatsapp:+14155238886", To="whatsapp:+34600111222", MessageStatus="delivered")

    door.twilio(report, path="/webhooks/twilio/status?part=out_7")

    assert (door.got[0]["status"], door.got[0]["callback_data"]) == ("delivered", "out_7")


@pytest.mark.parametrize("error", [NotStored("the disk is full"), RuntimeError("a bug")])
def test_what_could_not_be_kept_is_asked_for_again(error: Exception) -> None:
    answer = refusing(error).twilio()

    assert (answer.status_code, answer.data) == (503, b"")


def test_public_address_with_a_path_before_ours_is_signed_whole() -> None:
    door = Door(public_base_urls=("https://shop.example/bot",))

    answer = door.twilio(signed_url="https://shop.example/bot/webhooks/twilio")

    assert answer.status_code == 204


def test_raw_target_is_what_was_signed() -> None:
    door = Door()

    answer = door.twilio(path="/webhooks/twilio?q=%7Ea%20b")

    assert answer.status_code == 204


def test_escapes_in_the_path_are_what_was_signed() -> None:
    assert Door().twilio(path="/webhooks/%74wilio").status_code == 204


def test_first_of_a_repeated_field_counts() -> None:
    door = Door()

    door.twilio([*a_message(ProfileName="Marta").items(), ("ProfileName", "Rita")])

    assert door.got[0]["profile_name"] == "Marta"


def test_what_could_not_be_kept_is_a_warning_and_no_stack_trace(caplog: pytest.LogCaptureFixture) -> None:
    refusing(NotStored("the disk is full")).twilio()

    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("WARNING", None)]


def test_chunked_body_is_read() -> None:
    assert chunked(Door(), urlencode(a_message()).encode()) == 204


def test_chunked_body_that_is_too_big_is_refused() -> None:
    assert chunked(Door(), b"A" * (webhooks.META_BODY_BYTES + 1), "/webhooks/meta") == 413
    assert chunked(Door(), b"A" * webhooks.META_BODY_BYTES, "/webhooks/meta") == 403


def test_limits_are_settings() -> None:
    door = Door(twilio_body_bytes=10)

    assert door.twilio().status_code == 413


def test_verification_gives_the_challenge_back_as_plain_text() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "let-me-in", "hub.challenge": "<b>42</b>"}

    answer = Door().client.get("/webhooks/meta", query_string=query)

    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<b>42</b>", "text/plain")


@pytest.mark.parametrize("change", [{"hub.verify_token": "no"}, {"hub.mode": "unsubscribe"}, {"hub.verify_token": "ñ"}])
def test_verification_without_our_token_is_refused(change: dict[str, str]) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "let-me-in", "hub.challenge": "42", **change}

    assert Door().client.get("/webhooks/meta", query_string=query).status_code == 403


def test_verification_without_anything_is_refused() -> None:
    assert Door().client.get("/webhooks/meta").status_code == 403


def test_one_bad_reader_never_costs_the_others() -> None:
    door = Door()
    value = {"metadata": {"phone_number_id": "106540352242922"}}
    good = {"from": "34600111222", "id": "wamid.1", "type": "text", "text": {"body": "hola"}}
    value |= {"messages": [good, {**good, "text": {"body": []}, "type": {"x": []}}, {**good, "id": "wamid.3"}]}

    door.meta({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]})

    assert [event["kind"] for event in door.got] == ["message", "unsupported", "message"]


@pytest.mark.parametrize("base", ["", "bot.example.com", "ftp://bot.example.com", "https://bot.example.com/?a=1"])
def test_public_address_that_is_none_stops_the_start(base: str) -> None:
    with pytest.raises(BadWebhookSettings, match="PUBLIC_BASE_URL"):
        webhooks.WebhookSettings((base,))


def test_no_public_address_stops_the_start() -> None:
    with pytest.raises(BadWebhookSettings):
        webhooks.WebhookSettings(())


def test_stored_webhook_is_read_without_its_signature() -> None:
    body = urlencode(a_message()).encode()

    parsed = webhooks.read(webhooks.Kept("twilio", "POST", "/webhooks/twilio", body), our_accounts())

    assert parsed.events[0]["text"] == "hola"


@pytest.mark.parametrize("body", [b"", b"x", json.dumps({"object": "page"}).encode()])
@pytest.mark.parametrize("provider", ["twilio", "meta"])
def test_stored_webhook_that_says_nothing_says_why(provider: str, body: bytes) -> None:
    parsed: Any = webhooks.read(webhooks.Kept(provider, "POST", "/", body), our_accounts())

    assert parsed.events == ()


def test_collecting_the_kinds_loads_neither_flask_nor_twilios_library() -> None:
    code = "import sys, channels; channels.adapters(); print({'flask', 'twilio', 'requests'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
