"""The connector `rest`: a shop that answers one order as JSON, described by settings alone.

One GET per look-up, repeated on errors that may pass and within one time limit. The proof is compared here, after the
answer: the shop never learns what the contact claims. What is not the order that was asked for is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import fetch
from orders import fields, paths, web
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError
from orders.proof import Record, reveal
from orders.reference import Form, fold
from orders.rest_settings import Api, api
from orders.web import OUR_PACE, Asker, Pace, Terms


class RestShop:
    """A shop behind HTTP. Safe to share by threads."""

    name = "rest"
    local = False

    def __init__(self, described: Api, pace: Pace = OUR_PACE) -> None:
        self._api = described
        terms = Terms(described.timeout_seconds, described.retries, described.max_bytes, described.not_found_seconds)
        self._asker = Asker("rest", described.allowed, terms, pace)

    def find(self, reference: str, proof: Proof) -> Order | None:
        started = self._asker.pace.now()
        order = reveal(self._record(reference), proof, self._api.proofs)
        if order is None:
            self._asker.even_out(started)
        return order

    def find_without_proof(self, reference: str) -> Order | None:
        record = self._record(reference)
        return record.order if record else None

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._asker.close()

    def _record(self, reference: str) -> Record | None:
        written = _written(reference, self._api.form)
        if not written:
            return None
        url = self._api.url.replace("{reference}", quote(written, safe=""))
        headers = {"Accept": "application/json"} | dict(self._api.headers)
        with self._asker.look_up() as look_up:
            answer = look_up.ask(fetch.Request(url, "GET", headers, self._api.credentials))
            return self._understood(answer, written)

    def _understood(self, answer: fetch.Answer, written: str) -> Record | None:
        if answer.status in self._api.absent_statuses:
            return None
        if answer.status != 200:
            web.accepted(answer)
            raise ConnectorError(f"The shop refused with status {answer.status}.", permanent=True, code="refused")
        tree = web.tree(answer.body)
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


def _record(found: dict[str, Any], written: str, described: Api) -> Record:
    values = {name: paths.at(found, path) for name, path in described.order_fields.items()}
    if fold(fields.text(values.get("reference"))) != fold(written):
        raise web.other_order()
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
