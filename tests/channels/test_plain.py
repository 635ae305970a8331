"""Nothing a stranger sends to Meta's door breaks the reading of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import meta, plain
from tests.channels.signing import our_accounts

APP = our_accounts().meta[0]
NAMES = st.sampled_from(
    [
        "object",
        "entry",
        "changes",
        "value",
        "field",
        "metadata",
        "phone_number_id",
        "messages",
        "contacts",
        "statuses",
        "type",
        "text",
        "image",
        "context",
        "id",
        "from",
        "timestamp",
        "interactive",
        "button_reply",
        "messaging",
        "message",
        "attachments",
        "payload",
        "sender",
        "recipient",
        "mid",
        "referral",
        "errors",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)


def a_value(members: Any) -> bytes:
    value = {"metadata": {"phone_number_id": "106540352242922"}, "messages": members, "statuses": members}
    entry = {"changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(body: bytes) -> None:
    assert meta.parse(body, APP).events == ()


@given(st.lists(JSON, max_size=3), st.sampled_from(["text", "image", "contacts", "order", "edit", "system"]), JSON)
def test_arbitrary_whatsapp_members_never_raise(members: list[Any], kind: str, content: Any) -> None:
    typed = {"from": "34600111222", "id": "wamid.1", "type": kind, kind: content}

    parsed = meta.parse(a_value([*members, typed]), APP)

    assert [one for one in parsed.ignored if "error" in one] == []
    assert [event for event in parsed.events if event.get("provider_id") == "wamid.1"]


@given(JSON, st.sampled_from(["message", "postback", "delivery", "read", "reaction", "optin", "referral"]))
def test_arbitrary_messenger_members_never_raise(content: Any, name: str) -> None:
    item = {"sender": {"id": "748"}, "recipient": {"id": "108000000000001"}, name: content}
    body = json.dumps({"object": "page", "entry": [{"id": "108000000000001", "messaging": [item]}]}).encode()

    parsed = meta.parse(body, APP)

    assert [one for one in parsed.ignored if "error" in one] == []


@pytest.mark.parametrize(
    ("given", "clean"), [("a\x00b", "ab"), ("a\ud83db", "a\ufffdb"), ("ñ👍", "ñ👍"), ("a\u202eb", "a\u202eb")]
)
def test_text_can_be_stored_and_is_otherwise_unchanged(given: str, clean: str) -> None:
    assert plain.clean(given) == clean


def test_a_tree_is_clean_to_its_leaves_and_bounded() -> None:
    deep: Any = "x\x00"
    for _ in range(200):
        deep = {"a\x00": deep}

    assert "\x00" not in repr(plain.clean_tree({"k\x00": ["v\x00"]}))
    assert repr(plain.clean_tree(deep)).count("'a'") == plain.MAX_DEPTH


def test_a_number_too_long_to_be_one_costs_only_itself() -> None:
    assert plain.json_of('{"a": ' + "9" * 9000 + ', "b": 1}') == {"a": "9" * 9000, "b": 1}


def test_what_a_reader_throws_costs_only_its_own_member() -> None:
    def breaks(item: Any, account: str, value: Any) -> Any:
        raise KeyError(item)

    found = list(meta._guarded(breaks, {"id": "1"}, "9", {}))

    assert found == [{"provider": "meta", "reason": "unreadable", "account": "9", "error": "KeyError"}]
