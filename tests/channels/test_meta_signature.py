"""Meta's signature and its question whether an address is ours: right ones pass, all others do not, none breaks."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import meta
from tests.channels.signing import SECRET, meta_signature, our_accounts

BODY = '{"object":"page","text":"¿qué tal? 👍"}'.encode()
RIGHT = meta_signature(BODY)
QUESTION = {"hub.mode": "subscribe", "hub.verify_token": "let-me-in", "hub.challenge": "1158201444"}
WRONG = {
    "another secret": meta_signature(BODY, "other"),
    "an empty secret": meta_signature(BODY, ""),
    "another body": meta_signature(BODY + b" "),
    "upper-case digits": "sha256=" + RIGHT[7:].upper(),
    "upper-case name": "SHA256=" + RIGHT[7:],
    "no name": RIGHT[7:],
    "white space before": " " + RIGHT,
    "white space after": RIGHT + " ",
    "a line after": RIGHT + "\n",
    "cut short": RIGHT[:-1],
    "twice": f"{RIGHT},{RIGHT}",
    "only the name": "sha256=",
    "nothing": "",
    "the older digest": "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest(),
    "letters of other alphabets": "sha256=" + "ａ" * 64,
    "half a surrogate pair": "sha256=\ud83d",
    "no header": None,
    "a number": 7,
    "a list": [RIGHT],
}


@pytest.mark.parametrize("header", [RIGHT, RIGHT.encode()])
def test_the_right_signature_passes(header: Any) -> None:
    assert meta.signature_is_right(BODY, header, [SECRET])


@pytest.mark.parametrize("header", WRONG.values(), ids=WRONG)
def test_a_wrong_signature_does_not_pass(header: Any) -> None:
    assert not meta.signature_is_right(BODY, header, [SECRET, ""])


def test_either_secret_signs_while_one_replaces_the_other() -> None:
    assert all(meta.signature_is_right(BODY, meta_signature(BODY, one), ["new", "old"]) for one in ("new", "old"))


def test_the_bytes_count_as_they_came() -> None:
    escaped = b'{"text":"\\u00bfqu\\u00e9?"}'

    assert meta.signature_is_right(escaped, meta_signature(escaped), [SECRET])
    assert not meta.signature_is_right('{"text":"¿qué?"}'.encode(), meta_signature(escaped), [SECRET])


def test_without_secrets_nobody_signs() -> None:
    assert not meta.signature_is_right(BODY, meta_signature(BODY, ""), [])


@given(st.binary(max_size=50), st.none() | st.text() | st.binary(), st.lists(st.text(max_size=5), max_size=2))
def test_a_made_up_signature_never_passes_and_never_raises(body: bytes, header: Any, secrets: list[str]) -> None:
    assert not meta.signature_is_right(body, header, secrets)


def test_the_right_question_gets_its_challenge_back() -> None:
    assert meta.handshake(QUESTION, ["other", "let-me-in"]) == (200, "1158201444")


@pytest.mark.parametrize(
    "change",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "Subscribe"},
        {"hub.verify_token": "let-me-in "},
        {"hub.verify_token": "LET-ME-IN"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "ñ\ud83d"},
        {"hub.verify_token": None},
        {"hub.verify_token": ["let-me-in"]},
    ],
    ids=str,
)
def test_a_wrong_question_is_refused(change: dict[str, Any]) -> None:
    assert meta.handshake(QUESTION | change, ["let-me-in", ""]) == (403, "")


@pytest.mark.parametrize("missing", ["hub.mode", "hub.verify_token"])
def test_half_a_question_is_refused(missing: str) -> None:
    assert meta.handshake({name: value for name, value in QUESTION.items() if name != missing}, ["let-me-in"])[0] == 403


def test_no_token_of_ours_means_no_address_of_ours() -> None:
    assert meta.handshake(QUESTION | {"hub.verify_token": ""}, [""]) == (403, "")


def test_the_door_knows_the_tokens_of_all_our_apps() -> None:
    assert meta.challenge(QUESTION, our_accounts()) == "1158201444"
    assert meta.challenge(QUESTION | {"hub.verify_token": "x"}, our_accounts()) is None
