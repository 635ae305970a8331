"""`flask channels render` and `flask channels content` as somebody at the keyboard meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import channels as kinds
from channels import showing
from channels.commands import channels
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

CHOICES = [{"id": "y", "label": "Sí"}, {"id": "n", "label": "No"}]


def run(*words: str, given: Any = b"") -> Result:
    return CliRunner().invoke(channels, list(words), input=given if isinstance(given, bytes) else json.dumps(given))


def one(kind: str, line: dict[str, Any], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("render", "--channel", kind, *words, given=line).stdout)
    return found


@pytest.fixture
def ours(tmp_path: Path) -> str:
    account = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "whatsapp": ["+14155238886"],
               "content": {"quick-reply-2": "HX2"}}
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps({"twilio": [account]}), "utf-8")
    return str(path)


def test_a_message_becomes_requests_without_secrets() -> None:
    found = one("twilio-sms", {"id": 7, "text": "¿Seguro?", "choices": CHOICES, "to": "+351911222333"})

    (request,) = found["requests"]
    assert (found["id"], found["degraded"]) == (7, ["choices_as_menu"])
    assert request["form"]["To"] == "+351911222333" and request["form"]["Body"] == "¿Seguro?\n1. Sí\n2. No"
    assert "Authorization" not in request["headers"]


def test_it_leaves_from_the_account_that_was_named() -> None:
    found = one("meta-whatsapp", {"text": "hola"}, "--account", "4711")

    assert found["requests"][0]["url"].endswith("/4711/messages")


def test_content_that_was_made_is_used_and_nothing_was_changed(ours: str) -> None:
    found = one("twilio-whatsapp", {"text": "¿Seguro?", "choices": CHOICES}, "--accounts", ours)

    assert (found["requests"][0]["form"]["ContentSid"], found["degraded"]) == ("HX2", [])


@pytest.mark.parametrize(
    ("kind", "window", "author", "goes"),
    [
        ("twilio-sms", "closed", "bot", True), ("meta-whatsapp", "human", "human", False),
        ("meta-messenger", "human", "human", True), ("meta-messenger", "human", "bot", False),
        ("meta-instagram", "closed", "human", False), ("twilio-messenger", "human", "human", False),
    ],
)  # fmt: skip
def test_a_window_lets_through_what_it_may(kind: str, window: str, author: str, goes: bool) -> None:
    found = one(kind, {"text": "hola", "author": author}, "--window", window)

    assert ("requests" in found, found.get("refused", ".").endswith(".")) == (goes, True)


def test_a_persons_late_words_are_tagged() -> None:
    found = one("meta-messenger", {"text": "hola", "author": "human"}, "--window", "human")

    assert found["requests"][0]["json"]["tag"] == "HUMAN_AGENT"


def test_a_template_goes_through_a_closed_window() -> None:
    template = {"name": "order_update", "language": "pt_BR", "params": ["Rita", 3]}

    found = one("meta-whatsapp", {"template": template}, "--window", "closed")

    values = found["requests"][0]["json"]["template"]["components"][0]["parameters"]
    assert [one["text"] for one in values] == ["Rita", "3"]


def test_a_bad_line_has_its_reason_and_the_next_one_is_read() -> None:
    lines = b'nonsense\n[1]\n{"id": "x", "text": 5, "choices": "y", "media": [3], "unknown": {}}\n{"id": 2, "text": "hola"}\n'

    found = [json.loads(line) for line in run("render", "--channel", "twilio-sms", given=lines).stdout.splitlines()]

    assert [one["id"] for one in found] == [None, None, "x", 2]
    assert [one.get("refused", "")[-1:] for one in found[:2]] == [".", "."] and "requests" in found[3]


def test_a_kind_nobody_offers_is_told() -> None:
    assert "twilio-sms" in run("render", "--channel", "fax").output


VALUES = st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5),
                      lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2))
KEYS = ("text", "choices", "media", "location", "form", "template", "header", "reply_to", "author", "shown", "to")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(kinds.adapters())), st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_no_line_is_too_strange(kind: str, line: dict[str, Any]) -> None:
    found = showing.shown(json.dumps(line).encode(), showing.place(kinds.adapter(kind), "", "free"))

    assert "requests" in found or found["refused"].endswith(".")
    assert "cannot be read" not in found.get("refused", "")


def test_content_is_printed_shape_by_shape() -> None:
    made = [json.loads(line) for line in run("content").stdout.splitlines()]

    assert len(made) == 20 and made[1]["types"]["twilio/quick-reply"]["actions"][1]["title"] == "{{4}}"


def test_content_is_made_once_and_told_for_the_accounts_file(ours: str) -> None:
    with TwilioStandIn() as twilio:
        result = run("content", "--create", "--accounts", ours, "--base", twilio.url)

        made = json.loads(result.stdout)["content"]
        assert made["quick-reply-2"] == "HX2" and len(set(made.values())) == 20
        assert sum(one["friendly_name"].startswith("relevo_") for one in twilio.held.contents) == 19


def test_content_that_could_not_be_made_is_told(ours: str) -> None:
    Path(ours).write_text(Path(ours).read_text("utf-8").replace(AUTH_TOKEN, "wrong"), "utf-8")
    with TwilioStandIn() as twilio:
        result = run("content", "--create", "--accounts", ours, "--base", twilio.url)

    assert result.exit_code == 1 and "401" in result.output
