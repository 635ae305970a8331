"""The connector `rest`: a shop that answers one order as JSON, described by settings alone.

One request per look-up, repeated on errors that may pass and within one time limit. The proof is compared here, after
the answer: the shop never learns what the contact claims. What is not the order that was asked for is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asking import OUR_PACE, Pace
from orders import buyers, fields, number_settings, paths, web
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError
from orders.proof import Record
from orders.proving import ProvingShop
from orders.reference import fold, is_taken_for
from orders.rest_questions import Question
from orders.rest_settings import Api, api
from orders.web import Asker, LookUp

# Of a list: a shop that ignores its filter may answer with all it has.
MAX_LISTED = 500


class RestShop(ProvingShop):
    """A shop behind HTTP. Safe to share by threads."""

    name = "rest"

    def __init__(self, described: Api, pace: Pace = OUR_PACE) -> None:
        super().__init__(described.proofs, described.terms.not_found_seconds, pace)
        self._api = described
        self._asker = Asker("rest", described.allowed, described.terms, pace)
        self.can_search = bool(described.searches)

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        known = buyers.known(buyer)
        wanted = [(question, known[kind]) for kind, question in self._api.searches.items() if kind in known]
        if not wanted:
            return ()
        with self._asker.look_up() as look_up:
            found = [record for question, value in wanted for record in self._listed(look_up, question, value)]
        return buyers.latest(found, buyer)

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._asker.close()

    def record(self, reference: str) -> Record | None:
        """The order and who bought it. Raises ConnectorError."""
        written = number_settings.written(reference, self._api.form)
        if not written:
            return None
        with self._asker.look_up() as look_up:
            tree = self._answered(look_up, self._api.asked, written)
            if tree is None or tree in ([], {}):
                return None
            found = paths.at(tree, self._api.order_path)
            if found in (None, [], {}) and paths.is_there(tree, self._api.order_path):
                return None
            record = _record(found, self._api)
            if fold(record.order.reference) == fold(written):
                return record
            if is_taken_for(written, record.order.reference):
                return None
            raise web.other_order()

    def written(self, reference: str) -> str:
        """The number as the shop has it; empty if it cannot be one of the shop's."""
        return number_settings.written(reference, self._api.form)

    def _answered(self, look_up: LookUp, question: Question, value: str) -> Any:
        """The tree of the answer; None where the shop says that there is nothing of the kind."""
        api = self._api
        answer = look_up.ask(question.request(value, api.headers, api.credentials))
        if answer.status in api.absent_statuses:
            return None
        if answer.status != 200:
            web.accepted(answer)
            raise ConnectorError(f"The shop refused with status {answer.status}.", permanent=True, code="refused")
        tree = web.tree(answer.body)
        absent = None if api.absent_path is None else paths.at(tree, api.absent_path)
        return tree if absent in (None, False, "") else None

    def _listed(self, look_up: LookUp, question: Question, value: str) -> list[Record]:
        tree = self._answered(look_up, question, value)
        if tree is None:
            return []
        if isinstance(self._api.listed_path, tuple) and not paths.is_there(tree, self._api.listed_path):
            detail = "Where the list of orders should stand the shop says nothing."
            raise ConnectorError(detail, permanent=True, code="shape")
        return [_record(one, self._api) for one in paths.each(tree, self._api.listed_path)[:MAX_LISTED]]


def _record(found: Any, described: Api) -> Record:
    if not isinstance(found, dict):
        detail = "Where the order should stand the shop says something else."
        raise ConnectorError(detail, permanent=True, code="shape")
    values = {name: paths.at(found, path) for name, path in described.order_fields.items()}
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
    entries = paths.each(found, path) if path is not None else []
    return [{name: paths.at(one, way) for name, way in described.items()} for one in entries if isinstance(one, dict)]


class _Factory:
    name = "rest"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        """Reads the settings; asks nothing yet. Raises BadConfiguration."""
        return RestShop(api(settings))


CONNECTOR = _Factory()
