"""Rates in the accounts: of a kind, of one number."""

from __future__ import annotations

from typing import Any

import pytest

from channels import accounts, pacing
from channels.errors import BadAccounts

ACCOUNT = {"account_sid": "AC" + "1" * 32, "auth_token": "x", "sms": ["+15005550006", "+15005550007"]}
RATES = {"twilio-sms": {"channel": 3, "pair": 0.5}, "twilio-sms +15005550006": {"channel": 1}}


def test_the_more_exact_rate_holds() -> None:
    ours = accounts.read({"twilio": [ACCOUNT], "rates": RATES})
    endpoints = ours.endpoints("https://a", "https://b", "")

    assert {key[1]: endpoint.facts["rate"] for key, endpoint in endpoints.items()} == {
        "+15005550006": 1.0, "+15005550007": 3.0}


@pytest.mark.parametrize(
    ("tree", "place"),
    [([], "rates"), ({"fax": {"channel": 1}}, "rates.fax"), ({"twilio-sms": 3}, "rates.twilio-sms"),
     ({"twilio-sms": {"a day": 3}}, "rates.twilio-sms"), ({"twilio-sms": {"pair": -1}}, "rates.twilio-sms"),
     ({"twilio-sms": {"channel": "soon"}}, "rates.twilio-sms")])
def test_a_wrong_rate_names_its_place(tree: Any, place: str) -> None:
    with pytest.raises(BadAccounts, match=place):
        pacing.read(tree, ["twilio-sms"])
