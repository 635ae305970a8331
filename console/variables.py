"""What saved replies are filled with: the contact, the agent, the order, each in the contact's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from console import order_card
from console.formats import Formats
from console.words import DEFAULT, LANGUAGES, Words, words

NAMES = ("name", "full_name", "agent", "signature", "queue", "channel", "order.reference", "order.number", "order.status", "order.eta",
         "order.promised_on", "order.delivered_on", "order.ships_on", "order.ordered_on", "order.carrier",
         "order.tracking_number", "order.tracking_url", "order.pickup_point", "order.total")
_PLAIN = ("reference", "carrier", "tracking_number", "tracking_url", "pickup_point")
_DAYS = ("eta", "promised_on", "delivered_on", "ships_on", "ordered_on")


def of_order(facts: Mapping[str, Any] | None, language: str, zone: ZoneInfo, formats: Formats) -> dict[str, str]:
    """What a contact reads of an order; what the shop does not know is left out. An arrival that was promised and is
    past is no arrival."""
    if not facts:
        return {}
    read = Formats(language if language in LANGUAGES else DEFAULT, zone, formats.now)
    found = {name: str(facts[name]) for name in _PLAIN if facts.get(name)}
    found |= {name: read.day_text(str(facts[name])) for name in _DAYS if facts.get(name)}
    if "eta" not in found and "promised_on" in found and not facts.get("days_late"):
        found["eta"] = found["promised_on"]
    if facts.get("total"):
        found["total"] = read.money(str(facts["total"]), str(facts.get("currency", "")))
    if facts.get("status"):
        found["status"] = order_card.status_text(facts, words(read.language))
    found["number"] = found.get("reference", "")
    return {f"order.{name}": value for name, value in found.items() if value}


def names(own: Words) -> dict[str, str]:
    """What a variable without a value is called to the agent."""
    return {name: own(f"variable.{name}") for name in NAMES if own.has(f"variable.{name}")}
