"""The samples as a shop of PrestaShop keeps them: orders, buyers, addresses, states and parcels apart."""

from __future__ import annotations

from typing import Any

from tests.orders.samples import SAMPLES
from tests.providers.prestashop import KEY

# As a new shop has them (install-dev/data/xml/order_state.xml); the others are states that somebody added.
_NEW = {"shipped": ("Enviado", "shipped", "1", "1"), "preparing": ("Preparación en curso", "preparation", "0", "1"),
        "cancelled": ("Cancelado", "order_canceled", "0", "0"), "refunded": ("Reembolsado", "refund", "0", "0"),
        "delivered": ("Entregado", "", "1", "1")}  # fmt: skip
_STATES = list(dict.fromkeys(sample.facts["status"] for sample in SAMPLES))
_CARRIERS = sorted({sample.facts["carrier"] for sample in SAMPLES if "carrier" in sample.facts})
_CURRENCIES = ["EUR", "GBP", "BRL"]
_PEOPLE = list({sample.facts["email"]: sample.facts for sample in SAMPLES}.values())
# What no field of PrestaShop holds; a module has added it to the orders.
_ADDED = ("ships_on", "promised_on", "eta", "delivered_on", "pickup_point")


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything by resource."""
    return {
        "orders": [_order(101 + place) for place in range(len(SAMPLES))],
        "order_states": [_state(place) for place in range(len(_STATES))],
        "carriers": [{"id": 40 + n, "name": name, "url": "https://t.example/@"} for n, name in enumerate(_CARRIERS)],
        "currencies": [{"id": n, "iso_code": code} for n, code in enumerate(_CURRENCIES, 1)],
        "countries": [{"id": 6, "iso_code": "ES"}],
        "customers": [{"id": n, "email": who["email"], "passwd": "$2y$10$secret", "firstname": who["customer_name"].partition(" ")[0],
                       "lastname": who["customer_name"].partition(" ")[2]} for n, who in enumerate(_PEOPLE, 1)],
        "addresses": [{"id": 10 + n, "id_customer": str(n), "phone": "", "phone_mobile": who["phone"],
                       "firstname": "Marta", "lastname": "Ríos", "address1": "Calle Mayor 3", "id_country": "6",
                       "city": "Madrid", "alias": "Casa", "postcode": who["postcode"]} for n, who in enumerate(_PEOPLE, 1)],
        "order_carriers": [_parcel(101 + place) for place in range(len(SAMPLES))],
        "order_histories": [],
    }  # fmt: skip


def _order(number: int) -> dict[str, Any]:
    sample = SAMPLES[number - 101]
    facts = sample.facts
    buyer = next(n for n, who in enumerate(_PEOPLE, 1) if who["email"] == facts["email"])
    return {
        "module": {name: facts.get(name, "") for name in _ADDED},
        "id": number, "reference": facts["reference"], "current_state": str(200 + _STATES.index(facts["status"])),
        "id_customer": str(buyer), "id_address_delivery": str(10 + buyer), "id_carrier": "0",
        "id_currency": str(1 + _CURRENCIES.index(facts["currency"])), "total_paid": facts["total"] + "0000",
        "total_paid_tax_incl": facts["total"] + "0000", "total_paid_real": "0.000000", "shipping_number": "",
        "date_add": f"{facts['ordered_on']} 12:00:00", "date_upd": f"2026-11-19 10:00:{number % 60:02d}",
        "delivery_date": f"{facts['ships_on']} 09:00:00" if "ships_on" in facts else "0000-00-00 00:00:00",
        "associations": {"order_rows": [{"product_name": name, "product_quantity": str(quantity),
                         "unit_price_tax_incl": price + "0000"} for name, quantity, price in sample.items]},
    }  # fmt: skip


def _state(place: int) -> dict[str, Any]:
    status = _STATES[place]
    name, mail, shipped, paid = _NEW.get(status, (status.replace("_", " ").capitalize(), "", "1", "1"))
    languages = [{"id": "1", "value": name}, {"id": "2", "value": "?"}]
    return {"id": 200 + place, "name": languages, "template": mail, "shipped": shipped, "paid": paid}


def _parcel(number: int) -> dict[str, Any]:
    facts = SAMPLES[number - 101].facts
    carrier = str(40 + _CARRIERS.index(facts["carrier"])) if "carrier" in facts else "0"
    kept = facts.get("tracking_number", "")
    return {"id": 900 + number, "id_order": str(number), "id_carrier": carrier, "tracking_number": kept}


def settings(url: str) -> dict[str, Any]:
    return {
        "url": url,
        "auth": {"key": KEY},
        "reference": {"pattern": "([A-Z]{2})([0-9]{5})", "form": "{1}-{2}"},
        "timezone": "Europe/Madrid",
        "fields": {name: f"module.{name}" for name in _ADDED},
        "timeout_seconds": "2",
        "not_found_seconds": "0",
        "statuses": {word.replace("_", " "): word for word in _STATES if word not in _NEW},
    }
