"""What a buyer was told of her order holds until something newer is known: a shop that says nothing of a day, still says
its first, or has not heard that the parcel came, must not contradict it. A carrier that is asked itself knows newer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from outreach import known_trouble
from outreach.known_trouble import Told
from outreach.on_the_road import ARRIVED, STILL

WAITING = frozenset({*STILL, "preparing", "unknown"} - {"out_for_delivery"})  # in which somebody still waits for a day


def of(session: Session, orders: Collection[str]) -> dict[str, Told]:
    """What was told of these orders (folded numbers), of those of which a day or an end was."""
    found = {order: known_trouble.newest(session, order) for order in sorted(orders) if order}
    return {order: told for order, told in found.items() if told is not None}


def heeding(facts: Mapping[str, Any], told: Told | None, today: date) -> dict[str, Any]:
    """The facts of an order with what was told of it, unless the shop knows something newer."""
    status = str(facts.get("status") or "")
    if told is None or (status not in WAITING and status != "out_for_delivery"):
        return dict(facts)
    if told.kind in ARRIVED:
        return {**facts, "status": told.kind} | _came(told.delivered_on, today)
    if status not in WAITING:
        return dict(facts)
    found = dict(facts)
    if told.promised_on and not found.get("promised_on"):
        found["promised_on"] = told.promised_on
    if _is_newer(told, str(found.get("eta") or ""), today):
        found |= {"eta": told.eta} | ({"eta_from": told.by} if told.by and told.eta >= today.isoformat() else {})
    return found


def _came(day: str, today: date) -> dict[str, Any]:
    if not day:
        return {}
    return {"delivered_on": day, "days_since_delivery": max(0, (today - date.fromisoformat(day)).days)}


def _is_newer(told: Told, of_shop: str, today: date) -> bool:
    """A day that moved holds while it is to come, whatever the shop says; a first one until the shop moves it."""
    moved = told.kind != "shipped" and told.eta >= today.isoformat() and told.eta != of_shop
    return moved or of_shop < told.eta
