"""The order card: the number, the one thing wrong, the steps of the parcel, items, total, tracking. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.formats import Formats
from console.words import Words

_WRONG = ("lost", "failed_attempt", "delayed", "held")
_DONE = ("delivered", "refunded", "returned")
_GONE = ("cancelled", "refunded", "returned", "returning")
# Orders whose parcel may say more than they do.
_TRAVELS = ("shipped", "delayed")
MAX_ITEMS = 6


def without(reference: str, problem: str) -> dict[str, Any]:
    """The card of an order that could not be looked up."""
    return {
        "reference": reference,
        "problem": problem,
        "chip": "",
        "tone": "",
        "chip_icon": "",
        "track": (),
        "lines": (),
        "facts": (),
        "parcel": None,
    }


def shown(facts: Mapping[str, Any], words: Words, formats: Formats) -> dict[str, Any]:
    """The card of an order's facts, as `orders.service` returns them; what the shop does not know is left out."""
    return (
        without(str(facts["reference"]), "")
        | _chip(facts, words)
        | {
            "track": _track(facts, words, formats),
            "lines": [
                _line(item, str(facts.get("currency", "")), formats) for item in facts.get("items", ())[:MAX_ITEMS]
            ],
            "facts": _facts(facts, words, formats),
            "parcel": _parcel(facts, words),
        }
    )


def status_text(facts: Mapping[str, Any], words: Words) -> str:
    """The state in the agent's language; in the shop's own words where we have none."""
    key = f"order.status.{facts['status']}"
    return words(key) if words.has(key) else str(facts.get("status_text") or facts["status"])


def _state_text(facts: Mapping[str, Any], words: Words) -> str:
    """The state of the parcel where it says more than the order's own."""
    key = f"parcel.state.{facts.get('parcel_state', '')}"
    return words(key) if words.has(key) and facts["status"] in _TRAVELS else status_text(facts, words)


def _parcel(facts: Mapping[str, Any], words: Words) -> dict[str, str] | None:
    """What the state means, what happens next, when to worry: what the customer is told, in the agent's language."""
    if not facts.get("parcel_means"):
        return None
    later = " ".join(str(facts[name]) for name in ("parcel_next", "parcel_worry") if facts.get(name))
    guess = words("parcel.guess") if facts.get("parcel_is_guess") else ""
    return {"means": str(facts["parcel_means"]), "later": later, "guess": guess}


def _chip(facts: Mapping[str, Any], words: Words) -> dict[str, str]:
    """The one thing wrong; where nothing is, the state."""
    status, late = str(facts["status"]), int(facts.get("days_late") or 0)
    if late > 0:
        return {"chip": words("order.late", n=late), "tone": "harm", "chip_icon": "clock-alert"}
    tone, icon = (
        ("harm", "circle-alert") if status in _WRONG else ("good", "check") if status in _DONE else ("line", "package")
    )
    if facts.get("parcel_state") == "exception" and status in _TRAVELS:
        tone, icon = "harm", "circle-alert"
    return {"chip": _state_text(facts, words), "tone": tone, "chip_icon": icon}


def _track(facts: Mapping[str, Any], words: Words, formats: Formats) -> list[dict[str, str]]:
    """Where it came from, where it is, where it should go: at most three steps, the present one marked."""
    steps = (
        [{"text": words("order.ordered"), "day": formats.day_text(facts["ordered_on"]), "mark": ""}]
        if (facts.get("ordered_on"))
        else []
    )
    latest = max(facts.get("events", ()), key=lambda event: event["at"], default=None)
    if latest and facts["status"] not in _DONE:
        place = f" · {latest['place']}" if latest.get("place") else ""
        age = words("order.ago", span=formats.since(datetime.fromisoformat(latest["at"])))
        steps.append({"text": f"{latest['text']}{place}", "day": age, "mark": "now"})
    else:
        day = facts.get("delivered_on") if facts["status"] == "delivered" else None
        steps.append({"text": _state_text(facts, words), "day": formats.day_text(day) if day else "", "mark": "now"})
    coming = "promised" if facts.get("promised_on") else "eta"
    if facts["status"] not in (*_DONE, *_GONE) and facts.get("promised_on", facts.get("eta")):
        day = formats.day_text(facts.get("promised_on") or facts["eta"])
        counted = facts.get("promise_from") == "rule"
        steps.append({"text": words("parcel.counted" if counted else f"order.{coming}"), "day": day, "mark": "next"})
    return steps


def _line(item: Mapping[str, Any], currency: str, formats: Formats) -> dict[str, Any]:
    price = formats.money(item["price"], currency) if item.get("price") else ""
    return {"name": item["name"], "quantity": int(item["quantity"]), "price": price}


def _facts(facts: Mapping[str, Any], words: Words, formats: Formats) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    if facts.get("total"):
        paid = facts.get("paid")
        name = words("order.total") if paid is None else words("order.paid" if paid else "order.unpaid")
        found.append((name, formats.money(facts["total"], str(facts.get("currency", ""))), ""))
    if facts.get("tracking_number"):
        href = str(facts.get("tracking_url", ""))
        found.append(
            (
                str(facts.get("carrier") or words("order.tracking")),
                str(facts["tracking_number"]),
                href if href.startswith(("https://", "http://")) else "",
            )
        )
    elif facts.get("carrier"):
        found.append((words("order.carrier"), str(facts["carrier"]), ""))
    if facts.get("pickup_point"):
        found.append((words("order.pickup"), str(facts["pickup_point"]), ""))
    return found
