"""What an agent may have WooCommerce do: cancel, refund, another address, a coupon. Each once for each key.

WooCommerce knows no idempotency keys, so ours is left as meta data on what was made and looked for first.
Sources, read 2026-11-22: https://woocommerce.github.io/woocommerce-rest-api-docs/ #update-an-order,
#create-an-order-note,
#create-a-refund (amount; api_refund: the payment gateway gives the money back), #create-a-coupon (fixed_cart,
usage_limit, email_restrictions).
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import fetch
from orders import web
from orders.acting import GONE, Action, Done, Preview
from orders.errors import ConnectorError, Unsure
from orders.web import LookUp
from orders.woocommerce_orders import Shop, amount, metas, record, refunded
from orders.woocommerce_web import Rest, refusal

logger = logging.getLogger(__name__)

ACTIONS = frozenset({"change_address", "cancel", "refund", "coupon"})
KEY_META = "_relevo_key"
# Ours → the shop's.
_ADDRESS = {"street": "address_1", "postcode": "postcode", "city": "city", "country": "country"}


@dataclass(frozen=True, slots=True)
class Deed:
    """One action on its way: the order as it stands, and how the shop is reached."""

    rest: Rest
    look_up: LookUp
    tree: dict[str, Any]
    action: Action
    by_gateway: bool


def preview(tree: dict[str, Any] | None, action: Action, shop: Shop) -> Preview:
    """What would happen; pure."""
    found = record(tree, shop) if tree is not None else None
    if tree is None or found is None:
        return Preview("absent")
    total, order = amount(tree.get("total")), found.order
    facts: dict[str, Any] = {
        "total": str(total), "refundable": str(total - refunded(tree)), "currency": order.currency,
        "address": address(tree),
    }  # fmt: skip
    if action.amount is not None:
        facts["amount"] = str(action.amount)
    if action.kind == "change_address":
        facts["new_address"] = dict(action.address)
    if action.currency and action.currency != order.currency:
        return Preview("unsupported", facts)  # so much of another money would be another sum
    refused = _refused(action, order.status, bool(order.paid), total - refunded(tree))
    return Preview(refused, facts)


def _refused(action: Action, status: str, paid: bool, refundable: Decimal) -> str:
    if action.kind not in ACTIONS:
        return "unsupported"
    if action.kind in ("cancel", "change_address") and status in ("cancelled", "refunded"):
        return status
    if action.kind in ("cancel", "change_address") and status in GONE:
        return "shipped"
    if action.kind == "change_address" and not all(action.address.get(name) for name in ("street", "postcode", "city")):
        return "address"
    if action.kind == "refund":
        return _no_refund(action, paid, refundable)
    return "" if action.kind != "coupon" or (action.amount or 0) > 0 else "too_much"


def _no_refund(action: Action, paid: bool, refundable: Decimal) -> str:
    if refundable <= 0:
        return "refunded" if paid else "unpaid"
    if not paid:
        return "unpaid"
    return "" if action.amount is not None and 0 < action.amount <= refundable else "too_much"


def address(tree: Mapping[str, Any]) -> dict[str, str]:
    """Where the parcel goes, by our names."""
    shipping = tree.get("shipping")
    shown = shipping if isinstance(shipping, dict) else {}
    named = {ours: str(shown.get(theirs) or "") for ours, theirs in _ADDRESS.items()}
    name = " ".join(str(shown.get(part) or "") for part in ("first_name", "last_name")).strip()
    return {"name": name, **named}


def done_before(deed: Deed) -> Done | None:
    """What this key did already; None if nothing. Raises ConnectorError."""
    kind, key = deed.action.kind, deed.action.key
    if kind == "refund":
        page = deed.rest.page(deed.look_up, f"orders/{deed.tree['id']}/refunds", per_page="100")
        made = (one for one in page.trees if isinstance(one, dict) and metas(one).get(KEY_META) == key)
        return next((Done({"refund_id": str(one.get("id"))}) for one in made), None)
    if kind == "coupon":
        page = deed.rest.page(deed.look_up, "coupons", code=coupon_code(key))
        return Done({"coupon": coupon_code(key).upper()}) if page.trees else None
    return Done() if metas(deed.tree).get(f"{KEY_META}_{kind}") == key else None


def do(deed: Deed) -> Done:
    """Does it. Raises Unsure where it may have been done, ConnectorError where it was not."""
    order = f"orders/{deed.tree['id']}"
    if deed.action.kind == "refund":
        return _refund(deed, order)
    if deed.action.kind == "coupon":
        return _coupon(deed)
    change = {"status": "cancelled"} if deed.action.kind == "cancel" else {"shipping": _shipping(deed.action.address)}
    left = [{"key": f"{KEY_META}_{deed.action.kind}", "value": deed.action.key}]
    _told(deed.rest.change(deed.look_up, "PUT", order, {**change, "meta_data": left}))
    _write_down(deed, order)
    return Done()


def _write_down(deed: Deed, order: str) -> None:
    """Why, into the shop's own book: a note that only the shop sees."""
    if not deed.action.reason:
        return
    try:
        note = {"note": deed.action.reason, "customer_note": False}
        deed.rest.change(deed.look_up, "POST", f"{order}/notes", note)
    except ConnectorError as error:
        # It is done; that its reason is missing in the shop changes nothing of that.
        logger.warning("reason not written into the shop", extra={"detail": error.detail})


def _refund(deed: Deed, order: str) -> Done:
    body = {
        "amount": str(deed.action.amount), "reason": deed.action.reason, "api_refund": deed.by_gateway,
        "api_restock": False, "meta_data": [{"key": KEY_META, "value": deed.action.key}],
    }  # fmt: skip
    made = _told(deed.rest.change(deed.look_up, "POST", f"{order}/refunds", body))
    return Done({"refund_id": str(made["id"])})


def _coupon(deed: Deed) -> Done:
    code = coupon_code(deed.action.key)
    billing = deed.tree.get("billing")
    email = str(billing.get("email") or "") if isinstance(billing, dict) else ""
    body: dict[str, Any] = {
        "code": code, "discount_type": "fixed_cart", "amount": str(deed.action.amount), "usage_limit": 1,
        "individual_use": True, "description": deed.action.reason,
    }  # fmt: skip
    if email:
        body["email_restrictions"] = [email]
    answer = deed.rest.change(deed.look_up, "POST", "coupons", body)
    if refusal(answer) != "woocommerce_rest_coupon_code_already_exists":
        _told(answer)
    return Done({"coupon": code.upper()})


def coupon_code(key: str) -> str:
    """The same for the same key, not to be guessed without it; in small letters, as WooCommerce keeps codes."""
    return "rv-" + base64.b32encode(hashlib.sha256(key.encode()).digest())[:10].decode().lower()


def _shipping(wanted: Mapping[str, str]) -> dict[str, str]:
    changed = {theirs: wanted[ours] for ours, theirs in _ADDRESS.items() if wanted.get(ours)}
    if wanted.get("street"):
        changed["address_2"] = ""  # of the old street
    if wanted.get("name"):
        changed["first_name"], _, changed["last_name"] = wanted["name"].partition(" ")
    return changed


def _told(answer: fetch.Answer) -> dict[str, Any]:
    """What the shop made. Raises Unsure where it says yes and then something that cannot be read."""
    web.accepted(answer)
    try:
        tree = web.tree(answer.body)
    except ConnectorError:
        tree = None
    if not isinstance(tree, dict) or "id" not in tree:
        raise Unsure("The shop said yes and then something that cannot be read; look whether it was done.")
    return tree
