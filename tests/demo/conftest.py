"""What the tests of the demo stand on: a stand-in for Twilio, one HTTP client, a webhook receiver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from tests.providers.twilio import TwilioStandIn

OURS = "whatsapp:+14155238886"
MARTA = "whatsapp:+34600111222"


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as standin:
        yield standin


def post_message(twilio: TwilioStandIn, body: str = "hola", token: str = "", **fields: str) -> urllib3.BaseHTTPResponse:
    """Post a message to the stand-in as our sender would; `token` may be a wrong one."""
    form = {"To": MARTA, "From": OURS, "Body": body, **fields}
    headers = urllib3.make_headers(basic_auth=f"{twilio.account_sid}:{token or twilio.auth_token}")
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return urllib3.request(
        "POST", twilio.messages_url, body=urlencode(form), headers=headers, retries=False, timeout=1.0
    )


@pytest.fixture
def send(twilio: TwilioStandIn) -> Callable[..., urllib3.BaseHTTPResponse]:
    return partial(post_message, twilio)


@pytest.fixture
def listed(twilio: TwilioStandIn) -> Callable[..., Any]:
    """Ask the stand-in for its list with these filters; gives back the JSON."""

    def ask(**filters: str) -> Any:
        headers = urllib3.make_headers(basic_auth=f"{twilio.account_sid}:{twilio.auth_token}")
        answer = urllib3.request("GET", f"{twilio.messages_url}?{urlencode(filters)}", headers=headers, retries=False)
        return answer.json()

    return ask
