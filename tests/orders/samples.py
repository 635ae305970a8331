"""The orders that every connector must tell in the same way, as three shops write them down."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

TODAY = date(2026, 11, 20)

MARTA = {"customer_name": "Marta Ríos", "phone": "+34600111222", "email": "marta@example.com", "postcode": "28013"}
JOHN = {"customer_name": "John Miller", "phone": "+447700900123", "email": "john@example.com", "postcode": "LS1 4AP"}
RITA = {
    "customer_name": "Rita Carvalho",
    "phone": "+5511987654321",
    "email": "rita@example.com",
    "postcode": "01310-100",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One order: what the shop knows, by our names; items as (name, quantity, price)."""

    facts: Mapping[str, str]
    items: tuple[tuple[str, int, str], ...]


def _sample(person: Mapping[str, str], facts: str, *items: tuple[str, int, str]) -> Sample:
    return Sample(dict(pair.split("=", 1) for pair in facts.split("; ")) | dict(person), items)


def _marta(reference: str, status: str, facts: str) -> Sample:
    return _sample(MARTA, f"reference={reference}; status={status}; {facts}; currency=EUR")


NIDO = ("Lámpara de mesa Nido", 1, "59.90")
SAMPLES = (
    _sample(
        MARTA,
        "reference=AB-12345; status=shipped; carrier=Correos; tracking_number=T1; tracking_url=https://t.example/1"
        "; ordered_on=2026-11-17; ships_on=2026-11-19; promised_on=2026-11-22; eta=2026-11-22; total=59.90; currency=EUR",
        NIDO,
    ),
    _sample(
        MARTA,
        "reference=AB-54321; status=delayed; carrier=SEUR; ordered_on=2026-11-08; promised_on=2026-11-15; eta=2026-11-15; total=142.00; currency=EUR",
        ("Lámpara de pie Junco", 1, "129.00"),
        ("Bombilla LED cálida E27", 2, "6.50"),
    ),
    _sample(
        MARTA,
        "reference=AB-20001; status=preparing; ordered_on=2026-11-19; ships_on=2026-11-21; promised_on=2026-11-24; total=89.50; currency=EUR",
    ),
    _marta("AB-20002", "delivered", "carrier=MRW; ordered_on=2026-11-05; delivered_on=2026-11-11; total=34.00"),
    _marta("AB-20003", "at_pickup_point", "carrier=Correos; ordered_on=2026-11-12; pickup_point=Kiosko Sol; total=27.00"),
    _marta("AB-20004", "lost", "carrier=GLS; ordered_on=2026-10-25; promised_on=2026-11-01; total=88.00"),
    _marta("AB-20005", "attempted", "carrier=SEUR; ordered_on=2026-11-16; eta=2026-11-21; total=32.00"),
    _marta("AB-20006", "out_for_delivery", "carrier=DHL; ordered_on=2026-11-15; eta=2026-11-20; total=26.00"),
    _marta("AB-20007", "returning", "carrier=MRW; ordered_on=2026-11-03; promised_on=2026-11-10; total=44.00"),
    _marta("AB-20008", "cancelled", "ordered_on=2026-11-14; total=179.00"),
    _marta("AB-20009", "refunded", "ordered_on=2026-10-20; promised_on=2026-10-26; total=129.00"),
    _sample(
        JOHN,
        "reference=CD-11111; status=delivered; carrier=Royal Mail; ordered_on=2026-11-12; promised_on=2026-11-18; delivered_on=2026-11-17"
        "; total=161.00; currency=GBP",
    ),
    _sample(
        RITA,
        "reference=EF-22222; status=at_pickup_point; carrier=Correios; ordered_on=2026-11-10; promised_on=2026-11-19; total=149.40; currency=BRL"
        "; pickup_point=Banca do Parque, avenida Brasil 455",
    ),
)

# How these shops call the states.
CSV_WORDS = {"shipped": "Enviado", "delayed": "Con retraso", "preparing": "En almacén", "delivered": "Entregado"}
REST_WORDS = {"shipped": "IN_TRANSIT", "lost": "MISSING", "at_pickup_point": "PUDO"}


def write_csv(path: Path) -> dict[str, Any]:
    """Writes the orders as a Spanish spreadsheet does; returns the settings that read it."""
    names = list(dict.fromkeys(name for sample in SAMPLES for name in sample.facts))
    headings = {name: f"col {name}" for name in [*names, "item_name", "item_quantity", "item_price"]}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.DictWriter(file, list(headings), delimiter=";")
        rows.writerow(headings)
        for sample in SAMPLES:
            facts = {name: _spanish(name, value) for name, value in sample.facts.items()}
            for name, quantity, price in sample.items or (("", "", ""),):
                item = {"item_name": name, "item_quantity": quantity, "item_price": price.replace(".", ",")}
                rows.writerow(facts | item)
    statuses = {word: status for status, word in CSV_WORDS.items()}
    written = {"delimiter": ";", "dates": "%d/%m/%Y", "decimal_mark": ",", "country_code": "34"}
    return {"path": str(path), "columns": headings, "statuses": statuses, **written}


def _spanish(name: str, value: str) -> str:
    if name.endswith("_on") or name == "eta":
        return date.fromisoformat(value).strftime("%d/%m/%Y")
    if name == "total":
        return value.replace(".", ",") + " €"
    return CSV_WORDS.get(value, value) if name == "status" else value


def lab_orders() -> list[dict[str, Any]]:
    """The orders as a lab's file has them."""
    return [{**sample.facts, "items": [{"name": name, "quantity": quantity, "price": price}
                                       for name, quantity, price in sample.items]} for sample in SAMPLES]


def rest_orders() -> dict[str, dict[str, Any]]:
    """The orders as the stand-in shop answers them, by number."""
    return {sample.facts["reference"]: _as_json(sample) for sample in SAMPLES}


def _as_json(sample: Sample) -> dict[str, Any]:
    facts = sample.facts
    return {
        "number": facts["reference"],
        "state": REST_WORDS.get(facts["status"], facts["status"].upper()),
        "buyer": {"name": facts["customer_name"], "contacts": [{"phone": facts["phone"]}], "mail": facts["email"]},
        "ship_to": {"zip": facts["postcode"], "point": facts.get("pickup_point")},
        "parcel": {name: facts.get(name) for name in ("carrier", "tracking_number", "tracking_url")},
        "days": {name: f"{day}T10:00:00+01:00" if (day := facts.get(name)) else None for name in _DAYS},
        "amount": {"value": float(facts["total"]), "unit": facts["currency"]},
        "lines": [{"title": name, "qty": quantity, "each": price} for name, quantity, price in sample.items],
    }


_DAYS = ("ordered_on", "ships_on", "promised_on", "eta", "delivered_on")


def rest_settings(url: str, token: str) -> dict[str, Any]:
    """The settings by which `rest` reads the stand-in shop, all of them text as in a file."""
    parcel = {name: f"parcel.{name}" for name in ("carrier", "tracking_number", "tracking_url")}
    return {
        "url": f"{url}/orders/{{reference}}",
        "auth": {"bearer": token},
        "order": "data",
        "search": {"email": f"{url}/orders?email={{email}}", "phone": f"{url}/orders?phone={{phone}}", "orders": "data"},
        "reference": {"pattern": "([A-Z]{2})([0-9]{5})", "form": "{1}-{2}"},
        "timezone": "Europe/Madrid",
        "timeout_seconds": "2",
        "not_found_seconds": "0",
        "statuses": {word: status for status, word in REST_WORDS.items()},
        "fields": {
            "reference": "number", "status": "state", "customer_name": "$.buyer.name", "email": "buyer.mail",
            "phone": "buyer.contacts[0].phone", "postcode": "ship_to['zip']", "pickup_point": "ship_to.point",
            "total": "amount.value", "currency": "amount.unit", **parcel, **{name: f"days.{name}" for name in _DAYS},
        },
        "items": {"path": "lines", "fields": {"name": "title", "quantity": "qty", "price": "each"}},
    }  # fmt: skip
