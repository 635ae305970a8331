"""What PrestaShop's webservice lets an agent do: cancel an order, and send its parcel to another address.

It documents no way to give money back through the payment, so refunds are not offered; vouchers would have to be made
and mailed by hand. Sources, read 2026-11-22, below https://devdocs.prestashop-project.org/: a new entry of a history
changes the state (9/webservice/resources/order_histories), 9/webservice/resources/addresses and …/orders; PATCH:
8/webservice/reference/.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from orders import fields
from orders.acting import GONE, Action, Done, Preview
from orders.errors import ConnectorError
from orders.prestashop_orders import Around, How, Tree, key_of, record
from orders.prestashop_web import Rest, is_plain
from orders.web import LookUp

ACTIONS = frozenset({"cancel", "change_address"})
_ADDRESS = {"street": "address1", "postcode": "postcode", "city": "city"}
# What a new address takes from the old one.
_KEPT = ("id_customer", "id_country", "id_state", "firstname", "lastname", "phone", "phone_mobile", "dni", "company")


@dataclass(frozen=True, slots=True)
class Deed:
    """One action on its way: the order as it stands, and how the shop is reached."""

    rest: Rest
    look_up: LookUp
    tree: Tree
    around: Around
    action: Action
    cancel_state: str


def preview(deed: Deed, how: How) -> Preview:
    """What would happen. Raises ConnectorError for an order that cannot be read."""
    action, order = deed.action, record(deed.tree, deed.around, how).order
    facts: dict[str, Any] = {"currency": order.currency, "address": address(deed)}
    if order.total is not None:
        facts["total"] = str(order.total)
    if action.kind == "change_address":
        facts["new_address"] = dict(action.address)
    return Preview(_refused(deed, order.status), facts)


def _refused(deed: Deed, status: str) -> str:
    kind = deed.action.kind
    if kind not in ACTIONS or (kind == "cancel" and not deed.cancel_state):
        return "unsupported"
    if status in ("cancelled", "refunded"):
        return status
    if status in GONE:
        return "shipped"
    if kind == "change_address" and not all(deed.action.address.get(name) for name in _ADDRESS):
        return "address"
    return ""


def address(deed: Deed) -> dict[str, str]:
    """Where the parcel goes, by our names; the country is an id of the shop's and left out."""
    kept = deed.around.addresses.get(key_of(deed.tree, "id_address_delivery"), {})
    name = " ".join(filter(None, (fields.text(kept.get(part)) for part in ("firstname", "lastname"))))
    return {"name": name, **{ours: fields.text(kept.get(theirs)) for ours, theirs in _ADDRESS.items()}}


def is_done(deed: Deed) -> bool:
    """Whether this key did it already: the address of the parcel is the one it made. To cancel twice is to cancel."""
    if deed.action.kind == "cancel":
        return bool(deed.cancel_state) and key_of(deed.tree, "current_state") == deed.cancel_state
    kept = deed.around.addresses.get(key_of(deed.tree, "id_address_delivery"), {})
    return deed.action.kind == "change_address" and fields.text(kept.get("alias")) == _alias(deed.action.key)


def do(deed: Deed) -> Done:
    """Does it. Raises Unsure where it may have been done, ConnectorError where it was not."""
    order = key_of(deed.tree)
    if deed.action.kind == "cancel":
        entry = {"id_order": order, "id_order_state": deed.cancel_state}
        deed.rest.change(deed.look_up, "POST", "order_histories", "order_history", entry)
        return Done()
    old = deed.around.addresses.get(key_of(deed.tree, "id_address_delivery"))
    if old is None:
        raise ConnectorError("The shop does not tell the order's address.", permanent=True, code="address")
    # A new one: the old may belong to other orders, and to the invoice. It may be there from a try that was cut off.
    there = deed.rest.all(deed.look_up, "addresses", alias=f"[{_alias(deed.action.key)}]")
    made = there[-1] if there else _made(deed, old)
    patch = {"id": order, "id_address_delivery": key_of(made)}
    deed.rest.change(deed.look_up, "PATCH", f"orders/{order}", "order", patch)
    return Done()


def _made(deed: Deed, old: Tree) -> Tree:
    values, country = _new(old, deed.action), deed.action.address.get("country", "")
    if country:
        known = deed.rest.all(deed.look_up, "countries", iso_code=f"[{country}]") if is_plain(country) else []
        if not known:
            raise ConnectorError("The shop does not send to that country.", permanent=True, code="address")
        values["id_country"] = key_of(known[0])
    return deed.rest.change(deed.look_up, "POST", "addresses", "address", values)


def _new(old: Tree, action: Action) -> dict[str, str]:
    values = {name: fields.text(old.get(name)) for name in _KEPT if fields.text(old.get(name))}
    values |= {theirs: action.address[ours] for ours, theirs in _ADDRESS.items()} | {"alias": _alias(action.key)}
    if action.address.get("name"):
        first, _, last = action.address["name"].partition(" ")
        values |= {"firstname": first, "lastname": last or first}
    return values


def _alias(key: str) -> str:
    """The name of an address that this key made: 32 characters are allowed."""
    return "relevo " + hashlib.sha256(key.encode()).hexdigest()[:20]
