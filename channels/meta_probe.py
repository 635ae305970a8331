"""How a channel at Meta stands: token, permissions, number, subscription, callback address, templates. Pure.

Sources, read 2026-11-22: Meta, "Debug-Token" (an app access token asks; is_valid, expires_at, data_access_expires_at,
scopes, app_id); "WhatsApp Business Account Phone Number API" (quality_rating GREEN YELLOW RED NA, display_phone_number);
"Messaging and Calling Health Status" (health_status); "Messaging Limits"; "Webhook overrides" (webhook_configuration of
a number: its own address before the account's before the app's); "WhatsApp Business Account - Subscribed Apps API";
"App subscriptions" (object, callback_url, fields, active; asked with an app access token); "Page Subscribed Apps";
"message_template_status_update" (the words of a template's status); "Messaging Feature Review API", whose list of
features does not name Human Agent: how to ask whether it was granted is not documented.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from channels import meta_graph
from channels.base import HttpRequest
from channels.plain import list_of, number_of, object_of, text_of
from channels.probing import (
    Found,
    Look,
    Place,
    Reply,
    days_until,
    judge_callback,
    shown_url,
    template_counts,
    unanswered,
    undocumented,
)

INBOUND_PATH = "/webhooks/meta"
OBJECTS = {"whatsapp": "whatsapp_business_account", "messenger": "page", "instagram": "instagram"}
PERMISSIONS = {
    "whatsapp": ("whatsapp_business_messaging",), "messenger": ("pages_messaging",),
    "instagram": ("instagram_manage_messages", "instagram_business_manage_messages"),
}
SOON_DAYS = 14
PAGES = 10
PAGE_SIZE = 100
READY = frozenset({"approved"})
LOST = frozenset({"rejected", "paused", "disabled"})
QUALITY = {"GREEN": ("ok", "quality_good"), "YELLOW": ("warning", "quality_fair"), "RED": ("bad", "quality_poor")}


def looks(place: Place, now: datetime) -> Iterator[Look]:
    """Everything that can be asked about one of our numbers, pages or Instagram accounts at Meta."""
    yield token(place, now)
    if place.channel == "whatsapp":
        yield number(place)
        yield quality(place)
        yield limit(place)
        yield subscription(place)
        yield callback_of_number(place)
        yield templates(place)
    else:
        yield page_subscription(place)
        yield callback_of_app(place)
        yield human_agent()


def token(place: Place, now: datetime) -> Look:
    """Whether the access token is good, until when, and for what."""
    app_id = place.fact("app_id")
    if not app_id or not place.app_secret:
        return [undocumented("token", "token_no_app")]
    asked = place.endpoint.secrets["access_token"]
    reply = yield _get(place, f"debug_token?{urlencode({'input_token': asked})}", _app_token(place))
    data = object_of(reply.tree.get("data"))
    if reply.status != 200 or not data:
        refused = text_of(object_of(reply.tree.get("error")).get("code")) == "190"
        return [Found("token", "bad", "app_secret_refused") if refused else unanswered("token", reply)]
    if data.get("is_valid") is not True:
        return [Found("token", "bad", "token_refused")]
    if text_of(data.get("app_id")) not in ("", app_id):
        return [Found("token", "bad", "token_other_app", {"theirs": text_of(data.get("app_id"))[:24], "ours": app_id})]
    return [_lasting(data, now), *_allowed(place, data)]


def _lasting(data: Mapping[str, Any], now: datetime) -> Found:
    ends = [seconds for name in ("expires_at", "data_access_expires_at") if (seconds := number_of(data.get(name)))]
    if not ends:
        return Found("token", "ok", "token_ok")
    soonest = min(ends)
    left = days_until(soonest, now)
    values = {"days": max(left, 0), "day": datetime.fromtimestamp(soonest, UTC).date().isoformat()}
    if left < 0:
        return Found("token", "bad", "token_expired", values)
    return Found("token", "warning" if left <= SOON_DAYS else "ok", "token_ends", values)


def _allowed(place: Place, data: Mapping[str, Any]) -> Iterator[Found]:
    scopes = {text_of(scope) for scope in list_of(data.get("scopes"))}
    wanted = PERMISSIONS.get(place.channel, ())
    if not scopes or not wanted:
        return
    if scopes.isdisjoint(wanted):
        yield Found("permission", "bad", "permission_missing", {"permission": wanted[0]})
    else:
        yield Found("permission", "ok", "permission_ok")


def number(place: Place) -> Look:
    """Whether the number can send, and what stands in its way."""
    reply = yield _get(place, f"{place.account}?fields=health_status")
    health = object_of(reply.tree.get("health_status"))
    if reply.status != 200 or not health:
        return [unanswered("number", reply)]
    status = text_of(health.get("can_send_message")).upper()
    if status == "AVAILABLE":
        return [Found("number", "ok", "number_online")]
    entities = [object_of(one) for one in list_of(health.get("entities"))]
    hurt = [one for one in entities if text_of(one.get("can_send_message")).upper() in ("LIMITED", "BLOCKED")]
    codes = [text_of(object_of(error).get("error_code")) for one in hurt for error in list_of(one.get("errors"))]
    values = {"status": status[:16], "codes": [code for code in codes if code][:5],
              "parts": [text_of(one.get("entity_type"))[:24] for one in hurt][:5]}
    return [Found("number", "bad" if status == "BLOCKED" else "warning", "number_blocked", values)]


def quality(place: Place) -> Look:
    """Meta's opinion of the number, and whether it is the one that the accounts name."""
    reply = yield _get(place, f"{place.account}?fields=display_phone_number,verified_name,quality_rating")
    if reply.status != 200:
        return [unanswered("quality", reply)]
    state, text = QUALITY.get(text_of(reply.tree.get("quality_rating")).upper(), ("unknown", "quality_unrated"))
    found = [Found("quality", state, text)]
    shown, ours = _digits(text_of(reply.tree.get("display_phone_number"))), _digits(place.fact("number"))
    if shown and ours and shown != ours:
        found.append(Found("identity", "warning", "number_differs", {"theirs": "+" + shown, "ours": "+" + ours}))
    return found


def limit(place: Place) -> Look:
    """How many people a day we may write to first."""
    reply = yield _get(place, f"{place.account}?fields=whatsapp_business_manager_messaging_limit")
    tier = text_of(reply.tree.get("whatsapp_business_manager_messaging_limit"))
    if reply.status != 200 or not tier:
        return [unanswered("limit", reply) if reply.status != 200 else undocumented("limit", "limit_unset")]
    return [Found("limit", "ok", "limit_is", {"limit": tier.removeprefix("TIER_")[:24]})]


def subscription(place: Place) -> Look:
    """Whether our app hears of this WhatsApp account at all."""
    waba = place.fact("waba_id")
    if not waba:
        return [undocumented("subscription", "waba_unset")]
    reply = yield _get(place, f"{waba}/subscribed_apps")
    if reply.status != 200:
        return [unanswered("subscription", reply)]
    apps = [text_of(object_of(object_of(one).get("whatsapp_business_api_data")).get("id"))
            for one in list_of(reply.tree.get("data"))]
    return [_subscribed(place, apps)]


def page_subscription(place: Place) -> Look:
    """Whether our app hears of this page, or of the page that an Instagram account belongs to."""
    page = place.account if place.channel == "messenger" else place.fact("page_id")
    if not page:
        return [undocumented("subscription", "page_unset")]
    reply = yield _get(place, f"{page}/subscribed_apps")
    if reply.status != 200:
        return [unanswered("subscription", reply)]
    entries = [object_of(one) for one in list_of(reply.tree.get("data"))]
    found = _subscribed(place, [text_of(one.get("id")) for one in entries])
    if found.state != "ok":
        return [found]
    own = next((one for one in entries if text_of(one.get("id")) == place.fact("app_id")), {})
    fields = [text_of(name) for name in list_of(own.get("subscribed_fields"))]
    return [_with_messages(found, fields)]


def _subscribed(place: Place, apps: Sequence[str]) -> Found:
    app_id = place.fact("app_id")
    if not app_id:
        return undocumented("subscription", "token_no_app")
    if app_id in apps:
        return Found("subscription", "ok", "subscription_ok")
    return Found("subscription", "bad", "subscription_missing", {"app": app_id})


def _with_messages(found: Found, fields: Sequence[str]) -> Found:
    if fields and "messages" not in fields:
        return Found("subscription", "bad", "subscription_no_messages")
    return found


def callback_of_number(place: Place) -> Look:
    """Where Meta takes the messages of a number: its own address, else the account's, else the app's."""
    reply = yield _get(place, f"{place.account}?fields=webhook_configuration")
    told = object_of(reply.tree.get("webhook_configuration"))
    if reply.status != 200 or not told:
        return (yield from callback_of_app(place))
    given = next((text_of(told.get(name)) for name in ("phone_number", "whatsapp_business_account", "application")
                  if text_of(told.get(name))), "")
    return [judge_callback(given, "", INBOUND_PATH, place)]


def callback_of_app(place: Place) -> Look:
    """Where Meta takes what happens to our app's pages, accounts or numbers."""
    app_id = place.fact("app_id")
    if not app_id or not place.app_secret:
        return [undocumented("callback", "token_no_app")]
    reply = yield _get(place, f"{quote(app_id, safe='')}/subscriptions", _app_token(place))
    if reply.status != 200:
        return [unanswered("callback", reply)]
    wanted = OBJECTS.get(place.channel, "")
    entries = [object_of(one) for one in list_of(reply.tree.get("data"))]
    mine = next((one for one in entries if text_of(one.get("object")) == wanted), None)
    if mine is None:
        return [judge_callback("", "", INBOUND_PATH, place)]
    fields = [text_of(object_of(one).get("name")) or text_of(one) for one in list_of(mine.get("fields"))]
    given = text_of(mine.get("callback_url"))
    if mine.get("active") is False:
        return [Found("callback", "bad", "callback_inactive", {"theirs": shown_url(given)})]
    if fields and "messages" not in fields:
        return [Found("callback", "bad", "callback_no_messages", {"object": wanted})]
    return [judge_callback(given, "", INBOUND_PATH, place)]


def templates(place: Place) -> Look:
    """What Meta decided about the message templates of the account."""
    waba = place.fact("waba_id")
    if not waba:
        return [undocumented("templates", "waba_unset")]
    statuses: list[tuple[str, str]] = []
    after = ""
    for _ in range(PAGES):
        query = {"fields": "name,status,language", "limit": str(PAGE_SIZE)} | ({"after": after} if after else {})
        reply = yield _get(place, f"{waba}/message_templates?{urlencode(query)}")
        if reply.status != 200:
            return [unanswered("templates", reply)]
        statuses += [(text_of(object_of(one).get("name")), text_of(object_of(one).get("status")))
                     for one in list_of(reply.tree.get("data"))]
        paging = object_of(reply.tree.get("paging"))  # its `next` holds our token: only the cursor is taken from it
        after = text_of(object_of(paging.get("cursors")).get("after")) if paging.get("next") else ""
        if not after:
            break
    return [template_counts(statuses, READY, LOST)]


def human_agent() -> Generator[HttpRequest, Reply, list[Found]]:
    """Whether people may answer for seven days: known from the app's review alone."""
    yield from ()
    return [undocumented("human_agent", "human_agent_unknown")]


def _get(place: Place, path: str, bearer: str = "") -> HttpRequest:
    secret = bearer or place.endpoint.secrets["access_token"]
    headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    return HttpRequest("GET", f"{place.endpoint.api_base}/{meta_graph.VERSION}/{path}", headers)


def _app_token(place: Place) -> str:
    return f"{place.fact('app_id')}|{place.app_secret}"


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())
