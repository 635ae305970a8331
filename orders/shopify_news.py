"""What a Shopify shop tells by itself: its webhooks, and the list of orders that moved.

Sources, read on 2026-11-22: https://shopify.dev/docs/apps/build/webhooks/subscribe/https (signature: base64 of
HMAC-SHA256 over the raw body with the app's secret), https://shopify.dev/docs/api/webhooks (topics and bodies, which
are those of the REST resources Fulfillment, FulfillmentEvent, Order).

A post may come twice, and what it says stands in the list as well. So a piece of news is not named by the post's own
id but by what happened: this parcel was shipped, this scan of the carrier was an attempt.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import metrics
from orders import fields, web
from orders import shopify_orders as reading
from orders import shopify_queries as queries
from orders.base import Order
from orders.errors import ConnectorError
from orders.news import INSIDE, KINDS, Forged, News
from orders.proof import Holder
from orders.shopify_api import Api, page
from orders.shopify_settings import Account
from orders.web import LookUp

MAX_LISTED_PAGES = 4
# A change may reach the list a little after the time it bears.
OVERLAP = timedelta(minutes=5)
# These happen to one parcel again and again: each scan is news. Everything else is told once a parcel.
_REPEATED = frozenset({"attempted", "delayed"})
_VOID = frozenset({"cancelled", "error", "failure"})
Node = Mapping[str, Any]


def heard(account: Account, headers: Mapping[str, str], body: bytes) -> tuple[News, ...]:
    """What a post says; () for what is no news to a customer. Raises Forged, ConnectorError(code="shape")."""
    if not _is_signed(account, headers.get("x-shopify-hmac-sha256", ""), body):
        raise Forged("The signature is not the shop's.")
    hear = _TOPICS.get(headers.get("x-shopify-topic", ""))
    if hear is None or headers.get("x-shopify-shop-domain", account.domain).lower() != account.domain.lower():
        return ()
    told = web.tree(body)
    if not isinstance(told, dict):
        raise ConnectorError("The post holds something else than an object.", permanent=True, code="shape")
    try:
        news = hear(told, account.reading)
    except fields.BadField as error:
        raise ConnectorError(f"The post cannot be read: {error}", permanent=True, code="shape") from None
    return (news,) if news else ()


def about(news: News, node: Node, how: fields.Reading) -> News:
    """The same news with the order that it is about."""
    record = reading.record(node, how)
    return replace(news, order=record.order, buyer=record.holder, language=_language(node.get("customerLocale")), about="")


def changes(account: Account, api: Api, look_up: LookUp, since: str) -> tuple[tuple[News, ...], str]:
    """What moved after the mark: the time of the last change seen, and while its list is being read, a cursor."""
    if not since:
        return (), _now(api, look_up)
    start, _, cursor = since.partition(INSIDE)
    found: list[News] = []
    newest, after = start, cursor or None
    for _ in range(MAX_LISTED_PAGES):
        variables = {"query": f"updated_at:>='{start}'", "after": after}
        answered = api.ask(look_up, queries.CHANGED, variables)
        reading.check_identity(answered)
        nodes, after = page(answered.data.get("orders"))
        for node in nodes:
            newest = max(newest, fields.text(node.get("updatedAt")))
            found += _readable(node, account.reading, start)
        if not after:
            return _in_order(found), newest
    return _in_order(found), f"{start}{INSIDE}{after}"


def subscribe(api: Api, look_up: LookUp, address: str) -> None:
    """Has the shop post all that is news to this address; once, however often. Raises ConnectorError, after all that it
    does not refuse: posts of parcels need a permission of their own (read_fulfillments)."""
    refused = []
    for topic in _TOPICS:
        named = {"topic": topic.replace("/", "_").upper(), "address": address}
        said = reading.at(api.change(look_up, queries.SUBSCRIBE, named), "webhookSubscriptionCreate")
        told = [fields.text(error.get("message")) for error in reading.nodes(said.get("userErrors"))]
        refused += [f"{topic}: {one}" for one in told if "already been taken" not in one]
    if refused:
        detail = f"The shop refused to tell us {'; '.join(refused)}. Look at the permissions in docs/orders.md (read_fulfillments)."
        raise ConnectorError(detail, permanent=True, code="refused")


def _is_signed(account: Account, signature: str, body: bytes) -> bool:
    fits = False
    for secret in account.webhook_secrets:
        digest = base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
        fits |= hmac.compare_digest(digest, signature.encode("utf-8", "replace"))
    return fits


def _parcel_made(told: Node, how: fields.Reading) -> News | None:
    return None if fields.text(told.get("status")) in _VOID else _of_parcel(told, "shipped", "created_at", how)


def _parcel_moved(told: Node, how: fields.Reading) -> News | None:
    kind = _kind(told.get("shipment_status"), how)
    if kind in _REPEATED or fields.text(told.get("status")) in _VOID:
        return None  # the carrier's scan tells it, with an id of its own
    return _of_parcel(told, kind, "updated_at", how) if kind else None


def _of_parcel(told: Node, kind: str, when: str, how: fields.Reading) -> News:
    address = reading.at(told, "destination")
    values = {
        "reference": _name_of_order(told), "status": kind, "carrier": told.get("tracking_company"),
        "tracking_number": told.get("tracking_number"), "tracking_url": told.get("tracking_url"),
        "customer_name": address.get("name"), "phone": address.get("phone"), "email": told.get("email"),
        "postcode": address.get("zip"),
    }  # fmt: skip
    record = fields.record(values, how, _items(told), ())
    holder = replace(record.holder, country_code=how.country_code or reading.calling_code(address.get("country_code")))
    return News(_key(told.get("id"), kind), kind, fields.instant(when, told.get(when), how), record.order, holder)


def _scanned(told: Node, how: fields.Reading) -> News | None:
    kind = _kind(told.get("status"), how)
    if not kind:
        return None
    key = _key(told.get("fulfillment_id"), kind, told.get("id"))
    at = fields.instant("happened_at", told.get("happened_at"), how)
    order = Order("", kind, eta=fields.day("estimated_delivery_at", told.get("estimated_delivery_at"), how))
    return News(key, kind, at, order, Holder(), about=f"gid://shopify/Order/{_number(told.get('order_id'))}")


def _cancelled(told: Node, how: fields.Reading) -> News | None:
    address, customer = reading.at(told, "shipping_address"), reading.at(told, "customer")
    values = {
        "reference": told.get("name"), "status": "cancelled", "customer_name": address.get("name"),
        "phone": told.get("phone") or address.get("phone") or customer.get("phone"), "email": told.get("email"),
        "postcode": address.get("zip"), "total": told.get("total_price"), "currency": told.get("currency"),
        "ordered_on": told.get("created_at"),
    }  # fmt: skip
    record = fields.record(values, how, _items(told), ())
    holder = replace(record.holder, country_code=how.country_code or reading.calling_code(address.get("country_code")))
    at = fields.instant("cancelled_at", told.get("cancelled_at"), how)
    language = _language(told.get("customer_locale"))
    return News(f"shopify:{_number(told.get('id'))}:cancelled", "cancelled", at, record.order, holder, language)


_TOPICS: Mapping[str, Callable[[Node, fields.Reading], News | None]] = {
    "fulfillments/create": _parcel_made,
    "fulfillments/update": _parcel_moved,
    "fulfillment_events/create": _scanned,
    "orders/cancelled": _cancelled,
}


def _readable(node: Node, how: fields.Reading, start: str) -> list[News]:
    """Its news; one order that cannot be read does not hold up all others."""
    try:
        return list(_of_order(node, how, start))
    except (fields.BadField, ConnectorError):
        metrics.ignored.labels("shopify", "unreadable").inc()
        return []


def _of_order(node: Node, how: fields.Reading, start: str) -> Iterator[News]:
    """The news of a changed order that are not from before the mark."""
    record = reading.record(node, how)
    since = fields.instant("since", start, how) - OVERLAP
    language = _language(node.get("customerLocale"))
    for key, kind, at, known_at in _happened(node, how):
        if known_at >= since:
            yield News(key, kind, at, record.order, record.holder, language)
    if slipped := _slipped(node, record.order):
        at = fields.instant("updatedAt", node.get("updatedAt"), how)
        yield News(slipped, "delayed", at, record.order, record.holder, language)


def _slipped(node: Node, order: Order) -> str:
    """The key of a delay that no scan tells: the carrier now expects it after the promised day. "" for none."""
    is_on_its_way = order.status in ("preparing", "shipped")
    if not (is_on_its_way and order.eta and order.promised_on and order.eta > order.promised_on):
        return ""
    return f"shopify:{_number(node.get('id'))}:delayed:{order.eta.isoformat()}"


def _happened(node: Node, how: fields.Reading) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Key and kind of all that happened, when it did, and when the shop knew."""
    if cancelled := node.get("cancelledAt"):
        at = fields.instant("cancelledAt", cancelled, how)
        yield f"shopify:{_number(node.get('id'))}:cancelled", "cancelled", at, at
    for parcel in reading.parcels(node, how):
        made = fields.instant("createdAt", parcel.node.get("createdAt"), how)
        yield _key(parcel.node.get("id"), "shipped"), "shipped", made, made
        for scan in reading.scans(parcel.node):
            if kind := _kind(scan.get("status"), how):
                at = fields.instant("happenedAt", scan.get("happenedAt"), how)
                known_at = fields.instant("createdAt", scan.get("createdAt"), how)
                yield _key(parcel.node.get("id"), kind, scan.get("id")), kind, at, known_at


def _in_order(found: list[News]) -> tuple[News, ...]:
    return tuple(sorted({news.key: news for news in found}.values(), key=lambda news: news.at))


def _now(api: Api, look_up: LookUp) -> str:
    """The mark from which on things are news: the newest change, or the shop's own clock."""
    answered = api.ask(look_up, queries.NEWEST, {})
    nodes, _ = page(answered.data.get("orders"))
    if nodes and nodes[0].get("updatedAt"):
        return fields.text(nodes[0]["updatedAt"])
    try:
        return parsedate_to_datetime(answered.date).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, TypeError):
        raise ConnectorError("The shop did not say what time it is there.", permanent=True, code="shape") from None


def _kind(word: Any, how: fields.Reading) -> str:
    status = fields.status(fields.text(word), how)
    return status if status in KINDS else ""


def _key(parcel: Any, kind: str, scan: Any = None) -> str:
    own = f":{_number(scan)}" if kind in _REPEATED else ""
    return f"shopify:{_number(parcel)}:{kind}{own}"


def _number(identity: Any) -> str:
    """`gid://shopify/Fulfillment/123?x=y` and 123 are the same. Raises BadField."""
    number = fields.text(identity).rpartition("/")[2].partition("?")[0]
    if not (number.isascii() and number.isdigit()):
        raise fields.BadField("id", "is not a number.")
    return number


def _name_of_order(told: Node) -> str:
    """`#1001.2` is the second parcel of `#1001`."""
    name, dot, place = fields.text(told.get("name")).rpartition(".")
    return name if dot and place.isdigit() else ""


def _items(told: Node) -> list[dict[str, Any]]:
    lines = told.get("line_items")
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _language(locale: Any) -> str:
    """`pt-BR` → `pt`."""
    return fields.text(locale).replace("_", "-").partition("-")[0].lower()
