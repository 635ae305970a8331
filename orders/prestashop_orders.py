"""An order of PrestaShop, read into ours from the things its webservice keeps apart.

Sources, read 2026-11-22: https://devdocs.prestashop-project.org/9/webservice/resources/ (orders, order_states,
order_carriers, carriers, addresses, customers); which flags and which mail a new shop's states have:
https://github.com/PrestaShop/PrestaShop, install-dev/data/xml/order_state.xml and langs/en/data/order_state.xml.
A shop keeps no day of delivery (https://devdocs.prestashop-project.org/8/faq/shipping).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from orders import fields, paths
from orders.errors import ConnectorError
from orders.news import KINDS, News
from orders.proof import Record

# The mail that goes with a state says what it means, whatever the shop calls it. “Delivered” has none of its own.
BY_MAIL: Mapping[str, str] = {
    "order_canceled": "cancelled", "refund": "refunded", "shipped": "shipped", "preparation": "preparing",
    "payment": "preparing", "outofstock": "preparing", "cheque": "preparing", "bankwire": "preparing",
    "cashondelivery": "preparing", "payment_error": "unknown",
}  # fmt: skip

_DELIVERED = frozenset({"entregado", "entregue", "entregada"})

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class How:
    """How the shop writes, and where its modules have put more into an order."""

    reading: fields.Reading
    added: Mapping[str, paths.Path]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around orders, by id."""

    states: Mapping[str, Tree]
    currencies: Mapping[str, Tree]
    carriers: Mapping[str, Tree]
    customers: Mapping[str, Tree]
    addresses: Mapping[str, Tree]
    parcels: Mapping[str, Tree]


def by_id(trees: list[dict[str, Any]], field: str = "id") -> dict[str, Tree]:
    """The things by what `field` says; of several the last."""
    return {key_of(tree, field): tree for tree in trees}


def key_of(tree: Tree, field: str = "id") -> str:
    """An id as text: PrestaShop writes some as numbers and some as texts."""
    return fields.text(tree.get(field))


def record(tree: Tree, around: Around, how: How) -> Record:
    """The order. Raises ConnectorError for what is none."""
    state = around.states.get(key_of(tree, "current_state"), {})
    address = around.addresses.get(key_of(tree, "id_address_delivery"), {})
    customer = around.customers.get(key_of(tree, "id_customer"), {})
    try:
        found = fields.record(_values(tree, state, around, how), how.reading, _items(tree), ())
    except fields.BadField as error:
        raise ConnectorError(f"The shop's order cannot be read: {error}", permanent=True, code="shape") from None
    phones = [phone for name in ("phone_mobile", "phone") if (phone := fields.text(address.get(name)))]
    holder = replace(
        found.holder,
        phone="".join(phones[:1]),
        other_phones=tuple(phones[1:]),
        email=fields.text(customer.get("email")),
        postcode=fields.text(address.get("postcode")),
    )
    name = state_name(state)
    return Record(replace(found.order, extra={"status_text": name} if name else {}), holder)


def status(state: Tree, how: How) -> str:
    """Our word: the shop's own by the setting `statuses`, else what its mail means, else what its flags say."""
    name = state_name(state)
    named = fields.status(name, how.reading)
    if named != "unknown":
        return named
    if name.casefold() in _DELIVERED:
        return "delivered"
    by_mail = BY_MAIL.get(_local(state.get("template")), "")
    if by_mail:
        return by_mail
    if flag(state, "shipped"):
        return "shipped"
    return "preparing" if flag(state, "paid") else "unknown"


def state_name(state: Tree) -> str:
    """What the shop calls the state."""
    return _local(state.get("name"))


def flag(state: Tree, name: str) -> bool:
    """Whether the shop has set this flag of a state."""
    return fields.text(state.get(name)) == "1"


def amount(value: Any) -> Decimal:
    """Money as PrestaShop writes it, with six places; 0 for what is none."""
    try:
        found = Decimal(fields.text(value) or "0")
        return found.quantize(Decimal("0.01")) if found.is_finite() else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def modified_at(tree: Tree, how: How) -> datetime:
    """When the order last changed. Raises ConnectorError where it does not say."""
    try:
        return datetime.fromisoformat(str(tree.get("date_upd"))).replace(tzinfo=how.reading.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        detail = "The shop does not say when the order changed."
        raise ConnectorError(detail, permanent=True, code="shape") from None


def news(tree: Tree, around: Around, how: How) -> tuple[News, ...]:
    """What an order that changed has to tell. Raises ConnectorError for what is no order."""
    found = record(tree, around, how)
    order = found.order
    if order.status not in KINDS:
        return ()
    key = f"prestashop:{key_of(tree)}:{order.status}:{order.tracking_number if order.status == 'shipped' else ''}"
    return (News(key, order.status, modified_at(tree, how), order, found.holder),)


def _values(tree: Tree, state: Tree, around: Around, how: How) -> dict[str, Any]:
    parcel = around.parcels.get(key_of(tree), {})
    carrier = around.carriers.get(key_of(parcel, "id_carrier") or key_of(tree, "id_carrier"), {})
    customer = around.customers.get(key_of(tree, "id_customer"), {})
    currency = around.currencies.get(key_of(tree, "id_currency"), {})
    number = fields.text(parcel.get("tracking_number")) or fields.text(tree.get("shipping_number"))
    ours = status(state, how)
    sent = ours not in ("preparing", "cancelled", "refunded", "unknown") or bool(number)
    added = {name: found for name, path in how.added.items() if (found := _day(paths.at(tree, path)))}
    return {
        "reference": tree.get("reference"),
        "status": "shipped" if ours == "preparing" and number else ours,
        "customer_name": " ".join(filter(None, (fields.text(customer.get(n)) for n in ("firstname", "lastname")))),
        "ordered_on": _day(tree.get("date_add")),
        "ships_on": _day(tree.get("delivery_date")) if sent else None,
        "total": amount(tree.get("total_paid_tax_incl") or tree.get("total_paid")),
        "currency": currency.get("iso_code"),
        "paid": is_paid(tree, state),
        "carrier": carrier.get("name") if sent else None,
        "tracking_number": number,
        # The carrier's own address with @ where the number stands.
        "tracking_url": fields.text(carrier.get("url")).replace("@", number) if number else None,
    } | added


def is_paid(tree: Tree, state: Tree) -> bool:
    """Whether the money has come."""
    total = amount(tree.get("total_paid"))
    return flag(state, "paid") or (total > 0 and amount(tree.get("total_paid_real")) >= total)


def _items(tree: Tree) -> list[dict[str, Any]]:
    around = tree.get("associations")
    rows = around.get("order_rows") if isinstance(around, dict) else None
    lines = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
    return [{"name": one.get("product_name"), "quantity": fields.text(one.get("product_quantity")),
             "price": amount(one.get("unit_price_tax_incl"))} for one in lines]  # fmt: skip


def _day(value: Any) -> str | None:
    """PrestaShop writes “0000-00-00 00:00:00” for never."""
    text = fields.text(value)
    return text if text and not text.startswith("0000") else None


def _local(value: Any) -> str:
    """A text that may be written once for each language; the first of them."""
    if isinstance(value, list):
        return next((fields.text(one.get("value")) for one in value if isinstance(one, dict)), "")
    return fields.text(value)
