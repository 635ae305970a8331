"""The connector `demo`: Casa Lumbre, a shop of lamps with 200 orders, in memory. Nothing to set up.

What agents have it do is kept in a file of the folder that it is given (orders/deeds.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from orders import buyers, deeds, demo_shop
from orders.acting import Action, Done, Preview
from orders.base import Connector, Order, Proof
from orders.deeds import Book
from orders.news import News
from orders.proof import DEFAULT_KINDS, Record, reveal
from orders.reference import fold
from orders.settings import Settings

# The day of an order that nobody gave a day; `on(today)` is what callers use.
SOME_DAY = date(2026, 11, 20)


class DemoShop:
    """The shop on one day. `on(today)` is the same shop on another, so that the demo never ages."""

    name = "demo"
    local = True
    can_search = True
    actions = deeds.ACTIONS

    def __init__(self, proofs: tuple[str, ...], today: date, book: Book | None = None) -> None:
        self._proofs = proofs
        self._book = book or Book()
        self._today = today
        # All of them at once: an order that exists must not cost more the first time than one that does not.
        self._records = {fold(sale.reference): demo_shop.record(sale, today) for sale in demo_shop.sales()}
        self._bought: dict[str, list[Record]] = {}
        for record in self._records.values():
            for mark in buyers.marks(record.holder.phone, record.holder.email):
                self._bought.setdefault(mark, []).append(record)
        self._moved: DemoShop | None = None

    def on(self, today: date) -> DemoShop:
        if today == self._today:
            return self
        if self._moved is None or self._moved._today != today:
            self._moved = DemoShop(self._proofs, today, self._book)
        return self._moved

    def keep_in(self, folder: Path) -> None:
        """From now on its deeds are kept there."""
        self._book, self._moved = Book(folder / "demo_shop.jsonl"), None

    def find(self, reference: str, proof: Proof) -> Order | None:
        return reveal(self._record(reference), proof, self._proofs)

    def find_without_proof(self, reference: str) -> Order | None:
        record = self._record(reference)
        return record.order if record else None

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        found = [record for mark in buyers.marks(buyer.phone, buyer.email) for record in self._bought.get(mark, ())]
        return buyers.newest(self._now(order.reference).order for order in buyers.latest(found, buyer))

    def complete(self, news: News) -> News | None:
        """Whose order it is that was named by its number alone."""
        record = self._record(news.about)
        return replace(news, order=record.order, buyer=record.holder, about="") if record else None

    def preview(self, action: Action) -> Preview:
        return deeds.preview(self._records.get(fold(action.reference)), self._book.of(action.reference), action)

    def act(self, action: Action) -> Done:
        record = self._records.get(fold(action.reference))
        return self._book.do(action, lambda done: deeds.preview(record, done, action))

    def _record(self, reference: str) -> Record | None:
        return self._now(reference) if fold(reference) in self._records else None

    def _now(self, reference: str) -> Record:
        return deeds.changed(self._records[fold(reference)], self._book.of(reference))


class _Factory:
    name = "demo"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        given = Settings(settings)
        shop = DemoShop(given.proofs(DEFAULT_KINDS), given.day("today", SOME_DAY))
        given.refuse_unknown()
        return shop


CONNECTOR = _Factory()
