"""The samples as a database keeps them: a table of orders, one of their items."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, Integer, MetaData, Numeric, Table, Text, create_engine

from orders.fields import ORDER_FIELDS
from tests.orders.samples import SAMPLES

KEPT = MetaData()
_DAYS = ("ordered_on", "ships_on", "promised_on", "eta", "delivered_on")
_NAMES = [name for name in ORDER_FIELDS if name != "paid"]
# Days and money are what the database calls so; SQLite has no money.
ORDERS = Table("shop_orders", KEPT, *(Column(name, Text if name not in _DAYS else Date) for name in _NAMES if name != "total"),
               Column("total", Numeric(12, 2, asdecimal=True)))  # fmt: skip
ITEMS = Table("shop_items", KEPT, Column("of_order", Text), Column("title", Text), Column("pieces", Integer),
              Column("each", Text))  # fmt: skip

_COLUMNS = ", ".join(column.name for column in ORDERS.columns)


def fill(url: str) -> None:
    """Makes the tables anew and puts the samples into them."""
    engine = create_engine(url)
    KEPT.drop_all(engine)
    KEPT.create_all(engine)
    with engine.begin() as connection:
        for sample in SAMPLES:
            row: dict[str, Any] = {name: sample.facts.get(name) for name in [column.name for column in ORDERS.columns]}
            row |= {name: date.fromisoformat(row[name]) for name in _DAYS if row[name]} | {"total": Decimal(row["total"])}
            connection.execute(ORDERS.insert(), row)
            for name, quantity, price in sample.items:
                kept = {"of_order": row["reference"], "title": name, "pieces": quantity, "each": price}
                connection.execute(ITEMS.insert(), kept)
    engine.dispose()


def settings(url: str) -> dict[str, Any]:
    found = f"SELECT {_COLUMNS} FROM shop_orders WHERE"
    return {
        "auth": {"url": url},
        "reference": {"pattern": "([A-Z]{2})([0-9]{5})", "form": "{1}-{2}"},
        "order": f"{found} reference = :reference;",
        "by_email": f"{found} lower(email) = lower(:email) ORDER BY ordered_on DESC",
        "by_phone": f"{found} phone = :phone ORDER BY ordered_on DESC",
        "items": "SELECT title AS name, pieces AS quantity, each AS price FROM shop_items WHERE of_order = :reference",
        "timezone": "Europe/Madrid",
        "timeout_seconds": "2",
        "not_found_seconds": "0",
    }
