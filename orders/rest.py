"""The connector `rest`: a shop that answers one order as JSON, described by settings alone.

One GET per look-up, repeated on errors that may pass and within one time limit. The proof is compared here, after the
answer: the shop never learns what the contact claims. What is not the order that was asked for is never shown.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import pybreaker

import faults
import fetch
from orders import fields, paths
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError
from orders.proof import Record, reveal
from orders.reference import Form, fold
from orders.rest_settings import Api, api

# After so many failures in a row the shop is left alone for a while; then one look-up tries it again.
FAILURES_TO_REST = 5
REST_SECONDS = 30.0
PAUSE_SECONDS = 0.2

# https://www.rfc-editor.org/rfc/rfc9110#section-15: answers that may be others a moment later.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED = {401: "credentials", 403: "credentials"}


@dataclass(frozen=True, slots=True)
class Pace:
    """The time as the connector feels it; tests hand in their own."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


class RestShop:
    """A shop behind HTTP. Safe to share by threads."""

    name = "rest"
    local = False

    def __init__(self, described: Api, pace: Pace = Pace()) -> None:
        self._api = described
        self._pace = pace
        limits = fetch.Limits(
            size_bytes=described.max_bytes,
            total_seconds=described.timeout_seconds,
            connect_seconds=min(3.0, described.timeout_seconds),
            redirects=1,
        )
        self._client = fetch.Client(described.allowed, limits)
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=FAILURES_TO_REST,
            reset_timeout=REST_SECONDS,
            exclude=[lambda error: isinstance(error, ConnectorError) and error.permanent],
            throw_new_error_on_trip=False,
            name="rest",
        )

    def find(self, reference: str, proof: Proof) -> Order | None:
        started = self._pace.now()
        order = reveal(self._record(reference), proof, self._api.proofs)
        if order is None:
            self._even_out(started)
        return order

    def find_without_proof(self, reference: str) -> Order | None:
        record = self._record(reference)
        return record.order if record else None

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._client.close()

    def _even_out(self, started: float) -> None:
        # A shop often says "no such order" faster than it finds one: both take at least this long for the contact.
        left = self._api.not_found_seconds - (self._pace.now() - started)
        if left > 0:
            self._pace.pause(left)

    def _record(self, reference: str) -> Record | None:
        written = _written(reference, self._api.form)
        if not written:
            return None
        try:
            # `call` would hold the breaker's lock while the shop thinks, one look-up at a time; `calling` does not.
            with self._breaker.calling():
                return self._asked(written)
        except pybreaker.CircuitBreakerError:
            detail = "The shop failed several times in a row and is left alone for half a minute."
            raise ConnectorError(detail, code="resting") from None

    def _asked(self, written: str) -> Record | None:
        deadline = self._pace.now() + self._api.timeout_seconds
        for attempt in range(self._api.retries + 1):
            last = attempt == self._api.retries
            try:
                answer = self._fetched(written, deadline - self._pace.now())
            except fetch.FetchError as error:
                failure, wait = _unreachable(error), PAUSE_SECONDS
                last = last or error.permanent
            else:
                if answer.status not in _PASSING:
                    return self._understood(answer, written)
                failure, wait = _passing(answer), max(PAUSE_SECONDS, _retry_after(answer))
            if last or self._pace.now() + wait >= deadline:
                raise failure
            self._pace.pause(wait)
        raise AssertionError("the last attempt returns or raises")

    def _fetched(self, written: str, within_seconds: float) -> fetch.Answer:
        url = self._api.url.replace("{reference}", quote(written, safe=""))
        headers = {"Accept": "application/json"} | dict(self._api.headers)
        faults.point("orders.rest.ask")
        answer = self._client.fetch(fetch.Request(url, "GET", headers, self._api.credentials), within_seconds)
        faults.point("orders.rest.answered")
        return answer

    def _understood(self, answer: fetch.Answer, written: str) -> Record | None:
        if answer.status in self._api.absent_statuses:
            return None
        if answer.status != 200:
            code = _REFUSED.get(answer.status, "refused")
            raise ConnectorError(f"The shop refused with status {answer.status}.", permanent=True, code=code)
        tree = _tree(answer.body)
        if self._api.absent_path is not None and paths.at(tree, self._api.absent_path) not in (None, False, ""):
            return None
        found = paths.at(tree, self._api.order_path)
        if found is None or found in ([], {}):
            return None
        if not isinstance(found, dict):
            detail = "Where the order should stand the shop says something else."
            raise ConnectorError(detail, permanent=True, code="shape")
        return _record(found, written, self._api)


def _written(reference: str, form: Form | None) -> str:
    if not fold(reference):
        return ""
    return form.written(reference) if form else reference.strip().lstrip("#").strip()


def _unreachable(error: fetch.FetchError) -> ConnectorError:
    if isinstance(error, fetch.TooSlow):
        return ConnectorError(f"The shop was too slow: {error}", code="timeout")
    if isinstance(error, fetch.TooBig):
        return ConnectorError(f"The shop said too much: {error}", permanent=True, code="too_big")
    return ConnectorError(f"The shop cannot be reached: {error}", permanent=error.permanent)


def _passing(answer: fetch.Answer) -> ConnectorError:
    code = "throttled" if answer.status == 429 else "unavailable"
    return ConnectorError(f"The shop answered with status {answer.status}.", code=code)


def _retry_after(answer: fetch.Answer) -> float:
    told = answer.headers.get("retry-after", "")
    if told.isdigit():
        return float(told[:6])
    try:
        # The shop's own clock says how long that is.
        until, now = parsedate_to_datetime(told), parsedate_to_datetime(answer.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _tree(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ConnectorError("The shop did not answer in JSON.", permanent=True, code="not_json") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _record(found: dict[str, Any], written: str, described: Api) -> Record:
    values = {name: paths.at(found, path) for name, path in described.order_fields.items()}
    if fold(fields.text(values.get("reference"))) != fold(written):
        detail = "The shop answered with another order than the one asked for; it is not shown."
        raise ConnectorError(detail, permanent=True, code="other_order")
    try:
        return fields.record(
            values,
            described.reading,
            _each(found, described.items_path, described.item_fields),
            _each(found, described.events_path, described.event_fields),
        )
    except fields.BadField as error:
        raise ConnectorError(f"The shop's order cannot be read: {error}", permanent=True, code="shape") from None


def _each(found: dict[str, Any], path: paths.Path | None, described: Mapping[str, paths.Path]) -> list[dict[str, Any]]:
    values = paths.at(found, path) if path is not None else None
    if not isinstance(values, list):
        return []
    return [{name: paths.at(one, way) for name, way in described.items()} for one in values]


class _Factory:
    name = "rest"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        """Reads the settings; asks nothing yet. Raises BadConfiguration."""
        return RestShop(api(settings))


CONNECTOR = _Factory()
