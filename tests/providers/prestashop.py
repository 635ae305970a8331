"""A shop of PrestaShop on loopback: its webservice with filters, sorting, limits, JSON out and XML in, its errors.

As https://devdocs.prestashop-project.org/9/webservice/ has it (read 2026-11-22). `rows` are the things by resource.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from tests.providers.faulty import Asked, FaultyShop, Reply

KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ123456"
_SINGULAR = {"addresses": "address", "order_histories": "order_history", "orders": "order"}
_asked_filter = re.compile(r"filter\[(\w+)\]")


class PrestaStandIn(FaultyShop):
    """`with PrestaStandIn(rows) as shop`."""

    def __init__(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        super().__init__()
        self.rows = {name: [dict(row) for row in listed] for name, listed in rows.items()}
        self.denied: set[tuple[str, str]] = set()  # resource, method ("": the whole resource)

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Basic " + base64.b64encode(f"{KEY}:".encode()).decode():
            return _wrong(401, "Authentication key does not have permission")
        resource, _, number = asked.route.removeprefix("/api/").partition("/")
        if resource not in self.rows:
            return _wrong(400, f"Resource of type '{resource}' does not exists.")
        if (resource, "") in self.denied:
            return _wrong(401, f'Resource of type "{resource}" is not allowed with this authentication key')
        if (resource, asked.method) in self.denied:
            return _wrong(405, f"Method {asked.method} is not allowed for the resource {resource} with this authentication key")
        if asked.method == "GET":
            return self._list(resource, asked.query)
        sent = {one.tag: one.text or "" for one in ElementTree.fromstring(asked.body)[0]}
        return self._made(resource, sent) if asked.method == "POST" else self._patched(resource, number, sent)

    def _list(self, resource: str, query: dict[str, str]) -> Reply:
        found = self.rows[resource]
        wanted = {match[1]: value for name, value in query.items() if (match := _asked_filter.fullmatch(name))}
        if resource == "orders" and self.swapped and "reference" in wanted:
            return Reply({resource: [row for row in found if f"[{row['reference']}]" != wanted["reference"]][-1:]})
        if not (self.unfiltered and resource in ("orders", "customers", "addresses")):
            found = [row for row in found if all(_fits(row.get(name), value) for name, value in wanted.items())]
        if sort := query.get("sort"):
            field, _, way = sort.strip("[]").rpartition("_")
            found = sorted(found, key=lambda row: _ordered(row[field]), reverse=way == "DESC")
        first, _, size = query.get("limit", "0,100000").rpartition(",")
        found = found[int(first or 0) : int(first or 0) + int(size)]
        shown = query["display"].strip("[]").split(",")
        if shown != ["full"]:
            found = [{name: row[name] for name in shown} for row in found]
        return Reply({resource: found} if found else [])

    def _made(self, resource: str, sent: dict[str, str]) -> Reply:
        made = {**sent, "id": 5000 + len(self.rows[resource])}
        self.rows[resource].append(made)
        if resource == "order_histories":
            self.done["cancel"] += 1
            self._order(sent["id_order"])["current_state"] = sent["id_order_state"]
        return Reply({_SINGULAR[resource]: made}, 201)

    def _patched(self, resource: str, number: str, sent: dict[str, str]) -> Reply:
        order = self._order(number)
        order.update({name: value for name, value in sent.items() if name != "id"})
        self.done["change_address"] += 1
        return Reply({_SINGULAR[resource]: order})

    def _order(self, number: str) -> dict[str, Any]:
        return next(row for row in self.rows["orders"] if str(row["id"]) == number)


def _fits(value: Any, wanted: str) -> bool:
    text = str(value).lower()
    inside = wanted.strip("%").strip("[]").lower()
    if wanted.startswith("%"):
        return inside in text
    first, comma, last = inside.partition(",")
    return first <= text < last if comma else text in inside.split("|")


def _ordered(value: Any) -> Any:
    return int(value) if str(value).isdigit() else str(value)


def _wrong(status: int, message: str) -> Reply:
    return Reply({"errors": [{"code": 32, "message": message}]}, status)
