"""UPS itself: Track API v1, with a token of OAuth 2 client credentials.

https://github.com/UPS-API/api-documentation (Tracking.yaml, OAuthClientCredentials.yaml; read 2026-11-22).
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import fetch
from asking import Pace
from carriers import codes, reading, web
from carriers.base import Move, Parcel, Tracking
from carriers.errors import CarrierError
from carriers.offer import Offer
from carriers.states import UNKNOWN

BASE = "https://onlinetools.ups.com"
SPARE_SECONDS = 60.0  # a token is not used in its last minute


class Ups:
    """One account of UPS. The token is kept as long as it is good."""

    name = "ups"

    def __init__(self, base: str, client_id: str, client_secret: str, line: web.Line) -> None:
        self._base = base.rstrip("/")
        self._credentials = fetch.basic(client_id, client_secret)
        self._line = line
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def track(self, parcel: Parcel) -> Tracking | None:
        with self._line.question() as question:
            answer = question.ask(self._request(parcel, self._authorised(question)))
            if answer.status == 401:  # withdrawn before its time
                self._until = 0.0
                answer = question.ask(self._request(parcel, self._authorised(question)))
            if answer.status == 404:
                return None
            shipments = reading.entries(reading.within(web.tree(answer), "trackResponse", "shipment"))
        packages = [package for shipment in shipments for package in reading.entries(shipment.get("package"))]
        mine = (one for one in packages if reading.same_number(one.get("trackingNumber"), parcel.number))
        package = next(mine, None)
        if package is None and packages:
            raise CarrierError("It answered with another parcel than the one asked for.", permanent=True, code="other_parcel")
        return None if package is None else _tracking(parcel, package)

    def close(self) -> None:
        self._line.close()

    def _request(self, parcel: Parcel, token: str) -> fetch.Request:
        headers = {"Accept": "application/json", "transId": uuid.uuid4().hex, "transactionSrc": "relevo"}
        url = f"{self._base}/api/track/v1/details/{quote(parcel.number, safe='')}?locale=en_GB"
        return fetch.Request(url, "GET", headers, {"Authorization": f"Bearer {token}"})

    def _authorised(self, question: web.Question) -> str:
        now = self._line.pace.now()
        with self._lock:
            if self._token and now < self._until:
                return self._token
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = fetch.Request(f"{self._base}/security/v1/oauth/token", "POST", headers, self._credentials,
                              b"grant_type=client_credentials")
        given = web.tree(question.ask(asked))
        token, seconds = reading.text(given.get("access_token"), 8192), reading.text(given.get("expires_in"))
        if not token or not seconds.isdigit():
            raise CarrierError("It gave no token.", permanent=True, code="credentials")
        with self._lock:
            self._token, self._until = token, now + float(seconds) - SPARE_SECONDS
        return token


def _tracking(parcel: Parcel, package: Mapping[str, Any]) -> Tracking:
    moves = tuple(_move(one) for one in reading.entries(package.get("activity")))
    days = {reading.text(one.get("type")): _day(one.get("date")) for one in reading.entries(package.get("deliveryDate"))}
    state = moves[0].state if moves else UNKNOWN
    return Tracking(
        carrier=parcel.carrier, number=parcel.number, state=state, moves=moves,
        eta=days.get("RDD") or days.get("SDD"),
        delivered_on=days.get("DEL") if state == "delivered" else None,
        pickup_point=_point(package) if state == "at_pickup_point" else "",
        pickup_until=_day(reading.within(package, "accessPointInformation", "pickupByDate")) if state == "at_pickup_point" else None,
    )


def _point(package: Mapping[str, Any]) -> str:
    """Where it waits: the address of what happened last."""
    last = reading.first(reading.entries(package.get("activity")))
    address = reading.within(last, "location", "address") or {}
    parts = (reading.text(reading.within(address, name)) for name in ("addressLine1", "addressLine2", "city"))
    return ", ".join(part for part in parts if part)


def _move(activity: Mapping[str, Any]) -> Move:
    status = reading.within(activity, "status")
    table = codes.tables()["ups"]
    told = [reading.text(reading.within(status, name)) for name in ("statusCode", "type")]
    state = next((found for found in map(table.state_of, told) if found != UNKNOWN), UNKNOWN)
    place = reading.text(reading.within(activity, "location", "address", "city"))
    at = reading.compact(activity.get("gmtDate") or activity.get("date"), activity.get("gmtTime") or activity.get("time"))
    return Move(at, reading.text(reading.within(status, "description")), reading.first(told) or "", place, state)


def _day(value: Any) -> date | None:
    found = reading.compact(value)
    return found.date() if found else None


def _create(settings: Mapping[str, Any], pace: Pace) -> Ups:
    line = TRACKER.line(settings, pace)
    return Ups(settings.get("url") or BASE, settings["client_id"], settings["client_secret"], line)


TRACKER = Offer("ups", needs=("client_id", "client_secret"), may=("url", "timeout_seconds"), secrets=("client_secret",),
                make=_create)
