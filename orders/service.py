"""The services about orders, as a flow or an agent's page calls them: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from orders.base import Connector, Order, Proof

# In these states nobody waits for the parcel any more, or it waits for the contact.
_NOT_LATE = frozenset({"delivered", "at_pickup_point", "cancelled", "refunded", "returning"})
_TEXTS = ("carrier", "tracking_number", "tracking_url", "pickup_point", "customer_name")
_DAYS = ("ordered_on", "ships_on", "promised_on", "eta", "delivered_on")


def find_order(
    connector: Connector, arguments: Mapping[str, Any], today: date, ways: tuple[tuple[str, ...], ...] = ()
) -> dict[str, Any] | None:
    """`orders.find`: the facts of order `ref`, shown only with a proof that fits; None otherwise, whatever the cause.

    Arguments: ref and any of phone (E.164, from the channel), email, postcode, last_digits. `ways`: see Proof. Days come
    as ISO text, money as decimal text; what the shop does not know is left out. Raises ConnectorError.
    """
    proof = Proof(
        phone=_text(arguments, "phone"),
        email=_text(arguments, "email"),
        postcode=_text(arguments, "postcode"),
        last_digits=_text(arguments, "last_digits"),
        ways=ways,
    )
    order = _on(connector, today).find(_text(arguments, "ref"), proof)
    return None if order is None else facts(order, today)


def find_for_desk(connector: Connector, reference: str, today: date, anew: bool = False) -> dict[str, Any] | None:
    """The same facts for an agent who may see the conversation: without proof. Raises ConnectorError.

    `anew`: not what the shop said a moment ago, but what it says now.
    """
    shop = _on(connector, today)
    find = getattr(shop, "find_anew", shop.find_without_proof) if anew else shop.find_without_proof
    order = find(reference)
    return None if order is None else facts(order, today)


def orders_of(connector: Connector, buyer: Proof, today: date) -> list[dict[str, Any]]:
    """The facts of the latest orders of whoever bought with this phone or e-mail, newest first; [] for nobody.

    The caller has proven that it is the contact's, or is an agent who may see it. Raises ConnectorError.
    """
    return [facts(order, today) for order in _on(connector, today).orders_of(buyer)]


def facts(order: Order, today: date) -> dict[str, Any]:
    """The order as JSON may carry it; `days_late` and `days_since_delivery` are counted on `today`."""
    known: dict[str, Any] = {"reference": order.reference, "status": order.status, "currency": order.currency}
    for name in _TEXTS:
        if text := getattr(order, name):
            known[name] = text
    for name in _DAYS:
        if day := getattr(order, name):
            known[name] = day.isoformat()
    known["status_text"] = order.extra.get("status_text") or order.status
    if as_of := order.extra.get("as_of"):
        known["as_of"] = as_of
    known["days_late"] = days_late(order, today)
    if order.delivered_on:
        known["days_since_delivery"] = max(0, (today - order.delivered_on).days)
    if order.total is not None:
        known["total"] = _money(order.total)
    if order.paid is not None:
        known["paid"] = order.paid
    return known | _lists(order)


def days_late(order: Order, today: date) -> int:
    """Whole days since the day that was promised (or, without a promise, expected); 0 when nobody waits any more."""
    expected = order.promised_on or order.eta
    if expected is None or order.status in _NOT_LATE:
        return 0
    return max(0, (today - expected).days)


def _lists(order: Order) -> dict[str, Any]:
    lists: dict[str, Any] = {}
    if parcels := order.extra.get("parcels"):
        lists["parcels"] = [dict(parcel) for parcel in parcels]
    if order.items:
        lists["items"] = [
            {"name": item.name, "quantity": item.quantity}
            | ({} if item.price is None else {"price": _money(item.price)})
            for item in order.items
        ]
    if order.events:
        lists["events"] = [
            {"at": event.at.isoformat(), "text": event.text} | ({"place": event.place} if event.place else {})
            for event in order.events
        ]
    return lists


def _money(amount: Decimal) -> str:
    return f"{amount:f}"


def _on(connector: Connector, today: date) -> Connector:
    move = getattr(connector, "on", None)
    return connector if move is None else move(today)


def _text(arguments: Mapping[str, Any], name: str) -> str:
    value = arguments.get(name)
    return "" if value is None else str(value)
