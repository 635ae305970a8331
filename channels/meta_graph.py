"""Meta's Graph interface for messages: the request, its answer. Shared by the kinds at Meta. There is no list.

Sources: Meta, "Cloud API error codes", "Messenger Platform error codes" and "Send API", read 2026-11-21
(https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from channels import meta_errors
from channels.base import Answer, Endpoint, HttpRequest
from channels.delivery import refusal, wordless
from channels.plain import json_of, list_of, object_of, text_of

VERSION = "v21.0"


def error_class(code: str, subcode: str = "", transient: bool = False) -> str:
    """The class of one of Meta's error codes; one we do not know is final, unless Meta says it passes."""
    return meta_errors.verdict(meta_errors.code_of(code, subcode), transient).error_class


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
    code = meta_errors.code_of(text_of(error.get("code")), text_of(error.get("error_subcode")))
    if status >= 400 and code:
        details = text_of(object_of(error.get("error_data")).get("details"))
        verdict = meta_errors.verdict(code, error.get("is_transient") is True)
        return refusal(status, code, details or text_of(error.get("message")), verdict, headers)
    return wordless(status, headers)
