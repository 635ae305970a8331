"""How a channel over Twilio stands: account, number, callback address, quality, templates. Pure (channels/probing.py).

Sources, read 2026-11-22: Twilio, "REST API: Accounts" (status active, suspended, closed; type Trial, Full);
"IncomingPhoneNumber resource" (sms_url, sms_method, sms_application_sid, capabilities); "Service resource" of Messaging
(inbound_request_url null: receiving is disabled; use_inbound_webhook_on_number) and its "PhoneNumber subresource";
"Senders API - WhatsApp" (Channel=whatsapp; status ONLINE …; webhook.callback_url; properties.quality_rating HIGH …,
messaging_limit; offline_reasons); "Content and approvals" (approval_requests.status). The Senders API knows WhatsApp
and RCS: how to ask about Messenger is not documented.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from channels.base import Endpoint, HttpRequest
from channels.plain import list_of, object_of, text_of
from channels.probing import Found, Look, Place, Reply, judge_callback, template_counts, unanswered, undocumented

INBOUND_PATH = "/webhooks/twilio"
PAGES = 10
PAGE_SIZE = 100
READY = frozenset({"approved"})
LOST = frozenset({"rejected", "paused", "disabled"})
ONLINE = frozenset({"ONLINE", "ONLINE:UPDATING"})
QUALITY = {"HIGH": ("ok", "quality_good"), "MEDIUM": ("warning", "quality_fair"), "LOW": ("bad", "quality_poor")}


def looks(place: Place, _now: datetime) -> Iterator[Look]:
    """Everything that can be asked about one of our numbers, pages or Messaging Services at Twilio."""
    yield account(place)
    if place.account.startswith("MG"):
        yield service(place)
    elif place.channel == "sms":
        yield number(place)
    elif place.channel == "whatsapp":
        yield sender(place)
    else:
        yield not_documented()
    if place.channel == "whatsapp":
        yield templates(place)


def account(place: Place) -> Look:
    """Whether our token is good and the account alive."""
    reply = yield _get(place, "api", f"/2010-04-01/Accounts/{_sid(place)}.json")
    if reply.status in (401, 403):
        return [Found("token", "bad", "token_refused")]
    if reply.status == 404:
        return [Found("account", "bad", "account_missing")]
    if reply.status != 200:
        return [unanswered("account", reply)]
    status = text_of(reply.tree.get("status"))
    if status != "active":
        return [Found("token", "ok", "token_ok"), Found("account", "bad", "account_closed", {"status": status[:20]})]
    trial = text_of(reply.tree.get("type")).lower() == "trial"
    standing = Found("account", "warning", "account_trial") if trial else Found("account", "ok", "account_ok")
    return [Found("token", "ok", "token_ok"), standing]


def number(place: Place) -> Look:
    """A number for SMS: whether it is ours, may text, and calls us."""
    path = f"/2010-04-01/Accounts/{_sid(place)}/IncomingPhoneNumbers.json?PhoneNumber={quote(place.account, safe='')}"
    reply = yield _get(place, "api", path)
    if reply.status != 200:
        return [unanswered("number", reply), unanswered("callback", reply)]
    entries = [object_of(one) for one in list_of(reply.tree.get("incoming_phone_numbers"))]
    mine = next((one for one in entries if text_of(one.get("phone_number")) == place.account), None)
    if mine is None:  # a short code and a word as sender are in other lists
        text = "number_not_ours" if place.account.startswith("+") and len(place.account) > 8 else "undocumented"
        return [Found("number", "bad" if text == "number_not_ours" else "unknown", text), undocumented("callback")]
    can = object_of(mine.get("capabilities")).get("sms") is not False
    owned = Found("number", "ok", "number_ok") if can else Found("number", "bad", "number_no_sms")
    callback = yield from _callback_of(place, mine)
    return [owned, callback]


def _callback_of(place: Place, mine: Mapping[str, Any]) -> Generator[HttpRequest, Reply, Found]:
    """Which address Twilio calls for a number: a service's, an application's, or the number's own."""
    for one in place.services:
        path = f"/v1/Services/{one}/PhoneNumbers/{quote(text_of(mine.get('sid')), safe='')}"
        member = yield _get(place, "messaging", path)
        if member.status == 200:
            found = yield from service(place, one)
            if all(item.text != "callback_by_number" for item in found):
                return next(item for item in found if item.check == "callback")
    if text_of(mine.get("sms_application_sid")):
        return Found("callback", "unknown", "callback_application")
    return judge_callback(text_of(mine.get("sms_url")), text_of(mine.get("sms_method")), INBOUND_PATH, place)


def service(place: Place, sid: str = "") -> Look:
    """A Messaging Service: whether it is there, and where it hands what comes in."""
    reply = yield _get(place, "messaging", f"/v1/Services/{sid or place.account}")
    if reply.status == 404:
        return [Found("number", "bad", "service_missing"), undocumented("callback", "no_number")]
    if reply.status != 200:
        return [unanswered("number", reply), unanswered("callback", reply)]
    there = Found("number", "ok", "service_ok")
    if reply.tree.get("use_inbound_webhook_on_number") is True:
        return [there, Found("callback", "ok", "callback_by_number")]
    given, method = text_of(reply.tree.get("inbound_request_url")), text_of(reply.tree.get("inbound_method"))
    return [there, judge_callback(given, method, INBOUND_PATH, place)]


def sender(place: Place) -> Look:
    """A number for WhatsApp: its state, its callback address, its quality and its limit."""
    wanted = f"whatsapp:{place.account}"
    url: str | None = f"/v2/Channels/Senders?Channel=whatsapp&PageSize={PAGE_SIZE}"
    for _ in range(PAGES):
        reply = yield _get(place, "messaging", url or "")
        if reply.status != 200:
            return [unanswered("number", reply), unanswered("callback", reply), unanswered("quality", reply)]
        entries = [object_of(one) for one in list_of(reply.tree.get("senders"))]
        mine = next((one for one in entries if text_of(one.get("sender_id")) == wanted), None)
        if mine is not None:
            return (yield from _sender_in_full(place, mine))
        url = _next(place, reply)
        if url is None:
            break
    return [Found("number", "warning", "sender_not_listed"), undocumented("callback", "no_number"),
            undocumented("quality", "no_number")]


def _sender_in_full(place: Place, listed: Mapping[str, Any]) -> Generator[HttpRequest, Reply, Iterable[Found]]:
    """The list leaves some of a sender out; its own address has all of it."""
    mine = listed
    if not object_of(listed.get("webhook")) or not object_of(listed.get("properties")):
        reply = yield _get(place, "messaging", f"/v2/Channels/Senders/{quote(text_of(listed.get('sid')), safe='')}")
        mine = reply.tree if reply.status == 200 else listed
    webhook = object_of(mine.get("webhook"))
    given, method = text_of(webhook.get("callback_url")), text_of(webhook.get("callback_method"))
    return [_standing(mine), judge_callback(given, method, INBOUND_PATH, place),
            *_quality(object_of(mine.get("properties")))]


def _standing(mine: Mapping[str, Any]) -> Found:
    status = text_of(mine.get("status")).upper()
    if status in ONLINE:
        return Found("number", "ok", "number_online")
    codes = [text_of(object_of(one).get("code")) for one in list_of(mine.get("offline_reasons"))]
    values = {"status": status[:24], "codes": [code for code in codes if code][:5]}
    return Found("number", "bad" if status == "OFFLINE" else "warning", "number_offline", values)


def _quality(properties: Mapping[str, Any]) -> Iterator[Found]:
    rating = text_of(properties.get("quality_rating")).upper()
    state, text = QUALITY.get(rating, ("unknown", "quality_unrated"))
    yield Found("quality", state, text)
    limit = text_of(properties.get("messaging_limit"))
    if limit:
        yield Found("limit", "ok", "limit_is", {"limit": limit[:40]})


def templates(place: Place) -> Look:
    """What WhatsApp decided about the templates of the account."""
    statuses: list[tuple[str, str]] = []
    url: str | None = f"/v1/ContentAndApprovals?PageSize={PAGE_SIZE}"
    for _ in range(PAGES):
        reply = yield _get(place, "content", url or "")
        if reply.status != 200:
            return [unanswered("templates", reply)]
        statuses += [one for entry in list_of(reply.tree.get("contents")) for one in _approvals(object_of(entry))]
        url = _next(place, reply)
        if url is None:
            break
    return [template_counts(statuses, READY, LOST)]


def _approvals(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, status) of a content that WhatsApp was asked to approve; what never was asked is no template."""
    given = entry.get("approval_requests")
    for one in [object_of(one) for one in (given if isinstance(given, list) else [given])]:
        status = text_of(one.get("status"))
        if status and status != "unsubmitted":
            yield text_of(one.get("name")) or text_of(entry.get("friendly_name")), status


def not_documented() -> Look:
    """Facebook Messenger over Twilio."""
    yield from ()
    return [undocumented("number"), undocumented("callback")]


def _next(place: Place, reply: Reply) -> str | None:
    """The next page, if it is at the same host: the request carries our secret."""
    url = text_of(object_of(reply.tree.get("meta")).get("next_page_url"))
    for product in ("messaging", "content"):
        if url.startswith(base_of(place.endpoint, product) + "/"):
            return url.removeprefix(base_of(place.endpoint, product))
    return None


def base_of(endpoint: Endpoint, product: str) -> str:
    """Where a product of Twilio answers: `https://messaging.twilio.com` beside `https://api.twilio.com`."""
    parts = urlsplit(endpoint.api_base)
    if product == "api" or not parts.netloc.startswith("api."):
        return endpoint.api_base
    return urlunsplit((parts.scheme, product + parts.netloc.removeprefix("api"), "", "", ""))


def _get(place: Place, product: str, path: str) -> HttpRequest:
    name, token = place.endpoint.secrets["account_sid"], place.endpoint.secrets["auth_token"]
    secret = "Basic " + b64encode(f"{name}:{token}".encode()).decode("ascii")
    headers = {"Authorization": secret, "Accept": "application/json"}
    return HttpRequest("GET", base_of(place.endpoint, product) + path, headers)


def _sid(place: Place) -> str:
    return place.endpoint.secrets["account_sid"]
