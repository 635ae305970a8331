"""Twilio's REST interface for messages: the request, its answer, the list. Shared by the kinds over Twilio.

Sources: Twilio, "Messages resource" and "Error and warning dictionary", read 2026-11-21
(https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/api/errors).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from channels import twilio_content, twilio_errors
from channels.base import Answer, Endpoint, HttpRequest
from channels.delivery import refusal, wordless
from channels.plain import json_of, list_of, object_of, text_of

PAGE_SIZE = 200
_MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")


def error_class(code: str) -> str:
    """The class of one of Twilio's error codes; one we do not know is final."""
    return twilio_errors.verdict(code).error_class


def request(part: Mapping[str, Any], to: str, prefix: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
    """The POST that sends one part to `to`; `prefix` is the channel's (`whatsapp:`), '' for SMS."""
    form = {"To": prefix + to}
    if endpoint.account.startswith("MG"):
        form["MessagingServiceSid"] = endpoint.account
    else:
        form["From"] = prefix + endpoint.account
    if "content" in part or "template" in part:
        form |= twilio_content.fields(part, endpoint.facts.get("content") or {})
    if "ContentSid" not in form:  # Twilio takes content or a body, never both
        if part.get("text"):
            form["Body"] = part["text"]
        if part.get("media_url"):
            form["MediaUrl"] = part["media_url"]
    if endpoint.callback_url:
        form["StatusCallback"] = with_part(endpoint.callback_url, part_id)
    headers = {**credentials(endpoint), "Content-Type": "application/x-www-form-urlencoded"}
    return HttpRequest("POST", _messages_url(endpoint), headers, urlencode(form).encode("ascii"))


def typing(message_sid: str, channel: str, endpoint: Endpoint) -> HttpRequest | None:
    """The POST that marks her message as read and shows “typing…” for 25 seconds or until our answer.

    Source: Twilio, "Typing Indicators resource" (public beta, WhatsApp only), read 2026-11-22.
    """
    if not _MESSAGE_SID.fullmatch(message_sid):
        return None
    form = {"messageId": message_sid, "channel": channel}
    headers = {**credentials(endpoint), "Content-Type": "application/x-www-form-urlencoded"}
    url = f"{endpoint.api_base.replace('//api.', '//messaging.', 1)}/v2/Indicators/Typing.json"
    return HttpRequest("POST", url, headers, urlencode(form).encode("ascii"))


def with_part(callback_url: str, part_id: str) -> str:
    """The report address of one part: its id in the query, before the `#rc=…` that tells Twilio how to repeat."""
    address, mark, override = callback_url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}part={quote(part_id, safe='')}{mark}{override}"


def answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """What the answer to that POST means."""
    found = object_of(json_of(body))
    sid = text_of(found.get("sid"))
    if 200 <= status < 300 and sid:
        return Answer("sent", provider_id=sid)
    code = text_of(found.get("code"))
    if status >= 400 and code:
        return refusal(status, code, text_of(found.get("message")), twilio_errors.verdict(code), headers)
    return wordless(status, headers)


def listing(to: str, prefix: str, since_iso: str, endpoint: Endpoint) -> HttpRequest:
    """The GET of what Twilio accepted for `to` since then (`since_iso` in UTC, as `2026-11-21T10:00:00Z`)."""
    query = {"To": prefix + to}
    if not endpoint.account.startswith("MG"):
        query["From"] = prefix + endpoint.account
    query |= {"DateSent>": _utc(since_iso), "PageSize": str(PAGE_SIZE)}
    return HttpRequest("GET", f"{_messages_url(endpoint)}?{urlencode(query)}", credentials(endpoint))


def page(url: str, endpoint: Endpoint) -> HttpRequest | None:
    """The GET of a further page. Only of our own account: the request carries our secret."""
    path = url.removeprefix(endpoint.api_base)
    if not path.startswith(f"/2010-04-01/Accounts/{endpoint.secrets['account_sid']}/Messages.json?"):
        return None
    return HttpRequest("GET", endpoint.api_base + path, credentials(endpoint))


def listed(body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
    """One page of that list: {provider_id, text, status, created_ms, error_code?}, and where the next one is."""
    tree = object_of(json_of(body))
    messages = [_listed_message(object_of(one)) for one in list_of(tree.get("messages"))]
    return [one for one in messages if one["provider_id"]], text_of(tree.get("next_page_uri")) or None


def _listed_message(item: Mapping[str, Any]) -> dict[str, Any]:
    created = text_of(item.get("date_created"))
    return {
        "provider_id": text_of(item.get("sid")),
        "text": text_of(item.get("body")),
        "status": text_of(item.get("status")),
        "created_ms": _mail_date_ms(created),
        "error_code": text_of(item.get("error_code")),
    }


def _mail_date_ms(date: str) -> int | None:
    """Twilio writes dates as mail does: `Fri, 21 Nov 2026 10:00:00 +0000`, in whole seconds."""
    try:
        return int(parsedate_to_datetime(date).timestamp() * 1000)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _utc(since_iso: str) -> str:
    return since_iso.partition(".")[0].removesuffix("+00:00").removesuffix("Z") + "Z"


def _messages_url(endpoint: Endpoint) -> str:
    return f"{endpoint.api_base}/2010-04-01/Accounts/{endpoint.secrets['account_sid']}/Messages.json"


def credentials(endpoint: Endpoint) -> dict[str, str]:
    """Who we are, to Twilio's REST interface."""
    secret = _basic(endpoint.secrets["account_sid"], endpoint.secrets["auth_token"])
    return {"Authorization": secret, "Accept": "application/json"}


@lru_cache(maxsize=64)
def _basic(name: str, secret: str) -> str:
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode("ascii")
