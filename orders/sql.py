"""The connector `sql`: a shop whose database may be read, by statements that its owner writes.

Each statement is one SELECT whose columns have our names; what is looked for is bound, never written into it. Every
transaction only reads (`orders/sql_engine.py`). The proof is compared here: the database never learns what is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pybreaker
from sqlalchemy import Connection, Engine, TextClause

import asking
import faults
import metrics
from asking import OUR_PACE, Pace
from orders import buyers, fields, number_settings, sql_engine, web, web_settings
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError
from orders.proof import DEFAULT_KINDS, Record
from orders.proving import ProvingShop
from orders.reference import Form, fold, is_taken_for
from orders.settings import Settings
from orders.sql_statements import statement
from orders.web import FAILURES_TO_REST, REST_SECONDS


@dataclass(frozen=True, slots=True)
class Setup:
    """All that is known of a database before it is asked. `searches` by phone and email."""

    engine: Engine
    order: TextClause
    searches: Mapping[str, TextClause]
    items: TextClause | None
    events: TextClause | None
    reading: fields.Reading
    form: Form | None
    timeout_seconds: float
    not_found_seconds: float
    proofs: tuple[str, ...]


class SqlShop(ProvingShop):
    """A shop behind SQL. Safe to share by threads."""

    name = "sql"

    def __init__(self, setup: Setup, pace: Pace = OUR_PACE) -> None:
        super().__init__(setup.proofs, setup.not_found_seconds, pace)
        self._setup = setup
        self._breaker = asking.breaker("sql", FAILURES_TO_REST, REST_SECONDS)
        self.can_search = bool(setup.searches)

    def written(self, reference: str) -> str:
        """The number as the shop has it; empty if it cannot be one of the shop's."""
        return number_settings.written(reference, self._setup.form)

    def record(self, reference: str) -> Record | None:
        """The order and who bought it. Raises ConnectorError."""
        written = number_settings.written(reference, self._setup.form)
        if not written or not written.isprintable():
            return None
        with self._reading() as connection:
            found = self._rows(connection, self._setup.order, {"reference": written})
            fitting = [row for row in found if fold(fields.text(row.get("reference"))) == fold(written)]
            if found and not fitting and not is_taken_for(written, fields.text(found[0].get("reference"))):
                raise web.other_order()
            return self._record(connection, fitting[0]) if fitting else None

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        known = {kind: value for kind, value in buyers.known(buyer).items() if kind in self._setup.searches}
        if not known:
            return ()
        with self._reading() as connection:
            found = [row for kind, value in known.items()
                     for row in self._rows(connection, self._setup.searches[kind], {kind: value})]  # fmt: skip
            hers = {order.reference for order in buyers.latest((self._bare(row) for row in found), buyer)}
            records = [self._record(connection, row) for row in found if fields.text(row.get("reference")) in hers]
            return buyers.latest(records, buyer)

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._setup.engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            reading = sql_engine.reading(self._setup.engine, self._setup.timeout_seconds)
            with self._breaker.calling(), self._counted(), reading as it:
                faults.point("orders.sql.ask")
                yield it
                faults.point("orders.sql.answered")
        except pybreaker.CircuitBreakerError:
            detail = "The shop's database failed several times in a row and is left alone for half a minute."
            raise ConnectorError(detail, code="resting") from None

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except ConnectorError as error:
            metrics.shop_calls.labels(self.name, error.code).inc()
            raise
        metrics.shop_calls.labels(self.name, "read").inc()

    def _rows(self, connection: Connection, clause: TextClause, values: dict[str, str]) -> list[dict[str, Any]]:
        found = sql_engine.rows(connection, clause, values)
        return [{name.lower(): _plain(value, self._setup.reading) for name, value in row.items()} for row in found]

    def _bare(self, row: dict[str, Any]) -> Record:
        return self._understood(row, [], [])

    def _record(self, connection: Connection, row: dict[str, Any]) -> Record:
        key = {"reference": fields.text(row.get("reference"))}
        items, events = self._setup.items, self._setup.events
        return self._understood(
            row,
            self._rows(connection, items, key) if items is not None else [],
            self._rows(connection, events, key) if events is not None else [],
        )

    def _understood(self, row: dict[str, Any], items: list[dict[str, Any]], events: list[dict[str, Any]]) -> Record:
        _check_columns(row, fields.ORDER_FIELDS, "order")
        _check_columns(items[0] if items else {}, fields.ITEM_FIELDS, "items")
        _check_columns(events[0] if events else {}, fields.EVENT_FIELDS, "events")
        try:
            return fields.record(row, self._setup.reading, items, events)
        except fields.BadField as error:
            raise ConnectorError(f"The shop's order cannot be read: {error}", permanent=True, code="shape") from None


def _check_columns(row: Mapping[str, Any], known: tuple[str, ...], key: str) -> None:
    for name in row:
        if name not in known:
            detail = f"The statement `{key}` has a column “{name}”: name it one of {', '.join(known)} (… AS …)."
            raise ConnectorError(detail, permanent=True, code="shape")


def _plain(value: Any, how: fields.Reading) -> Any:
    """What a driver gives, as `fields` reads it: a day or time the way that the shop's texts are written."""
    if isinstance(value, datetime | date):
        if how.dates == "iso":
            return value.isoformat()
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=how.zone)
        return str(moment.timestamp()) if how.dates == "epoch" else moment.strftime(how.dates)
    if isinstance(value, float):
        return Decimal(str(value))
    if value is None or isinstance(value, str | int | Decimal):
        return value
    return None if isinstance(value, bytes | memoryview) else str(value)


class _Factory:
    name = "sql"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        """Reads the settings; asks nothing yet. Raises BadConfiguration."""
        return SqlShop(setup(settings))


def setup(settings: Mapping[str, Any]) -> Setup:
    """Raises BadConfiguration, which names the setting and the mend."""
    given = Settings(settings)
    auth, timeout_seconds = given.table("auth"), given.number("timeout_seconds", web_settings.TIMEOUT_SECONDS, 0.05, 30)
    optional = {key: place for key, place in _OPTIONAL.items() if key in given}
    read = {key: statement(given, key, place) for key, place in optional.items()}
    for key in _OPTIONAL:
        given.text(key, "")
    found = Setup(
        engine=sql_engine.engine(auth, timeout_seconds),
        order=statement(given, "order", "reference"),
        searches={kind: read[f"by_{kind}"] for kind in ("phone", "email") if f"by_{kind}" in read},
        items=read.get("items"),
        events=read.get("events"),
        reading=fields.reading(given),
        form=number_settings.form(given.table("reference")),
        timeout_seconds=timeout_seconds,
        not_found_seconds=given.number("not_found_seconds", 0.25, 0, 5),
        proofs=given.proofs(DEFAULT_KINDS),
    )
    auth.refuse_unknown()
    given.refuse_unknown()
    return found


_OPTIONAL = {"by_phone": "phone", "by_email": "email", "items": "reference", "events": "reference"}
CONNECTOR = _Factory()
