"""A shop of WooCommerce on loopback: REST v3 with basic authentication, search, pages, refunds, coupons, its errors.

As https://woocommerce.github.io/woocommerce-rest-api-docs/ has it (read 2026-11-22). Orders are the trees of the
interface, by id. `hook()` gives headers and body of a webhook as the shop posts it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

from tests.providers.faulty import Asked, FaultyShop, Reply

KEY, SECRET, HOOK_SECRET = "ck_relevo", "cs_relevo", "hook-secret"
NO_ORDER = {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
NO_ROUTE = {"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}


class WooStandIn(FaultyShop):
    """`with WooStandIn(trees) as shop`."""

    def __init__(self, trees: Iterable[dict[str, Any]]) -> None:
        super().__init__()
        self.trees = {tree["id"]: tree for tree in trees}
        self.refunds: list[dict[str, Any]] = []
        self.coupons: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []

    def reply(self, asked: Asked) -> Reply:
        given = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {given}":
            return _refused(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        _, _, route = asked.route.partition("/wp-json/wc/v3/")
        parts = route.split("/")
        if parts == ["coupons"]:
            return self._coupons(asked)
        if parts[0] != "orders" or len(parts) > 3:
            return Reply(NO_ROUTE, 404)
        if len(parts) == 1:
            return self._list(asked)
        tree = self._one(int(parts[1])) if parts[1].isdigit() else None
        if tree is None:
            return Reply(NO_ORDER, 404)
        if len(parts) == 3:
            return self._refunds(asked, tree) if parts[2] == "refunds" else self._notes(asked)
        return self._order(asked, tree)

    def hook(self, tree: dict[str, Any], topic: str = "order.updated") -> tuple[dict[str, str], bytes]:
        body = json.dumps(tree).encode()
        signature = base64.b64encode(hmac.new(HOOK_SECRET.encode(), body, hashlib.sha256).digest()).decode()
        named = {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": signature, "x-wc-webhook-delivery-id": "d1"}
        return named, body

    def _one(self, number: int) -> dict[str, Any] | None:
        if self.swapped:
            return next(tree for key, tree in self.trees.items() if key != number)
        return self.trees.get(number)

    def _list(self, asked: Asked) -> Reply:
        query = asked.query
        found = [tree for tree in self.trees.values() if self.unfiltered or _holds(tree, query.get("search", ""))]
        if after := query.get("modified_after"):
            found = [tree for tree in found if tree["date_modified_gmt"] > after]
        by = "date_modified_gmt" if query.get("orderby") == "modified" else "date_created"
        found.sort(key=lambda tree: str(tree[by] or ""), reverse=query.get("order", "desc") == "desc")
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        if self.swapped and found:
            found = [tree for tree in self.trees.values() if tree not in found][:1]
        counted = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
        return Reply(found[(page - 1) * size : page * size], 200, counted)

    def _order(self, asked: Asked, tree: dict[str, Any]) -> Reply:
        if asked.method == "PUT":
            change = json.loads(asked.body)
            self.done["cancel" if "status" in change else "change_address"] += 1
            tree["shipping"] = tree["shipping"] | change.pop("shipping", {})
            tree["meta_data"] = tree["meta_data"] + change.pop("meta_data", [])
            tree.update(change)
        return Reply(tree)

    def _refunds(self, asked: Asked, tree: dict[str, Any]) -> Reply:
        own = [one for one in self.refunds if one["order"] == tree["id"]]
        if asked.method == "GET":
            return Reply(own)
        wanted = json.loads(asked.body)
        left = float(tree["total"]) - sum(float(one["amount"]) for one in own)
        if float(wanted["amount"]) > left:
            return _refused(500, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.")
        made = {"id": 900 + len(self.refunds), "order": tree["id"], **wanted}
        self.refunds.append(made)
        self.done["refund"] += 1
        tree["refunds"] = [*tree["refunds"], {"id": made["id"], "reason": "", "total": f"-{wanted['amount']}"}]
        return Reply(made, 201)

    def _notes(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply([note for note in self.notes if note["customer_note"] or asked.query.get("type") != "customer"])
        self.notes.append({"id": 300 + len(self.notes), **json.loads(asked.body)})
        return Reply(self.notes[-1], 201)

    def _coupons(self, asked: Asked) -> Reply:
        code = asked.query.get("code")
        if asked.method == "GET":
            return Reply([one for one in self.coupons if code is None or one["code"] == code])
        wanted = json.loads(asked.body)
        if any(one["code"] == wanted["code"] for one in self.coupons):
            return _refused(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists")
        self.done["coupon"] += 1
        self.coupons.append({"id": 700 + len(self.coupons), **wanted})
        return Reply(self.coupons[-1], 201)


def _holds(tree: dict[str, Any], term: str) -> bool:
    """Partial, over numbers and addresses, as the shop's own search is."""
    billing = tree["billing"]
    return any(term.lower() in str(text).lower() for text in (tree["number"], billing["email"], billing["phone"]))


def _refused(status: int, code: str, message: str) -> Reply:
    return Reply({"code": code, "message": message, "data": {"status": status}}, status)
