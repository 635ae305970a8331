"""Signed calls: where they may go, and that whoever follows docs/api.md can tell them from others."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conversation.signed_calls import BadAddress, Caller, checked, signature
from tests.providers.hooks import receiving

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("url", "why"), [
    ("", "url"), ("shop.example", "url"), ("https://", "url"), ("https://ana:pw@shop.example/", "url"),
    ("https://shop.example:99999/", "url"), ("https://tiéndá.example/", "url"), ("https://shop.example/" + "a" * 1000, "url"),
    ("http://shop.example/", "scheme"), ("ftp://shop.example/", "scheme"),
    ("https://127.0.0.1/", "private"), ("https://localhost/", "private"), ("https://10.0.0.7/", "private"),
    ("https://[::1]/", "private"), ("https://169.254.169.254/", "private"), ("https://db.internal/", "private"),
    ("https://shop.example:6379/", "port"),
])
def test_an_address_that_is_not_public_is_not_called(url: str, why: str) -> None:
    with pytest.raises(BadAddress) as refused:
        checked(url)

    assert refused.value.why == why


@pytest.mark.parametrize("url", ["https://shop.example/relevo", "https://shop.example:8443/a?b=c", "https://93.184.216.34/"])
def test_a_public_one_is(url: str) -> None:
    assert checked(url).scheme == "https"


def test_a_program_on_this_machine_is_called_in_demo_and_lab_alone() -> None:
    with receiving() as receiver:
        assert Caller(is_near=True)(receiver.url, b'{"event": "test"}', {"Relevo-Signature": "t=1,v1=x"}).is_taken
        refused = Caller(is_near=False)(receiver.url, b"{}", {})

    assert (refused.status, "not called" in refused.error) == (None, True)


def test_what_leads_elsewhere_is_not_followed() -> None:
    with receiving() as receiver:
        receiver.answers = [302]

        assert Caller(is_near=True)(receiver.url, b"{}", {"Relevo-Signature": "t=1,v1=x"}).status == 302


@pytest.fixture
def is_from_relevo() -> Callable[..., bool]:
    """The function that docs/api.md gives to whoever writes a receiver."""
    block = re.search(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text("utf-8"), re.DOTALL)
    assert block is not None
    names: dict[str, Any] = {}
    exec(block[1], names)  # noqa: S102 - it is our own page
    found: Callable[..., bool] = names["is_from_relevo"]
    return found


def test_the_documented_check_knows_our_calls(is_from_relevo: Callable[..., bool]) -> None:
    assert is_from_relevo("whs_1", signature("whs_1", 1_000, b'{"a": 1}'), b'{"a": 1}', 1_100)


@pytest.mark.parametrize(("header", "body", "now"), [
    (signature("whs_2", 1_000, b"{}"), b"{}", 1_000), (signature("whs_1", 1_000, b"{}"), b"{ }", 1_000),
    (signature("whs_1", 1_000, b"{}"), b"{}", 1_301), ("", b"{}", 1_000), ("t=1000", b"{}", 1_000), ("v1=ab", b"{}", 1_000),
])
def test_the_documented_check_refuses_what_is_forged_altered_or_old(
    is_from_relevo: Callable[..., bool], header: str, body: bytes, now: int
) -> None:
    assert not is_from_relevo("whs_1", header, body, now)
