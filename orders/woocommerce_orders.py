"""An order of WooCommerce as REST v3 tells it, read into ours.

Sources, read 2026-11-22: https://woocommerce.github.io/woocommerce-rest-api-docs/#orders (fields, statuses),
https://woocommerce.com/document/shipment-tracking/ and public code that reads its meta `_wc_shipment_tracking_items`
(tracking_number, tracking_provider, custom_tracking_provider, custom_tracking_link, date_shipped in seconds).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers

from orders import fields, paths
from orders.errors import ConnectorError
from orders.news import KINDS, News
from orders.proof import Record

# “Completed” is the shop's last word: it has sent the parcel. That it arrived only the carrier knows.
STATUSES: Mapping[str, str] = {
    "pending": "preparing", "on-hold": "preparing", "processing": "preparing", "completed": "shipped",
    "cancelled": "cancelled", "refunded": "refunded", "failed": "unknown",
}  # fmt: skip
# Carts and what was thrown away: no orders.
ABSENT = frozenset({"trash", "auto-draft", "checkout-draft"})
TRACKING_META = "_wc_shipment_tracking_items"
_tag = re.compile(r"<[^<>]*>")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Shop:
    """How this shop writes: its words and days, the meta that holds its numbers ("" if none), other facts in meta."""

    reading: fields.Reading
    number_meta: str
    meta: Mapping[str, paths.Path]


def number(tree: Mapping[str, Any], shop: Shop) -> str:
    """The number that the buyer knows."""
    own = metas(tree).get(shop.number_meta) if shop.number_meta else None
    return fields.text(own) or fields.text(tree.get("number")) or fields.text(tree.get("id"))


def record(tree: Any, shop: Shop, notes: Sequence[Any] = ()) -> Record | None:
    """The order, with the notes to its buyer; None for a cart. Raises ConnectorError for what is none."""
    if not isinstance(tree, dict) or not isinstance(tree.get("id"), int) or not isinstance(tree.get("status"), str):
        raise ConnectorError("The shop answered with something that is no order.", permanent=True, code="shape")
    if tree["status"] in ABSENT:
        return None
    try:
        how = replace(shop.reading, country_code=shop.reading.country_code or _country_code(tree))
        found = fields.record(_values(tree, shop), how, _items(tree), _events(notes))
    except fields.BadField as error:
        raise ConnectorError(f"The shop's order cannot be read: {error}", permanent=True, code="shape") from None
    order = found.order
    if order.status == "preparing" and order.tracking_number:
        order = replace(order, status="shipped")  # its parcel has left, whatever the shop's own word still is
    phones = [_first(tree, "phone", part) for part in ("billing", "shipping")]
    holder = replace(found.holder, other_phones=tuple({*phones} - {"", found.holder.phone}))
    return Record(replace(order, extra=order.extra | {"refunded": str(refunded(tree))}), holder)


def metas(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The meta data by key; of several the last."""
    listed = tree.get("meta_data")
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {str(one.get("key")): one.get("value") for one in entries}


def refunded(tree: Mapping[str, Any]) -> Decimal:
    """What the buyer has back already."""
    listed = tree.get("refunds")
    refunds = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return sum((abs(amount(one.get("total"))) for one in refunds), Decimal(0))


def amount(value: Any) -> Decimal:
    """Money as WooCommerce writes it, with a point; 0 for what is none."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def news(tree: Any, shop: Shop) -> tuple[News, ...]:
    """What an order that changed has to tell. Raises ConnectorError for what is no order."""
    found = record(tree, shop)
    if found is None or found.order.status not in KINDS:
        return ()
    order = found.order
    # The same however often and by whichever way it is told; a second parcel is told anew.
    key = f"woocommerce:{tree['id']}:{order.status}:{order.tracking_number if order.status == 'shipped' else ''}"
    return (News(key, order.status, modified_at(tree), order, found.holder),)


def modified_at(tree: Mapping[str, Any]) -> datetime:
    """When the order last changed. Raises ConnectorError where it does not say."""
    try:
        return datetime.fromisoformat(str(tree.get("date_modified_gmt"))).replace(tzinfo=UTC)
    except ValueError:
        detail = "The shop does not say when the order changed."
        raise ConnectorError(detail, permanent=True, code="shape") from None


def _values(tree: dict[str, Any], shop: Shop) -> dict[str, Any]:
    known = metas(tree)
    values = {
        "reference": number(tree, shop),
        "status": tree["status"],
        "customer_name": _name(tree),
        "ordered_on": _text_or_none(tree.get("date_created")),
        "ships_on": _text_or_none(tree.get("date_completed")) if tree["status"] == "completed" else None,
        "total": tree.get("total"),
        "currency": tree.get("currency"),
        "paid": bool(tree["date_paid"]) if "date_paid" in tree else None,
        "phone": _first(tree, "phone", "billing", "shipping"),
        "email": _first(tree, "email", "billing"),
        "postcode": _first(tree, "postcode", "shipping", "billing"),
    }
    others = {name: paths.at(known, path) for name, path in shop.meta.items()}
    return values | _tracked(known, shop) | {name: value for name, value in others.items() if value}


def _tracked(known: Mapping[str, Any], shop: Shop) -> dict[str, Any]:
    """What the plug-ins that write `_wc_shipment_tracking_items` say of the last parcel."""
    listed = known.get(TRACKING_META)
    parcels = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not parcels or not fields.text(parcels[-1].get("tracking_number")):
        return {}
    last = parcels[-1]
    names = ("custom_tracking_provider", "formatted_tracking_provider", "tracking_provider")
    links = ("custom_tracking_link", "formatted_tracking_link", "ast_tracking_link")
    found = {
        "tracking_number": last.get("tracking_number"),
        "carrier": next((last[name] for name in names if fields.text(last.get(name))), None),
        "tracking_url": next((last[name] for name in links if fields.text(last.get(name))), None),
    }
    seconds = fields.text(last.get("date_shipped"))
    if seconds.isdigit() and len(seconds) <= 10:
        found["ships_on"] = datetime.fromtimestamp(int(seconds), shop.reading.zone).date().isoformat()
    return found


def _items(tree: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = tree.get("line_items")
    lines = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [{"name": one.get("name"), "quantity": one.get("quantity"), "price": _price(one)} for one in lines]


def _events(notes: Sequence[Any]) -> list[dict[str, Any]]:
    written = [one for one in notes if isinstance(one, dict) and one.get("customer_note") is True]
    return [{"at": f"{one.get('date_created_gmt')}+00:00", "text": _tag.sub("", fields.text(one.get("note")))}
            for one in written]  # fmt: skip


def _price(line: Mapping[str, Any]) -> Decimal | None:
    """What one piece cost the buyer: `price` is without tax and nobody has seen it."""
    quantity = amount(line.get("quantity"))
    if quantity <= 0 or line.get("total") in (None, ""):
        return None
    try:
        return ((amount(line.get("total")) + amount(line.get("total_tax"))) / quantity).quantize(_CENT)
    except InvalidOperation:
        return None


def _name(tree: Mapping[str, Any]) -> str:
    for part in ("billing", "shipping"):
        names = [fields.text(paths.at(tree, (part, name))) for name in ("first_name", "last_name")]
        if any(names):
            return " ".join(name for name in names if name)
    return ""


def _first(tree: Mapping[str, Any], name: str, *parts: str) -> str:
    return next((found for part in parts if (found := fields.text(paths.at(tree, (part, name))))), "")


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _country_code(tree: Mapping[str, Any]) -> str:
    """Of the country that the buyer lives in: most write their telephone without it."""
    code = phonenumbers.country_code_for_region(_first(tree, "country", "billing", "shipping").upper())
    return str(code) if code else ""
