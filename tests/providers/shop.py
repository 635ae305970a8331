"""A shop that speaks HTTP on loopback, for the connector `rest`: bearer authentication, JSON, and many ways to fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.providers.faulty import Asked, FaultyShop, Reply, answering

TOKEN = "shop-token"


class ShopStandIn(FaultyShop):
    """`with ShopStandIn(orders) as shop`: answers `GET /orders/<number>` and `GET /orders?email=…` or `?phone=…`."""

    modes: ClassVar = {
        "list": answering({"data": [1, 2]}),
        "empty": answering({"data": None}),
        "bad_day": answering({"data": {"number": "AB-12345", "days": {"eta": "soon"}}}),
    }

    def __init__(self, orders: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__()
        self.orders = dict(orders)

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply({"error": "who are you"}, 401)
        if asked.query:
            return Reply({"data": [order for order in self.orders.values() if self.unfiltered or _bought(order, asked)]})
        number = asked.route.rpartition("/")[2]
        found = next((order for key, order in self.orders.items() if (key == number) is not self.swapped), None)
        return Reply({"data": found}) if found else Reply({"error": "no such order"}, 404)


def _bought(order: Mapping[str, Any], asked: Asked) -> bool:
    buyer = order["buyer"]
    known = {"email": buyer["mail"], "phone": buyer["contacts"][0]["phone"]}
    return all(known[name].lower() == value.lower() for name, value in asked.query.items())
