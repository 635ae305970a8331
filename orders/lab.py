"""The connector `lab`: the orders that a test has put into a file, and behind them the demo shop's. Read each time.

The file is JSON: a list of orders by the names of `orders/fields.py`, each with `items` and `events` of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from orders import buyers, deeds, demo, fields
from orders.acting import Action, Done, Preview
from orders.base import Connector, Order, Proof
from orders.deeds import Book
from orders.errors import BadConfiguration
from orders.news import News
from orders.proof import DEFAULT_KINDS, Record, reveal
from orders.reference import fold
from orders.settings import Settings


class LabShop:
    """The shop of a lab on one day."""

    name = "lab"
    local = True
    can_search = True
    actions = deeds.ACTIONS

    def __init__(self, path: Path, proofs: tuple[str, ...], behind: demo.DemoShop, book: Book | None = None) -> None:
        self._path = path
        self._proofs = proofs
        self._behind = behind
        self._book = book or Book(deeds_of(path))

    def on(self, today: date) -> LabShop:
        return LabShop(self._path, self._proofs, self._behind.on(today), self._book)

    def find(self, reference: str, proof: Proof) -> Order | None:
        record = self._record(reference)
        return reveal(record, proof, self._proofs) if record else self._behind.find(reference, proof)

    def find_without_proof(self, reference: str) -> Order | None:
        record = self._record(reference)
        return record.order if record else self._behind.find_without_proof(reference)

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        kept = self._kept()
        hidden = {fold(str(one.get("reference", ""))) for one in kept}
        behind = [order for order in self._behind.orders_of(buyer) if fold(order.reference) not in hidden]
        ours = [self._changed(read(one)).order for one in kept]
        bought = {order.reference for order in buyers.latest(map(read, kept), buyer)}
        return buyers.newest([*(order for order in ours if order.reference in bought), *behind])

    def complete(self, news: News) -> News | None:
        """Whose order it is that was named by its number alone."""
        record = self._record(news.about)
        if record is None:
            return self._behind.complete(news)
        return replace(news, order=record.order, buyer=record.holder, about="")

    def preview(self, action: Action) -> Preview:
        record = self._as_put(action.reference)
        if record is None:
            return self._behind.preview(action)
        return deeds.preview(record, self._book.of(action.reference), action)

    def act(self, action: Action) -> Done:
        record = self._as_put(action.reference)
        if record is None:
            return self._behind.act(action)
        return self._book.do(action, lambda done: deeds.preview(record, done, action))

    def _record(self, reference: str) -> Record | None:
        record = self._as_put(reference)
        return self._changed(record) if record else None

    def _changed(self, record: Record) -> Record:
        return deeds.changed(record, self._book.of(record.order.reference))

    def _as_put(self, reference: str) -> Record | None:
        wanted = fold(reference)
        return next((read(one) for one in self._kept() if fold(str(one.get("reference", ""))) == wanted), None)

    def _kept(self) -> list[dict[str, Any]]:
        try:
            kept: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        return kept


def deeds_of(path: Path) -> Path:
    """Where what was done with the orders of this file is kept."""
    return path.with_name(f"{path.stem}.deeds.jsonl")


def read(order: Mapping[str, Any]) -> Record:
    """An order as a lab's file has it. Raises BadField, which names what cannot be read."""
    return fields.record(order, fields.Reading(), order.get("items") or (), order.get("events") or ())


class _Factory:
    name = "lab"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        given = Settings(settings)
        path, proofs = given.text("path", ""), given.proofs(DEFAULT_KINDS)
        given.refuse_unknown()
        if not path:
            raise BadConfiguration("The connector `lab` needs the path of its file.", key="path")
        return LabShop(Path(path), proofs, demo.DemoShop(proofs, demo.SOME_DAY, Book(deeds_of(Path(path)))))


CONNECTOR = _Factory()
