"""Every captured webhook becomes exactly the events written beside it, read directly and through the door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

import channels
from channels import webhooks
from tests.channels.signing import Door, our_accounts

FOLDER = Path(__file__).parent / "captures"
CAPTURES = sorted(FOLDER.glob("*/*.json"))


def body_of(request: dict[str, Any]) -> bytes:
    if "raw" in request:
        return str(request["raw"]).encode()
    # A value that is a list is a field that came several times.
    form = "form" in request
    return urlencode(request["form"], doseq=True).encode() if form else json.dumps(request["json"]).encode()


@pytest.fixture(params=CAPTURES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def capture(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(json.loads(request.param.read_text("utf-8")))


def test_capture_is_read_to_the_letter(capture: dict[str, Any]) -> None:
    request = capture["request"]

    parsed = webhooks.read(
        webhooks.Kept(request["provider"], "POST", request["path"], body_of(request)), our_accounts())

    assert list(parsed.events) == capture["events"]
    assert [one["reason"] for one in parsed.ignored] == capture["ignored"]


def test_signed_capture_reaches_the_writer(capture: dict[str, Any]) -> None:
    request, door, body = capture["request"], Door(), body_of(capture["request"]).decode()

    if request["provider"] == "twilio":
        answer = door.twilio(parse_qsl(body, True, errors="surrogateescape"), request["path"], data=body)
        expected = 403 if webhooks.REFUSED & set(capture["ignored"]) else 204
    else:
        answer, expected = door.meta(body=body.encode()), 200

    assert (answer.status_code, door.got) == (expected, capture["events"])


def test_every_event_says_where_it_belongs(capture: dict[str, Any]) -> None:
    kind = f"{capture['request']['provider']}-"

    for event in capture["events"]:
        assert f"{event['provider']}-{event['channel']}" in channels.adapters()
        assert event["account"] and event["kind"] and kind.startswith(event["provider"])


@pytest.mark.parametrize("kind", list(channels.adapters()))
def test_every_kind_has_captures_that_say_where_they_come_from(kind: str) -> None:
    assert list((FOLDER / kind).glob("*.json"))
    assert "2026" in (FOLDER / kind / "origin.md").read_text("utf-8")
