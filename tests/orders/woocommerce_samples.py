"""The samples as a shop of WooCommerce keeps them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.orders.samples import SAMPLES, Sample
from tests.providers.woocommerce import HOOK_SECRET, KEY, SECRET

# What the shop has words of its own for; the others are statuses that a plug-in added.
WORDS = {"shipped": "completed", "preparing": "processing", "cancelled": "cancelled", "refunded": "refunded"}
_META = ("promised_on", "eta", "delivered_on", "ships_on", "carrier", "pickup_point")


def trees() -> list[dict[str, Any]]:
    return [_tree(1001 + place, sample) for place, sample in enumerate(SAMPLES)]


def _tree(number: int, sample: Sample) -> dict[str, Any]:
    facts = sample.facts
    first, _, last = facts["customer_name"].partition(" ")
    address = {"first_name": first, "last_name": last, "address_1": "Calle Mayor 3", "address_2": "2º B",
               "city": "Madrid", "postcode": facts["postcode"], "country": "ES"}  # fmt: skip
    return {
        "id": number, "number": facts["reference"], "status": WORDS.get(facts["status"], facts["status"].replace("_", "-")),
        "currency": facts["currency"], "total": facts["total"], "date_created": f"{facts['ordered_on']}T12:00:00",
        "date_modified": "2026-11-19T10:00:00", "date_modified_gmt": f"2026-11-19T09:00:{number % 60:02d}",
        "date_paid": None if facts["status"] == "cancelled" else f"{facts['ordered_on']}T12:01:00", "date_completed": None,
        "billing": {**address, "email": facts["email"], "phone": facts["phone"]},
        "shipping": {**address, "phone": ""}, "meta_data": _meta(facts), "refunds": [],
        "line_items": [{"id": 1, "name": name, "quantity": quantity, "price": 0, "total": str(float(price) * quantity),
                        "total_tax": "0.00"} for name, quantity, price in sample.items],
    }  # fmt: skip


def _meta(facts: Any) -> list[dict[str, Any]]:
    kept = [{"id": 1, "key": f"_{name}", "value": facts[name]} for name in _META if name in facts]
    if "tracking_number" not in facts:
        return kept
    sent = int(datetime(2026, 11, 19, 9, tzinfo=UTC).timestamp())
    parcel = {"tracking_provider": facts["carrier"], "custom_tracking_provider": "", "tracking_id": "x",
              "custom_tracking_link": facts["tracking_url"], "tracking_number": facts["tracking_number"],
              "date_shipped": str(sent)}  # fmt: skip
    return [*kept, {"id": 2, "key": "_wc_shipment_tracking_items", "value": [parcel]}]


def settings(url: str) -> dict[str, Any]:
    words = {sample.facts["status"] for sample in SAMPLES} - set(WORDS)
    return {
        "url": url,
        "auth": {"consumer_key": KEY, "consumer_secret": SECRET, "webhook_secret": HOOK_SECRET},
        "numbers": "search",
        "reference": {"pattern": "([A-Z]{2})([0-9]{5})", "form": "{1}-{2}"},
        "timezone": "Europe/Madrid",
        "timeout_seconds": "2",
        "not_found_seconds": "0",
        "statuses": {word.replace("_", "-"): word for word in words},
        "meta": {name: f"_{name}" for name in _META},
    }
