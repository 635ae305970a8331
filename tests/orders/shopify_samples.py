"""The samples as a shop at Shopify keeps them."""

from __future__ import annotations

from typing import Any

from tests.orders.samples import SAMPLES, Sample
from tests.providers.shopify import HOOK_SECRET, TOKEN, moment

# The shop's words; for the last two it has none, and says in `statuses` what it means by these.
WORDS = {
    "shipped": "IN_TRANSIT", "delayed": "DELAYED", "attempted": "ATTEMPTED_DELIVERY", "delivered": "DELIVERED",
    "out_for_delivery": "OUT_FOR_DELIVERY", "at_pickup_point": "READY_FOR_PICKUP",
    "lost": "FAILURE", "returning": "NOT_DELIVERED",
}  # fmt: skip


def trees() -> list[dict[str, Any]]:
    return [tree(1001 + place, sample) for place, sample in enumerate(SAMPLES)]


def tree(number: int, sample: Sample) -> dict[str, Any]:
    facts = sample.facts
    cancelled, refunded = facts["status"] == "cancelled", facts["status"] == "refunded"
    sent = [_parcel(number, facts)] if facts["status"] in WORDS else []
    total = money(facts["total"], facts["currency"])
    return {
        "id": f"gid://shopify/Order/{number}", "name": facts["reference"], "email": facts["email"], "phone": None,
        "createdAt": moment(facts["ordered_on"]), "updatedAt": f"2026-11-19T10:00:{number % 60:02d}Z",
        "cancelledAt": moment(facts["ordered_on"], 12) if cancelled else None, "customerLocale": "es-ES",
        "currencyCode": facts["currency"], "presentmentCurrencyCode": facts["currency"],
        "displayFulfillmentStatus": "FULFILLED" if sent else "UNFULFILLED",
        "displayFinancialStatus": "REFUNDED" if refunded else "PAID", "totalPriceSet": total,
        "customer": {"id": f"gid://shopify/Customer/{facts['email']}", "displayName": facts["customer_name"],
                     "defaultPhoneNumber": {"phoneNumber": facts["phone"]}},
        "shippingAddress": {"name": facts["customer_name"], "address1": "Calle Mayor 3", "address2": None,
                            "zip": facts["postcode"], "city": "Madrid", "countryCodeV2": "ES", "phone": None},
        "lineItems": [line(name, quantity, price) for name, quantity, price in sample.items],
        "fulfillments": sent, "fulfillmentOrders": [_plan(facts)], "refunds": [],
        "suggestedRefund": {"maximumRefundableSet": money("0" if refunded else facts["total"], facts["currency"]),
                            "suggestedTransactions": [payment("shopify_payments", facts["total"])]},
    }  # fmt: skip


def line(name: str, quantity: int, price: str) -> dict[str, Any]:
    return {"name": name, "currentQuantity": quantity, "originalUnitPriceSet": money(price)}


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def payment(gateway: str, amount: str) -> dict[str, Any]:
    return {"gateway": gateway, "maximumRefundableSet": money(amount),
            "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{gateway}"}}  # fmt: skip


def scan(number: int, status: str, at: str, **known: Any) -> dict[str, Any]:
    return {"id": f"gid://shopify/FulfillmentEvent/{number}", "status": status, "happenedAt": at, "createdAt": at, **known}


def _parcel(number: int, facts: Any) -> dict[str, Any]:
    made = moment(facts.get("ships_on", facts["ordered_on"]))
    word = WORDS[facts["status"]]
    known = {"address1": facts["pickup_point"]} if "pickup_point" in facts else {"city": "Madrid"}
    status = word if word != "NOT_DELIVERED" else "FAILURE"
    return {
        "id": f"gid://shopify/Fulfillment/{number}", "status": "SUCCESS", "displayStatus": word, "createdAt": made,
        "deliveredAt": moment(facts["delivered_on"]) if "delivered_on" in facts else None,
        "estimatedDeliveryAt": moment(facts["eta"]) if "eta" in facts else None,
        "trackingInfo": [{"company": facts.get("carrier"), "number": facts.get("tracking_number"),
                          "url": facts.get("tracking_url")}],
        "events": [scan(number, status, made, **known)],
    }  # fmt: skip


def _plan(facts: Any) -> dict[str, Any]:
    """When it should leave and come, as the shop promised."""
    promised, leaves = facts.get("promised_on"), facts.get("ships_on")
    method = {"maxDeliveryDateTime": moment(promised) if promised else None}
    return {"fulfillBy": moment(leaves) if leaves else None, "deliveryMethod": method}


def settings(url: str) -> dict[str, Any]:
    return {
        "shop": url,
        "auth": {"token": TOKEN, "webhook_secret": HOOK_SECRET},
        "reference": {"pattern": "([A-Z]{2})([0-9]{5})", "form": "{1}-{2}"},
        "timezone": "Europe/Madrid",
        "timeout_seconds": "2",
        "not_found_seconds": "0",
        "statuses": {"FAILURE": "lost", "NOT_DELIVERED": "returning"},
    }

