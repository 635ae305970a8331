"""What `flask channels verify` says of a request: signed or not, and never an exception."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels import verifying
from tests.channels.signing import BASE, FORM, SECRET, TOKEN, a_message, meta_signature, twilio_signature
from tests.channels.test_looking import TREES

PATH = "/webhooks/twilio"
PAIRS = st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=12)), max_size=8)


def a_line(pairs: Any = None, **changes: Any) -> dict[str, Any]:
    """A form that Twilio signed; `changes` of the line, or of its request as request_…"""
    pairs = a_message() if pairs is None else pairs
    body = changes.pop("body", urlencode(list(pairs.items()) if isinstance(pairs, dict) else pairs))
    signature = changes.pop("signature", twilio_signature(changes.pop("url", BASE + PATH), pairs))
    request = {"method": "POST", "scheme": "http", "host": "10.0.0.7:8000", "path": PATH, "body": body,
               "headers": {"X-Twilio-Signature": signature, "Content-Type": FORM}}
    request |= {name.removeprefix("request_"): changes.pop(name) for name in list(changes) if name.startswith("request_")}
    return {"id": 1, "provider": "twilio", "public_base_url": BASE, "secret": TOKEN, "request": request, **changes}


def is_valid(line: dict[str, Any]) -> bool:
    return bool(verifying.verified(json.dumps(line).encode())["valid"])


def json_line(body: str, query: str, signature_of: str = "") -> dict[str, Any]:
    target = f"{PATH}?{query}" if query else PATH
    signature = twilio_signature(BASE + (signature_of or target), [])
    headers = {"content-type": "application/json", "x-twilio-signature": signature}
    return a_line(request_path=target, request_headers=headers, body=body)


def sha(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def shared_key(algorithm: str, **changes: Any) -> dict[str, Any]:
    signed = BASE + PATH + "".join(name + value for name, value in sorted(a_message().items()))
    signature = base64.b64encode(hmac.digest(b"shared", signed.encode(), "sha256")).decode()
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM,
               "X-Twilio-Webhooks-Signature-Settings": f"key=k1, algorithm={algorithm}"}
    return a_line(request_headers=headers, **{"secret": "shared", **changes})


GOOD: dict[str, dict[str, Any]] = {
    "plain": a_line(),
    "one of two tokens": a_line(secret=["old", TOKEN]),
    "one of two addresses": a_line(public_base_url=["https://old.example", BASE]),
    "with the default port": a_line(url=f"{BASE}:443{PATH}"),
    "without the port we wrote down": a_line(public_base_url=f"{BASE}:443"),
    "on a port of its own": a_line(public_base_url=f"{BASE}:8443", url=f"{BASE}:8443{PATH}"),
    "a slash after the address": a_line(public_base_url=BASE + "/"),
    "below a path": a_line(public_base_url=f"{BASE}/bot", url=f"{BASE}/bot{PATH}"),
    "below a path that nobody takes off": a_line(
        public_base_url=f"{BASE}/bot", url=f"{BASE}/bot{PATH}", request_path=f"/bot{PATH}"),
    "the whole address": a_line(public_base_url=BASE + PATH),
    "the settings of a connection": a_line(public_base_url=f"{BASE}#rc=5"),
    "escapes as they came": a_line(url=f"{BASE}/w?a=%7E&b=%c3%b1", request_path="/w?a=%7E&b=%c3%b1"),
    "the query apart": a_line(url=f"{BASE}/w?a=1", request_path="/w", request_query="a=1"),
    "no address given": a_line(public_base_url=None, url=f"http://10.0.0.7:8000{PATH}"),
    "blank values and white space": a_line({"Body": "  x ", "FromCity": ""}),
    "several values of a field": a_line([("A", "2"), ("A", "1"), ("A", "2")]),
    "a name nobody knows": a_line(a_message(Nuevo="1")),
    "a hundred and fifty fields": a_line({f"f{n}": "x" for n in range(150)}),
    "all of Unicode": a_line({"Body": "¿dónde? ñ+&=% 👩🏽‍🚀\u202e"}),
    "no content type": a_line(request_headers={"X-Twilio-Signature": twilio_signature(BASE + PATH, a_message())}),
    "header in any letters": a_line(
        request_headers={"x-TWILIO-signature": twilio_signature(BASE + PATH, a_message()), "CONTENT-TYPE": FORM}),
    "headers as pairs": a_line(
        request_headers=[["X-Twilio-Signature", twilio_signature(BASE + PATH, a_message())], ["Content-Type", FORM]]),
    "a GET": a_line({}, body="", request_method="GET", request_path="/w?Body=x", url=f"{BASE}/w?Body=x"),
    "JSON and its hash": json_line('{"a":"ñ"}', "bodySHA256=" + sha('{"a":"ñ"}')),
    "JSON and its hash among others": json_line("{}", f"a=1&bodySHA256={sha('{}')}&b=%20"),
    "a shared key": shared_key("HMAC_SHA256"),
    "a shared key by its name": shared_key("HMAC_SHA256", secret={"k1": "shared"}),
}
BAD: dict[str, dict[str, Any]] = {
    "another token": a_line(secret="x"),
    "no token": a_line(secret=""),
    "no secret": a_line(secret=None),
    "another address": a_line(public_base_url="https://evil.example"),
    "http": a_line(public_base_url=BASE.replace("https", "http")),
    "another path": a_line(request_path=PATH + "/"),
    "escapes that were changed": a_line(url=f"{BASE}/w?a=%7E", request_path="/w?a=~"),
    "the host of the request": a_line(url=f"http://10.0.0.7:8000{PATH}"),
    "a field added": a_line(body=urlencode(a_message(X="1"))),
    "a field taken away": a_line(body="Body=hola"),
    "a value trimmed": a_line({"Body": " x "}, body="Body=x"),
    "an empty signature": a_line(signature=""),
    "a signature that is not ASCII": a_line(signature="ÿ" * 28),
    "white space around it": a_line(signature=twilio_signature(BASE + PATH, a_message()) + " "),
    "a signature twice": a_line(signature=[twilio_signature(BASE + PATH, a_message())] * 2),
    "a signature that is a number": a_line(signature=7),
    "no headers": a_line(request_headers=None),
    "a port that is no number": a_line(public_base_url="https://bot.example.com:x"),
    "a broken address": a_line(public_base_url="https://[::1"),
    "JSON without a hash": json_line('{"a":1}', ""),
    "JSON with the hash of another": json_line('{"a":1}', "bodySHA256=" + sha("{}")),
    "JSON with two hashes": json_line("{}", f"bodySHA256={sha('x')}&bodySHA256={sha('{}')}"),
    "JSON with an empty hash": json_line("", "bodySHA256="),
    "JSON and a signature of another address": json_line("{}", "bodySHA256=" + sha("{}"), "/elsewhere"),
    "multipart": a_line({}, body="x", request_headers={
        "X-Twilio-Signature": twilio_signature(BASE + PATH, []), "Content-Type": "multipart/form-data; boundary=x"}),
    "an object for a body": a_line(body={"Body": "hola"}),
    "an algorithm nobody knows": shared_key("NONE"),
    "a shared key and the older algorithm": shared_key("HMAC_SHA1"),
    "a shared key of another name": shared_key("HMAC_SHA256", secret={"k2": "shared"}),
    "another provider": a_line(provider="vonage"),
    "no request": a_line(request=None),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_twilio_signed_is_valid(name: str) -> None:
    assert is_valid(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_what_twilio_did_not_sign_is_not_valid(name: str) -> None:
    assert not is_valid(BAD[name])


@given(PAIRS, st.sampled_from([BASE, f"{BASE}:443", f"{BASE}:8443", "http://127.0.0.1:80"]))
def test_verdict_on_a_form_is_that_of_twilios_library(pairs: list[tuple[str, str]], base: str) -> None:
    class Fields(dict[str, list[str]]):  # the library asks for repeated values like this
        def getlist(self, name: str) -> list[str]:
            return self[name]

    many = Fields({name: [value for key, value in pairs if key == name] for name, _ in pairs})
    signature = RequestValidator(TOKEN).compute_signature(base + PATH, many)

    assert is_valid(a_line(pairs, signature=signature, public_base_url=base))


@given(st.text(max_size=60), st.booleans())
def test_verdict_on_json_is_that_of_twilios_library(body: str, is_right: bool) -> None:
    line = json_line(body, "bodySHA256=" + (sha(body) if is_right else sha(body + "x")))
    signature = line["request"]["headers"]["x-twilio-signature"]

    assert is_valid(line) == RequestValidator(TOKEN).validate(BASE + line["request"]["path"], body, signature)


def a_post_of_meta(**changes: Any) -> dict[str, Any]:
    body = changes.pop("body", '{"object":"page","entry":[{"text":"ma\\u00f1ana 😀"}]}')
    headers = changes.pop("headers", {"X-Hub-Signature-256": meta_signature(body.encode())})
    return {"provider": "meta", "secret": SECRET, "request": {"method": "POST", "headers": headers, "body": body}, **changes}


def test_what_meta_signed_is_valid() -> None:
    assert is_valid(a_post_of_meta())
    assert is_valid(a_post_of_meta(secret=["another", SECRET]))


@pytest.mark.parametrize("headers", [
    {}, {"X-Hub-Signature-256": ""}, {"X-Hub-Signature-256": "sha256="}, {"X-Hub-Signature": meta_signature(b"{}")},
    {"X-Hub-Signature-256": meta_signature(b"{}")[7:]}, {"X-Hub-Signature-256": [meta_signature(b"{}")] * 2},
    {"X-Hub-Signature-256": "sha256=" + meta_signature(b"{}")[7:].upper()}, {"X-Hub-Signature-256": "sha256=ÿ"}])
def test_what_meta_did_not_sign_is_not_valid(headers: dict[str, Any]) -> None:
    assert not is_valid(a_post_of_meta(body="{}", headers=headers))


def a_question(query: str, **changes: Any) -> dict[str, Any]:
    line = {"id": "q", "provider": "meta", "verify_token": "let-me-in", **changes}
    return verifying.verified(json.dumps({"request": {"method": "GET", "path": f"/webhooks/meta?{query}"}, **line}).encode())


def test_question_with_our_token_gets_its_challenge_back() -> None:
    told = a_question("hub.mode=subscribe&hub.verify_token=let-me-in&hub.challenge=%3Cb%3E42")

    assert told == {"id": "q", "status": 200, "body": "<b>42"}


@pytest.mark.parametrize("query", [
    "", "hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.verify_token=LET-ME-IN&hub.challenge=1",
    "hub.mode=unsubscribe&hub.verify_token=let-me-in", "hub.mode=subscribe&hub.verify_token=x&hub.verify_token=let-me-in"])
def test_question_without_our_token_is_refused(query: str) -> None:
    assert a_question(query) == {"id": "q", "status": 403, "body": ""}


@pytest.mark.parametrize("token", ["", None, [], 7])
def test_no_token_of_ours_refuses_every_question(token: Any) -> None:
    told = a_question("hub.mode=subscribe&hub.verify_token=&hub.challenge=1", verify_token=token)

    assert told["status"] == 403


def test_question_that_is_posted_is_refused() -> None:
    told = a_question("hub.mode=subscribe&hub.verify_token=let-me-in&hub.challenge=1", request={"method": "POST"})

    assert told["status"] == 403


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"[]", b"\xff"])
def test_line_that_is_no_object_is_not_valid(raw: bytes) -> None:
    assert verifying.verified(raw) == {"id": None, "valid": False}


@given(TREES, TREES, TREES, st.sampled_from(["twilio", "meta"]))
def test_arbitrary_lines_are_answered(base: Any, secret: Any, request: Any, provider: str) -> None:
    line = {"provider": provider, "public_base_url": base, "secret": secret, "request": request}

    assert not is_valid(line)


@given(st.dictionaries(st.sampled_from(["method", "scheme", "host", "path", "headers", "body", "query"]), TREES))
def test_arbitrary_requests_are_answered(changes: dict[str, Any]) -> None:
    line = a_line(**{f"request_{name}": value for name, value in changes.items()})

    assert is_valid(line) in (True, False)
