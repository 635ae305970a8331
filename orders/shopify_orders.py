"""From an order of Shopify to ours: several parcels become one state, and what the shop left out stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import phonenumbers

from orders import fields
from orders.errors import ConnectorError
from orders.proof import Record
from orders.shopify_api import Answered

# What names the order and its buyer: without them a proof cannot be judged, and “not found” would not be true.
_IDENTITY = frozenset({"name", "email", "phone", "shippingAddress"})
# FulfillmentStatus: these never left, or came to nothing.
_VOID = frozenset({"CANCELLED", "ERROR", "FAILURE"})
# Of several parcels the one that most needs a word is told.
_URGENT_FIRST = (
    "lost", "returning", "attempted", "at_pickup_point", "delayed", "out_for_delivery", "shipped", "unknown",
    "preparing", "cancelled", "refunded", "delivered",
)  # fmt: skip
# OrderDisplayFinancialStatus; any other word is not known to say.
_PAID = {
    "PAID": True, "PARTIALLY_REFUNDED": True, "REFUNDED": True,
    "PENDING": False, "AUTHORIZED": False, "PARTIALLY_PAID": False, "VOIDED": False, "EXPIRED": False,
}  # fmt: skip
Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One fulfilment that counts: the shop's word for it, ours, and itself."""

    word: str
    status: str
    node: Node


def check_identity(answered: Answered) -> None:
    """Raises ConnectorError where the shop could not, or would not, say whose order it is."""
    for path in answered.missing:
        names = [step for step in path if isinstance(step, str)]
        if names[-1:] not in (["orders"], ["nodes"], ["order"], []) and not _IDENTITY & set(names):
            continue
        if path in answered.denied:
            detail = "The shop does not tell this app who bought: docs/orders.md says which permissions and plan that takes."
            raise ConnectorError(detail, permanent=True, code="credentials")
        raise ConnectorError("The shop could not say whose order it is.", code="partial")


def record(node: Node, how: fields.Reading) -> Record:
    """The order and who bought it. Raises ConnectorError for one that cannot be read."""
    try:
        return _record(node, how)
    except fields.BadField as error:
        raise ConnectorError(f"The shop's order cannot be read: {error}", permanent=True, code="shape") from None


def parcels(node: Node, how: fields.Reading) -> tuple[Parcel, ...]:
    """The parcels that count, the one that most needs a word first."""
    found = []
    for one in nodes(node.get("fulfillments")):
        word = fields.text(one.get("displayStatus")) or "FULFILLED"
        if fields.text(one.get("status")) not in _VOID and word != "CANCELED":
            found.append(Parcel(word, fields.status(word, how), one))
    return tuple(sorted(found, key=lambda parcel: _URGENT_FIRST.index(parcel.status)))


def _record(node: Node, how: fields.Reading) -> Record:
    sent = parcels(node, how)
    word = _word(node, sent)
    told = next((parcel for parcel in sent if parcel.word == word), None)
    values = _days(node, sent) | _buyer(node) | _parcel(told)
    money = at(node, "totalPriceSet", "shopMoney")
    values |= {"reference": node.get("name"), "status": word, "total": money.get("amount")}
    values |= {"currency": money.get("currencyCode"), "paid": _PAID.get(fields.text(node.get("displayFinancialStatus")))}
    read = fields.record(values, how, _items(node), _events(sent))
    return replace(read, order=_with_parcels(read, sent, how), holder=_holder(read, node, how))


def _word(node: Node, sent: tuple[Parcel, ...]) -> str:
    """The shop's word that says how the whole order stands."""
    whole = fields.text(node.get("displayFulfillmentStatus"))
    if node.get("cancelledAt"):
        return "CANCELLED"
    if node.get("displayFinancialStatus") == "REFUNDED":
        return "REFUNDED"
    is_to_come = whole == "PARTIALLY_FULFILLED" and sent and sent[0].status == "delivered"
    return sent[0].word if sent and not is_to_come else whole


def _days(node: Node, sent: tuple[Parcel, ...]) -> dict[str, Any]:
    plans = nodes(node.get("fulfillmentOrders"))
    promised = [at(one, "deliveryMethod").get("maxDeliveryDateTime") for one in plans]
    leaving = [parcel.node.get("createdAt") for parcel in sent] or [one.get("fulfillBy") for one in plans]
    return {
        "ordered_on": node.get("createdAt"),
        "ships_on": min(_known(leaving), default=None),
        "promised_on": max(_known(promised), default=None),
        "delivered_on": _delivered(sent),
    }


def _delivered(sent: tuple[Parcel, ...]) -> Any:
    """When the last of it came, if all of it did."""
    if not sent or any(parcel.status != "delivered" for parcel in sent):
        return None
    return max(_known(parcel.node.get("deliveredAt") for parcel in sent), default=None)


def _known(moments: Iterable[Any]) -> list[str]:
    return [text for text in map(fields.text, moments) if text]


def _buyer(node: Node) -> dict[str, Any]:
    address, customer = at(node, "shippingAddress"), at(node, "customer")
    phones = _phones(node)
    return {
        "customer_name": customer.get("displayName") or address.get("name"),
        "email": node.get("email"),
        "phone": phones[0] if phones else "",
        "postcode": address.get("zip"),
    }


def _phones(node: Node) -> list[str]:
    known = (
        node.get("phone"),
        at(node, "shippingAddress").get("phone"),
        at(node, "customer", "defaultPhoneNumber").get("phoneNumber"),
    )
    return list(dict.fromkeys(fields.text(one) for one in known if fields.text(one)))


def _holder(read: Record, node: Node, how: fields.Reading) -> Any:
    """Whoever bought, with every telephone the shop knows; one without a country is of where the parcel goes."""
    code = how.country_code or calling_code(at(node, "shippingAddress").get("countryCodeV2"))
    return replace(read.holder, other_phones=tuple(_phones(node)[1:]), country_code=code)


def calling_code(region: Any) -> str:
    """`ES` → `34`; "" for what is no country."""
    region = fields.text(region)
    code = phonenumbers.country_code_for_region(region) if region else 0
    return str(code) if code else ""


def _parcel(told: Parcel | None) -> dict[str, Any]:
    if told is None:
        return {}
    tracking = next(iter(nodes(told.node.get("trackingInfo"))), {})
    reported = scans(told.node)
    last = reported[-1] if reported else {}
    point = " ".join(filter(None, (fields.text(last.get("address1")), fields.text(last.get("city")))))
    return {
        "carrier": tracking.get("company"),
        "tracking_number": tracking.get("number"),
        "tracking_url": tracking.get("url"),
        "eta": told.node.get("estimatedDeliveryAt") or last.get("estimatedDeliveryAt"),
        "pickup_point": point if told.status == "at_pickup_point" else "",
    }


def _with_parcels(read: Record, sent: tuple[Parcel, ...], how: fields.Reading) -> Any:
    """Several parcels are named one by one beside the one that is told."""
    if len(sent) < 2:
        return read.order
    each = []
    for one in sent:
        told = {name: fields.text(value) for name, value in _parcel(one).items() if name.startswith(("carrier", "track"))}
        each.append({"status": one.status} | {name: value for name, value in told.items() if value})
    return replace(read.order, extra={**read.order.extra, "parcels": each})


def _items(node: Node) -> Iterator[dict[str, Any]]:
    for line in nodes(node.get("lineItems")):
        quantity = line.get("currentQuantity")
        if quantity != 0:  # zero: taken out of the order
            money = at(line, "originalUnitPriceSet", "shopMoney")
            yield {"name": line.get("name"), "quantity": quantity, "price": money.get("amount")}


def _events(sent: tuple[Parcel, ...]) -> Iterator[dict[str, Any]]:
    for parcel in sent:
        for scan in scans(parcel.node):
            text = fields.text(scan.get("message")) or fields.text(scan.get("status"))
            yield {"at": scan.get("happenedAt"), "text": text, "place": scan.get("city")}


def scans(parcel: Node) -> list[Node]:
    """What the carrier reported of a parcel, oldest first."""
    return sorted(nodes(parcel.get("events")), key=lambda scan: str(scan.get("happenedAt")))


def nodes(value: Any) -> list[Node]:
    """The objects of a list, or of a connection's `nodes`."""
    value = value.get("nodes") if isinstance(value, dict) else value
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def at(node: Node, *names: str) -> Node:
    """What stands there, {} if nothing does."""
    for name in names:
        value = node.get(name)
        node = value if isinstance(value, dict) else {}
    return node
