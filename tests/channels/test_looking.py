"""What `flask channels parse` says of a line: the events of the door, and a reason for whatever is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import accounts, looking
from tests.channels.signing import SERVICE, SID, a_message, our_accounts
from tests.channels.test_captures import CAPTURES

OURS = our_accounts()
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(["twilio", "meta", "sms", "whatsapp", "messenger", "status", "POST", "x"])
FIELDS = st.sampled_from([*a_message(), "MediaUrl0", "InteractiveData", "OptOutType", "MessageStatus", "WaId"])


def told(request: Any, provider: Any = "twilio", channel: Any = "whatsapp") -> dict[str, Any]:
    line = {"id": 7, "provider": provider, "channel": channel, "request": request}
    return looking.parsed(json.dumps(line).encode(), OURS)


def reasons(request: Any, **line: Any) -> list[str]:
    return [one["reason"] for one in told(request, **line)["ignored"]]


def a_status(**changes: Any) -> dict[str, Any]:
    return {"endpoint": "status", "form": {"MessageSid": "SM1", "MessageStatus": "delivered", **changes}}


def a_word_to(page: str) -> dict[str, Any]:
    return {"sender": {"id": "9"}, "recipient": {"id": page}, "message": {"mid": f"m{page}", "text": "hola"}}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_capture_is_told_as_the_door_hears_it(path: Path) -> None:
    capture = json.loads(path.read_text("utf-8"))
    provider, _, channel = path.parent.name.partition("-")

    found = told(capture["request"], provider, channel)

    wanted = [{key: value for key, value in one.items() if key != "error_text"} for one in capture["events"]]
    assert (found["events"], [one["reason"] for one in found["ignored"]]) == (wanted, capture["ignored"])


def test_form_and_raw_body_say_the_same() -> None:
    raw = f"MessageSid=SM1&AccountSid={SID}&From=whatsapp%3A%2B34600111222&To=whatsapp%3A%2B14155238886&Body=ol%C3%A1"
    form = a_message(MessageSid="SM1", Body="olá")

    assert told({"raw": raw})["events"] == told({"form": form})["events"]


def test_numbers_and_lists_in_a_form_are_fields() -> None:
    form = a_message(MessageSid="SM1") | {"NumMedia": 0, "Body": ["hola"], "ProfileName": None}

    assert told({"form": form})["events"][0]["text"] == "hola"


def test_half_of_a_pair_of_surrogates_is_one_replacement() -> None:
    assert told({"form": a_message(Body="a\ud83db")})["events"][0]["text"] == "a\ufffdb"


def test_addresses_without_prefix_are_of_the_channel_that_is_told() -> None:
    ours = accounts.read({"twilio": [{"account_sid": "acctid", "sms": ["+1202"], "whatsapp": ["+1202"]}]},
                         secrets_needed=False)
    form = a_message(From="+1413", To="+1202", AccountSid="acctid")
    line = {"provider": "twilio", "channel": "whatsapp", "request": {"form": form}}

    assert looking.parsed(json.dumps(line).encode(), ours)["events"][0]["channel"] == "whatsapp"


def test_a_channel_may_be_told_by_its_kind() -> None:
    form = a_message(From="+34600111222", To="+14155238886")

    assert told({"form": form}, channel="twilio-whatsapp")["events"] == told({"form": form})["events"] != []


def test_report_that_does_not_say_whose_it_is_is_told() -> None:
    found = told(a_status(To="+34600111222", ErrorCode="21610", MessageStatus="failed"), channel="sms")

    assert found["events"] == [{"kind": "status", "provider": "twilio", "channel": "sms", "provider_id": "SM1",
                                "recipient": "+34600111222", "status": "failed", "error_code": "21610"}]


def test_report_of_somebody_elses_service_is_left_out() -> None:
    assert reasons(a_status(To="+34600111222", MessagingServiceSid=SERVICE[:-1] + "9")) == ["account"]


def test_account_that_is_not_named_is_found_by_its_number() -> None:
    tree = {"twilio": [{"account_sid": "a", "sms": ["+1"]}, {"account_sid": "b", "whatsapp": ["+14155238886"]}]}
    form = {name: value for name, value in a_message().items() if name != "AccountSid"}
    line = {"provider": "twilio", "request": {"form": form}}

    found = looking.parsed(json.dumps(line).encode(), accounts.read(tree, secrets_needed=False))

    assert found["events"][0]["account"] == "+14155238886"


LEFT_OUT: dict[str, tuple[Any, str]] = {
    "no request": (None, "request"),
    "a list for a request": ([], "request"),
    "GET": ({"method": "GET", "form": a_message()}, "method"),
    "JSON": ({"content_type": "application/json", "json": a_message()}, "content type"),
    "JSON that calls itself a form": ({"json": a_message()}, "content type"),
    "multipart": ({"content_type": "multipart/form-data; boundary=x", "raw": "x"}, "content type"),
    "nothing": ({}, "content type"),
    "a hundred fields and more": ({"form": {str(n): "" for n in range(101)}}, "size"),
    "a field of 70 kB": ({"form": a_message(Body="A" * 70_000)}, "size"),
    "another account": ({"form": a_message(AccountSid="AC9")}, "account"),
    "an empty body": ({"raw": " "}, "fields"),
    "an empty report": ({"endpoint": "status", "raw": " "}, "status"),
    "a report without its id": (a_status(MessageSid=""), "fields"),
    "a word nobody knows": (a_status(MessageStatus="huh"), "status"),
    "two ids": (a_status(MessageSid=["SM1", "SM2"]), "fields"),
    "two texts": ({"form": a_message() | {"Body": ["a", "b"]}}, "fields"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_says_why(name: str) -> None:
    request, reason = LEFT_OUT[name]

    assert (told(request)["events"], reasons(request)) == ([], [reason])


def test_provider_that_is_none_says_so() -> None:
    assert reasons({"form": {}}, provider="vonage") == ["provider"]


def test_meta_as_a_form_says_so() -> None:
    assert reasons({"form": {}}, provider="meta") == ["content type"]


@pytest.mark.parametrize("raw", [b"", b"\n", b"nonsense", b"[1]", b"null", b'"x"', b"\xff", b"[" * 9999, b'{"id":1'])
def test_line_that_is_no_object_is_answered(raw: bytes) -> None:
    assert looking.parsed(raw, OURS) == {"id": None, "events": [], "ignored": [{"reason": "line"}]}


@pytest.mark.parametrize(("given_id", "shown"), [("a", "a"), (7, 7), (None, None), ([1], None), ({}, None)])
def test_id_comes_back_as_it_was(given_id: Any, shown: Any) -> None:
    assert looking.parsed(json.dumps({"id": given_id}).encode(), OURS)["id"] == shown


def test_byte_order_mark_before_a_line_is_no_hindrance() -> None:
    assert looking.parsed(b'\xef\xbb\xbf{"id": 1}', OURS)["id"] == 1


def test_entries_of_two_apps_are_each_read_with_their_own() -> None:
    ours = accounts.read({"meta": [{"pages": ["1"]}, {"pages": ["2"]}]}, secrets_needed=False)
    entries = [{"id": page, "messaging": [a_word_to(page)]} for page in ("2", "1", "3")]
    line = {"provider": "meta", "request": {"json": {"object": "page", "entry": entries}}}

    found = looking.parsed(json.dumps(line).encode(), ours)

    assert ([event["account"] for event in found["events"]], len(found["ignored"])) == (["2", "1"], 1)


def test_meta_without_an_app_of_ours_says_so() -> None:
    line = {"provider": "meta", "request": {"json": {"object": "page", "entry": []}}}

    found = looking.parsed(json.dumps(line).encode(), accounts.read({}))

    assert found["ignored"] == [{"reason": "account"}]


@given(st.fixed_dictionaries({}, optional={"id": TREES, "provider": WORDS, "channel": WORDS | TREES, "request": TREES}))
def test_arbitrary_lines_are_answered(line: dict[str, Any]) -> None:
    found = looking.parsed(json.dumps(line).encode(), OURS)

    json.dumps(found, allow_nan=False)
    assert not any(one["reason"].startswith("failed") for one in found["ignored"])


@given(st.dictionaries(FIELDS, TREES, max_size=5), st.sampled_from(["form", "json", "raw"]), WORDS)
def test_arbitrary_forms_are_answered(changes: dict[str, Any], how: str, channel: str) -> None:
    found = told({how: {**a_message(), **changes}, "path": channel}, channel=channel)

    json.dumps(found, allow_nan=False)
    assert not any(one["reason"].startswith("failed") for one in found["ignored"])


@given(TREES)
def test_arbitrary_posts_of_meta_are_answered(tree: Any) -> None:
    found = told({"json": {"object": "page", "entry": [tree]}}, "meta")

    assert not any(one["reason"].startswith("failed") for one in found["ignored"])
