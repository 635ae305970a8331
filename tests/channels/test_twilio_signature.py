"""Twilio's signature: the same verdict as its own library where that one has one, and never an exception."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels import twilio, twilio_form
from channels import twilio_signature as signatures
from tests.channels.signing import BASE, TOKEN, a_message, our_accounts, twilio_signature

PATH = "/webhooks/twilio"
PREFIXES = signatures.url_prefixes((BASE,))
PAIRS = st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=12)), max_size=8)


def is_signed(body: bytes, signature: str, target: str = PATH, tokens: tuple[str, ...] = (TOKEN,)) -> bool:
    form = twilio_form.read_form(body)
    return form is not None and signatures.is_signed(form, signature, target, PREFIXES, tokens)


def test_what_twilio_signs_is_accepted() -> None:
    signature = RequestValidator(TOKEN).compute_signature(BASE + PATH, a_message(Body="¿dónde? ñ+&=%"))

    assert is_signed(urlencode(a_message(Body="¿dónde? ñ+&=%")).encode(), signature)


@pytest.mark.parametrize("url", [f"{BASE}{PATH}", f"{BASE}:443{PATH}"])
def test_url_with_and_without_the_default_port_is_accepted(url: str) -> None:
    assert is_signed(urlencode(a_message()).encode(), twilio_signature(url, a_message()))


def test_several_public_addresses_may_sign() -> None:
    prefixes = signatures.url_prefixes(("https://old.example", "http://127.0.0.1:8000/"))

    assert prefixes == (
        b"https://old.example",
        b"https://old.example:443",
        b"http://127.0.0.1:8000",
        b"http://127.0.0.1",
    )


def test_either_token_signs_while_it_is_being_changed() -> None:
    signature = twilio_signature(BASE + PATH, a_message(), token="new")

    assert is_signed(urlencode(a_message()).encode(), signature, tokens=(TOKEN, "new"))


def test_escapes_of_the_target_are_kept_as_they_came() -> None:
    body = urlencode(a_message()).encode()

    assert is_signed(body, twilio_signature(f"{BASE}/w?a=%7E", a_message()), "/w?a=%7E")
    assert not is_signed(body, twilio_signature(f"{BASE}/w?a=%7E", a_message()), "/w?a=~")


@given(PAIRS)
def test_verdict_is_that_of_twilios_library(pairs: list[tuple[str, str]]) -> None:
    body = urlencode(pairs).encode()
    many = {name: [value for key, value in pairs if key == name] for name, _ in pairs}

    class Fields(dict):  # the library asks for repeated values like this
        def getlist(self, name: str) -> list[str]:
            return many[name]

    signature = RequestValidator(TOKEN).compute_signature(BASE + PATH, Fields(many))

    assert is_signed(body, signature)


@given(PAIRS, st.integers(min_value=0), st.integers(min_value=1, max_value=127))
def test_one_changed_byte_of_the_signature_is_refused(pairs: list[tuple[str, str]], at: int, change: int) -> None:
    right = bytearray(twilio_signature(BASE + PATH, pairs).encode())
    right[at % len(right)] ^= change

    assert not is_signed(urlencode(pairs).encode(), right.decode("latin-1"))


@given(st.binary(max_size=300), st.text(max_size=60), st.text(max_size=40))
def test_arbitrary_bytes_never_raise(body: bytes, signature: str, target: str) -> None:
    assert is_signed(body, signature, target) is False


@given(st.binary(max_size=300))
def test_arbitrary_forms_never_raise_and_come_out_clean(body: bytes) -> None:
    form = twilio_form.read_form(urlencode(a_message()).encode() + b"&" + body)
    account = our_accounts().twilio[a_message()["AccountSid"]]
    assert form is not None

    parsed = twilio.parse(form, account)

    assert repr(parsed).encode("utf-8")
    assert "\x00" not in "".join(str(value) for event in parsed.events for value in event.values())


@given(st.binary(max_size=200))
def test_fields_are_those_of_the_standard_library(body: bytes) -> None:
    text = body.decode("utf-8", "surrogateescape")
    ours = twilio_form.read_form(body)
    assert ours is not None

    theirs = sorted(set(parse_qsl(text, keep_blank_values=True, errors="surrogateescape")))

    assert ours.signed == "".join(n + v for n, v in theirs).encode("utf-8", "surrogateescape")
