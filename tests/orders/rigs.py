"""How a test gets a connector over the samples; a connector of the registry without a rig here fails the suite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orders
from orders.base import Connector
from tests.orders import samples
from tests.providers.shop import TOKEN, ShopStandIn


@contextmanager
def _demo(folder: Path) -> Iterator[Connector]:
    yield orders.connector("demo", {"today": samples.TODAY.isoformat()})


@contextmanager
def _csv_file(folder: Path) -> Iterator[Connector]:
    yield orders.connector("csv_file", samples.write_csv(folder / "orders.csv"))


@contextmanager
def _rest(folder: Path) -> Iterator[Connector]:
    with ShopStandIn(samples.rest_orders()) as shop:
        connector = orders.connector("rest", samples.rest_settings(shop.url, TOKEN))
        yield connector
        connector.close()


@contextmanager
def _lab(folder: Path) -> Iterator[Connector]:
    path = folder / "orders.json"
    path.write_text(json.dumps(samples.lab_orders()), encoding="utf-8")
    yield orders.connector("lab", {"path": str(path)})


RIGS: dict[str, Callable[[Path], object]] = {"demo": _demo, "csv_file": _csv_file, "rest": _rest, "lab": _lab}
