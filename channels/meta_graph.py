"""Meta's Graph interface for messages: the request, its answer. Shared by the kinds at Meta. There is no list.

Sources: Meta, "Cloud API error codes", "Messenger Platform error codes" and "Send API", read 2026-11-21
(https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from channels.base import Answer, Endpoint, HttpRequest
from channels.delivery import refusal, table, wordless
from channels.plain import json_of, list_of, object_of, text_of

VERSION = "v21.0"
ERRORS = table(
    RETRY="1 2 131000 131016 131052 131053 133004 1200",
    RATE="4 17 32 341 613 80007 130429 131048 131056 133016",
    WINDOW="131047",
    OPTOUT="131050",
    DEAD="131026 551 131062",
    CONTENT="100 36000 131008 131009 131021 131051",
    CONFIG=(
        "0 3 10 190 368 131005 131030 131031 131037 131042 131045 131057 132000 132001 132005 132007 132012 132015"
        " 132016 132068 132069 133000 133005 133006 133008 133009 133010 133015 135000"
    ),
    FINAL="130472 130497 131049",
)
_SUBCODES = {
    "2018278": "WINDOW",  # outside of the allowed window
    "1545041": "DEAD",  # the person is not available
    "2018001": "DEAD",  # no such person
    "1893061": "CONFIG",  # a message tag that is no longer allowed
}


def error_class(code: str, subcode: str = "", transient: bool = False) -> str:
    """The class of one of Meta's error codes; one we do not know is final, unless Meta says it passes."""
    if subcode in _SUBCODES:
        return _SUBCODES[subcode]
    if code.isdigit() and 200 <= int(code) <= 299:
        return "CONFIG"
    return ERRORS.get(code, "RETRY" if transient else "FINAL")


def request(path: str, body: Mapping[str, Any], endpoint: Endpoint) -> HttpRequest:
    """The POST of one message; `path` is the number's or page's, after the version."""
    headers = {
        "Authorization": f"Bearer {endpoint.secrets['access_token']}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return HttpRequest("POST", f"{endpoint.api_base}/{VERSION}/{path}", headers, content)


def answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """What the answer to that POST means."""
    found = object_of(json_of(body))
    first = object_of(next(iter(list_of(found.get("messages"))), None))
    message_id = text_of(first.get("id")) or text_of(found.get("message_id"))
    if 200 <= status < 300 and message_id:
        return Answer("sent", provider_id=message_id)
    error = object_of(found.get("error"))
    code = text_of(error.get("code"))
    if status >= 400 and code:
        details = text_of(object_of(error.get("error_data")).get("details"))
        name = error_class(code, text_of(error.get("error_subcode")), error.get("is_transient") is True)
        return refusal(status, code, details or text_of(error.get("message")), name, headers)
    return wordless(status, headers)
