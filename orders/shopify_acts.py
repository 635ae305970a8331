"""What an agent may have a Shopify shop do: cancel, refund, another address, a coupon. Each looks first, then does it once.

How “once” is held: a refund carries the key both for Shopify (`@idempotent`, https://shopify.dev/docs/api/usage/
idempotent-requests, read 2026-11-22) and in its note, where it is looked for first; a coupon's code is made from the
key; an order is cancelled, or has an address, however often it is said.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from orders import fields
from orders import shopify_orders as reading
from orders import shopify_queries as queries
from orders.acting import Action, Done, Preview
from orders.errors import ConnectorError, Unsure
from orders.reference import fold
from orders.shopify_api import Api, page, search
from orders.shopify_settings import Account
from orders.web import LookUp

JOB_PAUSE_SECONDS = 0.5
_NEEDED_OF_AN_ADDRESS = ("street", "postcode", "city")
_THERE = {"name": "name", "street": "address1", "postcode": "zip", "city": "city", "country": "countryCodeV2"}
Node = Mapping[str, Any]


def preview(account: Account, api: Api, look_up: LookUp, action: Action) -> Preview:
    """What the action would do now; changes nothing. Raises ConnectorError."""
    node, _ = _order(account, api, look_up, action)
    return _judged(node, action)


def act(account: Account, api: Api, look_up: LookUp, action: Action) -> Done:
    """Do it. Raises Unsure where it may have been done, ConnectorError where not."""
    node, date = _order(account, api, look_up, action)
    if node and (before := _done_before(node, action) or _coupon_of(api, look_up, action)):
        return before
    judged = _judged(node, action)
    if judged.refused or node is None:
        raise ConnectorError(f"The shop cannot do this now ({judged.refused}).", permanent=True, code=judged.refused)
    if action.kind == "coupon":
        return _coupon(api, look_up, action, _days(date, account.coupon_days))
    return _DOERS[action.kind](api, look_up, action, node)


def _order(account: Account, api: Api, look_up: LookUp, action: Action) -> tuple[Node | None, str]:
    written = account.names.written(action.reference)
    if not written:
        return None, ""
    answered = api.ask(look_up, queries.BEFORE_A_CHANGE, {"query": search("name", written)})
    if answered.missing:
        raise ConnectorError("The shop could not say how the order stands.", code="partial")
    found, _ = page(answered.data.get("orders"))
    return next((one for one in found if fold(str(one.get("name"))) == fold(written)), None), answered.date


def _done_before(node: Node, action: Action) -> Done | None:
    """What the same key did already, or what needs no doing."""
    if action.kind == "cancel" and node.get("cancelledAt"):
        return Done()
    if action.kind == "change_address" and _wanted(action) and _wanted(action).items() <= _address(node).items():
        return Done({"address": dict(action.address)})
    for refund in reading.nodes(node.get("refunds")):
        if action.kind == "refund" and _mark(action) in fields.text(refund.get("note")):
            return Done({"refund_id": refund.get("id")})
    return None


def _coupon_of(api: Api, look_up: LookUp, action: Action) -> Done | None:
    """The coupon that the same key made before."""
    if action.kind != "coupon":
        return None
    said = api.ask(look_up, queries.COUPON_OF_CODE, {"code": _code(action)}).data
    found = reading.at(said, "codeDiscountNodeByCode")
    ends = fields.text(reading.at(found, "codeDiscount").get("endsAt"))
    return _made(action, ends) if found.get("id") else None


def _judged(node: Node | None, action: Action) -> Preview:
    if node is None:
        return Preview("absent")
    judge = _JUDGES.get(action.kind)
    return judge(node, action) if judge else Preview("unsupported")


def _cancelling(node: Node, action: Action) -> Preview:
    facts = _money(node)
    if node.get("cancelledAt"):
        return Preview("cancelled", facts)
    return Preview("shipped" if _is_sent(node) else "", facts)


def _refunding(node: Node, action: Action) -> Preview:
    left = _refundable(node)
    facts = _money(node) | {"amount": str(action.amount if action.amount is not None else left)}
    if left <= 0:
        return Preview("refunded" if node.get("displayFinancialStatus") == "REFUNDED" else "unpaid", facts)
    if node.get("currencyCode") != node.get("presentmentCurrencyCode"):
        return Preview("unsupported", facts)  # paid in another currency: the shop's amounts are not what would go back
    return Preview(_refused_amount(node, action, left), facts)


def _refused_amount(node: Node, action: Action, at_most: Decimal) -> str:
    if action.currency and action.currency != node.get("currencyCode"):
        return "unsupported"
    amount = at_most if action.amount is None else action.amount
    return "" if 0 < amount <= at_most else "too_much"


def _readdressing(node: Node, action: Action) -> Preview:
    facts = {"address_now": _address(node), "address": _address(node) | _wanted(action)}
    if node.get("cancelledAt"):
        return Preview("cancelled", facts)
    if _is_sent(node):
        return Preview("shipped", facts)
    is_whole = all(_wanted(action).get(name) for name in _NEEDED_OF_AN_ADDRESS)
    return Preview("" if is_whole and len(facts["address"]["country"]) == 2 else "address", facts)


def _couponing(node: Node, action: Action) -> Preview:
    facts = {"amount": str(action.amount), "currency": node.get("currencyCode")}
    if action.amount is None or (action.currency and action.currency != node.get("currencyCode")):
        return Preview("unsupported", facts)
    return Preview("" if action.amount > 0 else "too_much", facts)


def _cancel(api: Api, look_up: LookUp, action: Action, node: Node) -> Done:
    order = node.get("id")
    said = api.change(look_up, queries.CANCEL, {"orderId": order, "staffNote": action.reason or None})
    job = reading.at(_accepted(said, "orderCancel"), "job")
    late = Unsure("The shop has taken on the cancellation and has not finished it yet.")
    for _ in range(100):
        try:
            answered = api.ask(look_up, queries.JOB, {"job": job.get("id"), "order": order}).data
        except ConnectorError:
            raise late from None  # it was taken on: that it cannot be followed does not undo it
        if reading.at(answered, "order").get("cancelledAt"):
            return Done()
        if reading.at(answered, "job").get("done"):
            detail = "The shop tried to cancel the order and did not."
            raise ConnectorError(detail, permanent=True, code="unsupported")
        look_up.wait(JOB_PAUSE_SECONDS, late)
    raise late


def _refund(api: Api, look_up: LookUp, action: Action, node: Node) -> Done:
    left = _refundable(node) if action.amount is None else action.amount
    transactions = []
    for one in reading.nodes(reading.at(node, "suggestedRefund").get("suggestedTransactions")):
        most = _decimal(reading.at(one, "maximumRefundableSet", "shopMoney").get("amount"))
        amount = min(left, most)
        if amount > 0:
            left -= amount
            parent, gateway = reading.at(one, "parentTransaction").get("id"), one.get("gateway")
            transactions.append({"orderId": node.get("id"), "kind": "REFUND", "gateway": gateway, "parentId": parent,
                                 "amount": str(amount)})  # fmt: skip
    if left > 0:
        raise ConnectorError("No payment of this order takes so much back.", permanent=True, code="too_much")
    note = f"{action.reason} {_mark(action)}".strip()
    given = {"orderId": node.get("id"), "note": note, "notify": False, "transactions": transactions}
    said = _accepted(api.change(look_up, queries.REFUND, {"input": given, "key": action.key}), "refundCreate")
    return Done({"refund_id": reading.at(said, "refund").get("id")})


def _readdress(api: Api, look_up: LookUp, action: Action, node: Node) -> Done:
    there = _address(node) | _wanted(action)
    first, _, last = there["name"].partition(" ")
    address = {
        "firstName": first, "lastName": last, "address1": there["street"], "zip": there["postcode"],
        "city": there["city"], "countryCode": there["country"], "phone": reading.at(node, "shippingAddress").get("phone"),
    }  # fmt: skip
    said = api.change(look_up, queries.READDRESS, {"input": {"id": node.get("id"), "shippingAddress": address}})
    _accepted(said, "orderUpdate", "address")
    return Done({"address": dict(action.address)})


def _coupon(api: Api, look_up: LookUp, action: Action, days: tuple[str, str]) -> Done:
    code, (starts, ends) = _code(action), days
    discount = {
        "title": f"{code} {fields.text(action.reference)}", "code": code, "usageLimit": 1,
        "appliesOncePerCustomer": True, "context": {"all": "ALL"}, "startsAt": starts, "endsAt": ends or None,
        "customerGets": {"value": {"discountAmount": {"amount": str(action.amount), "appliesOnEachItem": False}},
                         "items": {"all": True}},
    }  # fmt: skip
    said = reading.at(api.change(look_up, queries.COUPON, {"discount": discount}), "discountCodeBasicCreate")
    _check(reading.nodes(said.get("userErrors")), "unsupported")
    return _made(action, ends)


def _made(action: Action, ends: str) -> Done:
    return Done({"coupon": _code(action)} | ({"ends_on": ends[:10]} if ends else {}))


def _code(action: Action) -> str:
    """The same for the same key: whoever asks twice gets one coupon."""
    return "RE" + base64.b32encode(hashlib.sha256(action.key.encode()).digest())[:8].decode()


def _address(node: Node) -> dict[str, str]:
    """Where it goes now, by our names."""
    now = reading.at(node, "shippingAddress")
    return {ours: fields.text(now.get(theirs)) for ours, theirs in _THERE.items()}


def _wanted(action: Action) -> dict[str, str]:
    typed = {name: fields.text(action.address.get(name)) for name in _THERE}
    return {name: text.upper() if name == "country" else text for name, text in typed.items() if text}


def _days(date: str, coupon_days: int) -> tuple[str, str]:
    """From when and until when a coupon is good, by the shop's own clock."""
    try:
        now = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        raise ConnectorError("The shop did not say what time it is there.", permanent=True, code="shape") from None
    ends = now + timedelta(days=coupon_days)
    return now.isoformat(), ends.isoformat() if coupon_days else ""


def _accepted(said: Node, name: str, code: str = "unsupported") -> Node:
    """What the mutation returned. Raises ConnectorError with the shop's own reason where it refused."""
    found = reading.at(said, name)
    _check([*reading.nodes(found.get("userErrors")), *reading.nodes(found.get("orderCancelUserErrors"))], code)
    return found


def _check(errors: list[Node], code: str) -> None:
    if errors:
        told = "; ".join(fields.text(one.get("message")) for one in errors)
        raise ConnectorError(f"The shop refused: {told}", permanent=True, code=code)


def _is_sent(node: Node) -> bool:
    return bool(reading.parcels(node, fields.Reading()))


def _refundable(node: Node) -> Decimal:
    return _decimal(reading.at(node, "suggestedRefund", "maximumRefundableSet", "shopMoney").get("amount"))


def _money(node: Node) -> dict[str, Any]:
    total = reading.at(node, "totalPriceSet", "shopMoney")
    told = {"refundable": str(_refundable(node)), "currency": total.get("currencyCode")}
    return told | {"total": str(_decimal(total.get("amount")))}


def _decimal(value: Any) -> Decimal:
    return fields.money("amount", value, fields.Reading()) or Decimal(0)


def _mark(action: Action) -> str:
    return f"[{action.key}]"


_JUDGES: Mapping[str, Callable[[Node, Action], Preview]] = {
    "cancel": _cancelling, "refund": _refunding, "change_address": _readdressing, "coupon": _couponing,
}  # fmt: skip
_DOERS: Mapping[str, Callable[[Api, LookUp, Action, Node], Done]] = {
    "cancel": _cancel, "refund": _refund, "change_address": _readdress,
}  # fmt: skip
