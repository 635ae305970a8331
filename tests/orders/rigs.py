"""How a test gets a connector over the samples; a connector of the registry without a rig here fails the suite.

`RIGS` are all of them; `FAULTY` are those over HTTP with their stand-ins, which can be told to fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import orders
from orders.base import Connector
from tests.orders import prestashop_samples, samples, shopify_samples, sql_samples, woocommerce_samples
from tests.orders.faults import AGAIN, TIMEOUT_SECONDS, Faulty
from tests.providers.faulty import FaultyShop
from tests.providers.prestashop import PrestaStandIn
from tests.providers.shop import TOKEN, ShopStandIn
from tests.providers.shopify import ShopifyStandIn
from tests.providers.woocommerce import WooStandIn

Made = tuple[FaultyShop, Callable[[str], dict[str, Any]]]


@contextmanager
def _demo(folder: Path) -> Iterator[Connector]:
    yield orders.connector("demo", {"today": samples.TODAY.isoformat()})


@contextmanager
def _csv_file(folder: Path) -> Iterator[Connector]:
    yield orders.connector("csv_file", samples.write_csv(folder / "orders.csv"))


@contextmanager
def _lab(folder: Path) -> Iterator[Connector]:
    path = folder / "orders.json"
    path.write_text(json.dumps(samples.lab_orders()), encoding="utf-8")
    yield orders.connector("lab", {"path": str(path)})


@contextmanager
def _sql(folder: Path) -> Iterator[Connector]:
    url = f"sqlite:///{folder / 'orders.db'}"
    sql_samples.fill(url)
    connector = orders.connector("sql", sql_samples.settings(url))
    yield connector
    connector.close()  # type: ignore[attr-defined]


def _rest() -> Made:
    return ShopStandIn(samples.rest_orders()), lambda url: samples.rest_settings(url, TOKEN)


def _woocommerce() -> Made:
    return WooStandIn(woocommerce_samples.trees()), woocommerce_samples.settings


def _shopify() -> Made:
    return ShopifyStandIn(shopify_samples.trees()), shopify_samples.settings


def _prestashop() -> Made:
    return PrestaStandIn(prestashop_samples.rows()), prestashop_samples.settings


# A stand-in that can fail, and the settings that reach it at its URL.
OVER_HTTP: dict[str, Callable[[], Made]] = {
    "rest": _rest, "woocommerce": _woocommerce, "prestashop": _prestashop, "shopify": _shopify,
}  # fmt: skip


@contextmanager
def reached(name: str, **more: Any) -> Iterator[Faulty]:
    """The connector over its stand-in; `more` are settings on top."""
    made, settings = OVER_HTTP[name]()
    with made as shop:
        connector = orders.connector(name, settings(shop.url) | more)
        yield Faulty(connector, shop)
        connector.close()  # type: ignore[attr-defined]


@contextmanager
def _over_http(name: str) -> Iterator[Connector]:
    with reached(name) as rig:
        yield rig.connector


def _rig(name: str) -> Callable[[Path], AbstractContextManager[Connector]]:
    return lambda folder: _over_http(name)


def _faulty(name: str) -> Callable[[str], AbstractContextManager[Faulty]]:
    # Asking again takes a pause; only the cases of it wait for that.
    return lambda case: reached(name, timeout_seconds=str(TIMEOUT_SECONDS), retries=str(int(case.startswith(AGAIN))))


RIGS: dict[str, Callable[[Path], AbstractContextManager[Connector]]] = {
    "demo": _demo, "csv_file": _csv_file, "lab": _lab, "sql": _sql, **{name: _rig(name) for name in OVER_HTTP},
}  # fmt: skip
FAULTY: dict[str, Callable[[str], AbstractContextManager[Faulty]]] = {name: _faulty(name) for name in OVER_HTTP}
