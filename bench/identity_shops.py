"""The shops that `bench.identity` asks, one for each connector: all slow where an order is there and quick where not.

Those behind a network are the stand-ins of `tests/providers/`, which speak the real interfaces.
"""

from __future__ import annotations

import copy
import json
import random
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bench.contract import FIRST_ORDER, ORDERS, order
from bench.product import ROOT, Setting
from orders import demo_shop
from tests.orders import prestashop_samples, shopify_samples, woocommerce_samples
from tests.orders.samples import SAMPLES
from tests.providers.faulty import Asked, FaultyShop, Reply
from tests.providers.prestashop import PrestaStandIn
from tests.providers.shopify import ShopifyStandIn
from tests.providers.woocommerce import WooStandIn

CONNECTORS = ("csv_file", "rest", "shopify", "woocommerce", "prestashop", "sql", "demo")
# What a shop takes for an order that is there, and for one that is not.
THERE_SECONDS, ABSENT_SECONDS = (0.04, 0.12), (0.005, 0.02)
_of_ours = re.compile(r"\b1\d{3}\b")


@dataclass(frozen=True, slots=True)
class Numbers:
    """`guessed` is the order that is tried until it is closed; `right` the e-mail that it was bought with."""

    there: Sequence[str] = tuple(str(FIRST_ORDER + n) for n in range(ORDERS - 1))
    absent: Sequence[str] = tuple(str(FIRST_ORDER + ORDERS + n) for n in range(ORDERS))
    guessed: str = str(FIRST_ORDER + ORDERS - 1)
    right: str = order(ORDERS - 1).email


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What is asked for, and how the product is started for it."""

    setting: Setting
    numbers: Numbers = field(default_factory=Numbers)


class _Uneven(FaultyShop):
    def answered(self, asked: Asked, mode: str = "") -> Reply:
        is_there = _of_ours.search(unquote(asked.path) + asked.body.decode("utf-8", "replace"))
        time.sleep(random.uniform(*(THERE_SECONDS if is_there else ABSENT_SECONDS)))
        return super().answered(asked, mode)


class _Shopify(_Uneven, ShopifyStandIn):
    pass


class _Woo(_Uneven, WooStandIn):
    pass


class _Presta(_Uneven, PrestaStandIn):
    pass


@contextmanager
def standing(connector: str, database_url: str, folder: Path) -> Iterator[AskedFor]:
    """The shop behind this connector, as long as the block lasts."""
    if connector in ("csv_file", "rest"):
        yield AskedFor(Setting(connector=connector, database_url=database_url))
    elif connector == "demo":
        yield _demo(database_url, folder)
    elif connector == "sql":
        settings = _database(folder / "shop.db")
        yield AskedFor(_setting(connector, database_url, settings))
    else:
        shop, settings_of = _STAND_INS[connector]()
        with shop:
            yield AskedFor(_setting(connector, database_url, settings_of(shop.url)))


def _setting(connector: str, database_url: str, settings: Mapping[str, Any]) -> Setting:
    """With the secrets in the environment, where they belong, and the waiting that comes with the connector."""
    kept = {name: value for name, value in settings.items() if name not in ("not_found_seconds", "timeout_seconds", "auth")}
    secrets = {f"SHOP_{name.upper()}": value for name, value in settings["auth"].items()}
    auth = {name: f"${{SHOP_{name.upper()}}}" for name in settings["auth"]}
    # Nothing is kept: each question goes to the shop.
    whole = {"connector": connector, "settings": {**kept, "auth": auth, "keep": {"fresh": "0", "stale": "0"}}}
    return Setting(connector=connector, database_url=database_url, orders=json.dumps(whole), more=secrets)


def _demo(database_url: str, folder: Path) -> AskedFor:
    """Casa Lumbre has numbers of its own, which the bench's flows must know."""
    flows = Path(shutil.copytree(ROOT / "bench" / "flows", folder / "flows"))
    project = flows / "_project.yaml"
    project.write_text(project.read_text(encoding="utf-8").replace('["9999"]', '["AA-99999"]'), encoding="utf-8")
    sales = list(demo_shop.sales())
    there = [sale.reference for sale in sales]
    absent = [f"ZX-{70_000 + n}" for n in range(ORDERS)]
    right = sales[-1].person.email
    numbers = Numbers(tuple(there[:-1]), tuple(absent), there[-1], right)
    return AskedFor(Setting(connector="demo", database_url=database_url, orders="connector: demo\n", flows=flows), numbers)


def _shopify() -> tuple[FaultyShop, Callable[[str], Mapping[str, Any]]]:
    trees = []
    for n in range(ORDERS):
        tree = shopify_samples.tree(FIRST_ORDER + n, SAMPLES[0])
        trees.append(tree | {"name": f"#{FIRST_ORDER + n}", "email": order(n).email})
    return _Shopify(trees), lambda url: _without(shopify_samples.settings(url), "reference")


def _woocommerce() -> tuple[FaultyShop, Callable[[str], Mapping[str, Any]]]:
    first, trees = woocommerce_samples.trees()[0], []
    for n in range(ORDERS):
        tree = copy.deepcopy(first) | {"id": FIRST_ORDER + n, "number": str(FIRST_ORDER + n)}
        tree["billing"]["email"] = order(n).email
        trees.append(tree)
    return _Woo(trees), lambda url: _without(woocommerce_samples.settings(url), "reference", "numbers")


def _prestashop() -> tuple[FaultyShop, Callable[[str], Mapping[str, Any]]]:
    rows = prestashop_samples.rows()
    first = rows["orders"][0]
    rows["orders"] = [{**first, "id": FIRST_ORDER + n, "reference": str(FIRST_ORDER + n)} for n in range(ORDERS)]
    for customer in rows["customers"]:
        customer["email"] = order(ORDERS - 1).email
    return _Presta(rows), lambda url: _without(prestashop_samples.settings(url), "reference")


def _without(settings: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in names}


_STAND_INS = {"shopify": _shopify, "woocommerce": _woocommerce, "prestashop": _prestashop}


def _database(path: Path) -> dict[str, Any]:
    """A shop's own database, whose items are slow to find."""
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE shop_orders (number TEXT PRIMARY KEY, email TEXT, state TEXT, eta TEXT)")
        rows = [(one.number, one.email, one.state, one.eta) for one in map(order, range(ORDERS))]
        made.executemany("INSERT INTO shop_orders VALUES (?, ?, ?, ?)", rows)
    made.close()
    slow = ("WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 200000) "
            "SELECT 'Lámpara' AS name, max(n) AS quantity FROM counted WHERE :reference <> ''")
    found = "SELECT number AS reference, email, state AS status, eta FROM shop_orders WHERE number = :reference"
    return {"auth": {"url": f"sqlite:///{path}"}, "order": found, "items": slow}
