"""DHL itself: Shipment Tracking – Unified, version 1.5.8.

https://developer.dhl.com/api-reference/shipment-tracking (read 2026-11-22): GET /track/shipments with the key in
DHL-API-Key; 404 for a number it does not know; 250 questions a day to begin with, so what is known is kept for a while.
Its five status codes are coarse, and its words say more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import fetch
from asking import Pace
from carriers import codes, reading, web
from carriers.base import Move, Parcel, Tracking
from carriers.offer import Offer

BASE = "https://api-eu.dhl.com"


class Dhl:
    """`service` narrows the search (express, ecommerce, parcel-de …); without it DHL looks everywhere."""

    name = "dhl"

    def __init__(self, base: str, key: str, service: str, line: web.Line) -> None:
        self._base = base.rstrip("/")
        self._key = key
        self._service = service
        self._line = line

    def track(self, parcel: Parcel) -> Tracking | None:
        wanted = {"trackingNumber": parcel.number} | ({"service": self._service} if self._service else {})
        request = fetch.Request(f"{self._base}/track/shipments?{urlencode(wanted)}", "GET", {"Accept": "application/json"},
                                {"DHL-API-Key": self._key})
        with self._line.question() as question:
            answer = question.ask(request)
            found = [] if answer.status == 404 else reading.entries(web.tree(answer).get("shipments"))
        # Without `service` it may answer with another shipment of the same digits:
        # https://support-developer.dhl.com/support/solutions/folders/47000779436/page/2
        one = next((each for each in found if reading.same_number(each.get("id"), parcel.number)), None)
        return None if one is None else _tracking(parcel, one)

    def close(self) -> None:
        self._line.close()


def _tracking(parcel: Parcel, shipment: Mapping[str, Any]) -> Tracking:
    status = shipment.get("status")
    now = _move(status if isinstance(status, Mapping) else {})
    moves = tuple(_move(one) for one in reading.entries(shipment.get("events"))) or (now,)
    return Tracking(
        carrier=parcel.carrier, number=parcel.number, state=now.state, moves=moves, is_coarse=True,
        eta=reading.day(shipment.get("estimatedTimeOfDelivery")),
        delivered_on=now.at.date() if now.at and now.state == "delivered" else None,
    )


def _move(event: Mapping[str, Any]) -> Move:
    code = reading.text(event.get("statusCode"))
    words = reading.first(reading.text(event.get(name)) for name in ("description", "status")) or ""
    place = reading.text(reading.within(event, "location", "address", "addressLocality"))
    return Move(reading.moment(event.get("timestamp")), words, code, place, codes.tables()["dhl"].state_of(code))


def _create(settings: Mapping[str, Any], pace: Pace) -> Dhl:
    return Dhl(settings.get("url") or BASE, settings["key"], settings.get("service", ""), TRACKER.line(settings, pace))


TRACKER = Offer("dhl", needs=("key",), may=("url", "service", "timeout_seconds"), secrets=("key",), make=_create)
