"""AfterShip, an aggregator: one interface for over a thousand carriers.

Tracking API 2026-07: https://www.aftership.com/docs/tracking/2026-07/quickstart/api-quick-start (read 2026-11-22).
A parcel that AfterShip does not know yet is registered there; its news come with the next questions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import fetch
from asking import Pace
from carriers import codes, reading, web
from carriers.base import Move, Parcel, Tracking
from carriers.errors import CarrierError
from carriers.offer import Offer
from carriers.states import UNKNOWN

BASE = "https://api.aftership.com/tracking/2026-07"
EXISTS = 4003  # https://www.aftership.com/docs/tracking/quickstart/request-errors


class AfterShip:
    """`slugs`: how AfterShip calls a carrier, by ours; without one it finds out from the number."""

    name = "aftership"

    def __init__(self, base: str, key: str, slugs: Mapping[str, str], line: web.Line) -> None:
        self._base = base.rstrip("/")
        self._key = key
        self._slugs = slugs
        self._line = line

    def track(self, parcel: Parcel) -> Tracking | None:
        slug = self._slugs.get(parcel.carrier, "")
        wanted = {"tracking_numbers": parcel.number} | ({"slug": slug} if slug else {})
        with self._line.question() as question:
            answer = question.ask(self._request(f"/trackings?{urlencode(wanted)}"))
            found = reading.entries(reading.within(web.tree(answer), "data", "trackings"))
            one = next((each for each in found if reading.same_number(each.get("tracking_number"), parcel.number)), None)
            if one is None:
                one = self._registered(question, parcel, slug)
        return None if one is None else _tracking(parcel, one)

    def close(self) -> None:
        self._line.close()

    def _registered(self, question: web.Question, parcel: Parcel, slug: str) -> Mapping[str, Any] | None:
        body = {"tracking_number": parcel.number} | ({"slug": slug} if slug else {})
        answer = question.ask(self._request("/trackings", body))
        if answer.status == 400 and reading.within(web.told(answer), "meta", "code") == EXISTS:
            return None  # somebody registered it a moment ago: the next question finds it
        data = web.tree(answer).get("data")
        for found in (reading.within(data, "tracking"), data):  # versions before 2025 wrapped it once more
            if isinstance(found, Mapping):
                return found
        return None

    def _request(self, path: str, body: Mapping[str, str] | None = None) -> fetch.Request:
        raw = json.dumps(body).encode() if body else None
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        return fetch.Request(self._base + path, "POST" if body else "GET", headers, {"as-api-key": self._key}, raw)


def _tracking(parcel: Parcel, found: Mapping[str, Any]) -> Tracking:
    if not reading.same_number(found.get("tracking_number"), parcel.number):
        raise CarrierError("It answered with another parcel than the one asked for.", permanent=True, code="other_parcel")
    moves = tuple(_move(one) for one in reversed(reading.entries(found.get("checkpoints"))))
    state = _state(found)
    delivered = next((move.at for move in moves if move.state == "delivered" and move.at), None)
    return Tracking(
        carrier=parcel.carrier, number=parcel.number, state=state, moves=moves,
        eta=reading.day(reading.within(found, "latest_estimated_delivery", "datetime")),
        delivered_on=delivered.date() if delivered and state == "delivered" else None,
    )


def _move(checkpoint: Mapping[str, Any]) -> Move:
    place = reading.first(reading.text(checkpoint.get(name)) for name in ("city", "location")) or ""
    code = reading.text(checkpoint.get("subtag")) or reading.text(checkpoint.get("tag"))
    at = reading.moment(checkpoint.get("checkpoint_time"))
    return Move(at, reading.text(checkpoint.get("message")), code, place, _state(checkpoint))


def _state(found: Mapping[str, Any]) -> str:
    table = codes.tables()["aftership"]
    states = (table.state_of(reading.text(found.get(name))) for name in ("subtag", "tag"))
    return next((state for state in states if state != UNKNOWN), UNKNOWN)


def _create(settings: Mapping[str, Any], pace: Pace) -> AfterShip:
    base = settings.get("url") or BASE
    return AfterShip(base, settings["key"], settings.get("slugs") or {}, TRACKER.line(settings, pace))


TRACKER = Offer("aftership", needs=("key",), may=("url", "slugs", "timeout_seconds"), secrets=("key",), make=_create)
