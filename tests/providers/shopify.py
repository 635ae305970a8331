"""A shop at Shopify on loopback: Admin GraphQL over an excerpt of its schema, cost and throttling, a token for a day.

graphql-core judges each question by `shopify.graphql`: a field or an argument that Shopify does not document fails here
as it would there. Orders are trees of the schema; a list is cut into pages as `first` and `after` say. `hook()` gives
headers and body of a webhook as the shop posts it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
    build_schema,
    execute_sync,
    parse,
    validate,
    value_from_ast_untyped,
)

from tests.providers.faulty import Asked, FaultyShop, Reply

TOKEN, CLIENT_ID, CLIENT_SECRET, HOOK_SECRET = "shpat_relevo", "client", "shpss_secret", "hook-secret"
VERSION = "2026-10"
MOST_OF_A_QUESTION = 1000
_term = re.compile(r"(\w+):(>=)?'([^']*)'")


@cache
def schema() -> GraphQLSchema:
    return build_schema(Path(__file__).with_suffix(".graphql").read_text(encoding="utf-8"))


@cache
def judged(query: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    """A question, and what is wrong with it."""
    document = parse(query)
    return document, tuple(validate(schema(), document))


class ShopifyStandIn(FaultyShop):
    """`with ShopifyStandIn(orders) as shop`. `bucket` is what questions may still cost; `denied` are fields without
    permission; `jobs_left` is how often a cancellation is not done yet when it is asked about."""

    def __init__(self, trees: Iterable[dict[str, Any]]) -> None:
        super().__init__()
        schema()
        self.trees = list(trees)
        self.bucket, self.restore_rate = 2000.0, 100.0
        self.denied: set[str] = set()
        self.permissions = ["write_orders", "read_all_orders", "read_customers", "write_discounts", "read_fulfillments"]
        self.day_tokens: list[str] = []
        self.mutations: list[tuple[str, dict[str, Any]]] = []
        self.coupons: dict[str, dict[str, Any]] = {}
        self.refunds_by_key: dict[str, dict[str, Any]] = {}
        self.jobs_left = 0
        self.jobs: list[str] = []
        self.user_error = ""
        self.subscriptions: list[tuple[str, str]] = []
        self.variables: dict[str, Any] = {}
        self.costs: list[int] = []

    def changes(self, asked: Asked) -> bool:
        return b'"mutation ' in asked.body

    def reply(self, asked: Asked) -> Reply:
        self._work_off()
        if asked.route == "/admin/oauth/access_token":
            return self._token(asked)
        if asked.headers.get("x-shopify-access-token") not in (TOKEN, *self.day_tokens[-1:]):
            return Reply({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401)
        if asked.route != f"/admin/api/{VERSION}/graphql.json":
            return Reply({"errors": "Not Found"}, 404)
        question = json.loads(asked.body)
        cost = cost_of(question["query"])
        self.costs.append(cost)
        if cost > MOST_OF_A_QUESTION:
            return self._failed("MAX_COST_EXCEEDED", cost)
        if cost > self.bucket:
            refused = self._failed("THROTTLED", cost)
            self.bucket += 10_000  # by the next question time has passed
            return refused
        return self._answer(question, cost)

    def hook(self, topic: str, told: Mapping[str, Any], secret: str = HOOK_SECRET) -> tuple[dict[str, str], bytes]:
        body = json.dumps(told).encode()
        signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
        domain = self.url.partition("://")[2]
        named = {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signature, "x-shopify-shop-domain": domain,
                 "x-shopify-webhook-id": "w1", "x-shopify-event-id": "e1"}  # fmt: skip
        return named, body

    def _work_off(self) -> None:
        """What was taken on a while ago is done now."""
        if self.jobs_left:
            self.jobs_left -= 1
            return
        for job in self.jobs:
            tree = self.tree_of(job.replace("Job", "Order"))
            if self.user_error or tree["cancelledAt"]:
                continue
            tree["cancelledAt"] = "2026-11-20T12:00:00Z"
            self.done["cancel"] += 1
        self.jobs.clear()

    def tree_of(self, id: str) -> dict[str, Any]:
        return next(tree for tree in self.trees if tree["id"] == id)

    def _token(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        wanted = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        if form != wanted:
            return Reply({"error": "invalid_request"}, 400)
        self.day_tokens.append(f"day-{len(self.day_tokens)}")
        return Reply({"access_token": self.day_tokens[-1], "scope": "read_orders", "expires_in": 86399})

    def _failed(self, code: str, cost: int) -> Reply:
        error = {"message": code.capitalize(), "extensions": {"code": code}}
        return Reply({"errors": [error], "extensions": self._extensions(cost, None)})

    def _extensions(self, cost: int, actual: int | None) -> dict[str, Any]:
        status = {"maximumAvailable": 2000.0, "currentlyAvailable": self.bucket, "restoreRate": self.restore_rate}
        return {"cost": {"requestedQueryCost": cost, "actualQueryCost": actual, "throttleStatus": status}}

    def _answer(self, question: dict[str, Any], cost: int) -> Reply:
        self.variables = question.get("variables") or {}
        document, wrong = judged(question["query"])
        found = execute_sync(schema(), document, self, variable_values=self.variables,
                             field_resolver=resolve) if not wrong else ExecutionResult(None, list(wrong))  # fmt: skip
        tree: dict[str, Any] = {"extensions": self._extensions(cost, max(1, cost // 2))}
        if found.errors:
            tree["errors"] = [_told(error.formatted) for error in found.errors]
        if found.data is not None or not found.errors or any(error.path for error in found.errors):
            tree["data"] = found.data
        return Reply(tree, 200, {"X-Shopify-API-Version": VERSION})

    # What the schema's queries and mutations do, by their names there.

    def orders(self, query: str = "", sortKey: str = "", reverse: bool = False, **_: Any) -> list[dict[str, Any]]:
        found = self.trees if self.unfiltered else [tree for tree in self.trees if _fits(tree, query)]
        if self.swapped and found:
            found = [next(tree for tree in self.trees if tree not in found)]
        by = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt"}.get(sortKey, "id")
        return sorted(found, key=lambda tree: str(tree[by]), reverse=reverse)

    def order(self, id: str) -> dict[str, Any] | None:
        found = [tree for tree in self.trees if (tree["id"] == id) is not self.swapped]
        return found[0] if found else None

    def fulfillment(self, id: str) -> dict[str, Any] | None:
        return next((parcel for tree in self.trees for parcel in tree["fulfillments"] if parcel["id"] == id), None)

    def job(self, id: str) -> dict[str, Any]:
        return {"id": id, "done": id not in self.jobs}

    def codeDiscountNodeByCode(self, code: str) -> dict[str, Any] | None:
        made = self.coupons.get(code)
        return made and {"id": "gid://shopify/DiscountCodeNode/1", "codeDiscount": {"__typename": "DiscountCodeBasic", **made}}

    def currentAppInstallation(self) -> dict[str, Any]:
        return {"accessScopes": [{"handle": handle} for handle in self.permissions]}

    def customerByIdentifier(self, identifier: Mapping[str, str]) -> dict[str, Any] | None:
        phone = identifier.get("phoneNumber")
        own = [tree for tree in self.trees if tree["customer"] and self._is_of(tree, phone)]
        return own[0]["customer"] | {"orders": sorted(own, key=lambda tree: str(tree["createdAt"]))} if own else None

    def _is_of(self, tree: dict[str, Any], phone: str | None) -> bool:
        return self.unfiltered or (tree["customer"]["defaultPhoneNumber"] or {}).get("phoneNumber") == phone

    def orderCancel(self, orderId: str, **given: Any) -> dict[str, Any]:
        self.mutations.append(("orderCancel", given))
        if self.user_error == "at once":
            return {"orderCancelUserErrors": [{"code": "INVALID", "message": self.user_error}]}
        self.jobs.append(orderId.replace("Order", "Job"))
        return {"job": {"id": self.jobs[-1], "done": False}, "orderCancelUserErrors": []}

    def refundCreate(self, input: dict[str, Any], key: str) -> dict[str, Any]:
        if key in self.refunds_by_key:
            return {"refund": self.refunds_by_key[key], "userErrors": []}
        self.mutations.append(("refundCreate", input))
        tree = self.tree_of(input["orderId"])
        amount = sum(Decimal(one["amount"]) for one in input["transactions"])
        left = tree["suggestedRefund"]["maximumRefundableSet"]["shopMoney"]
        if amount > Decimal(left["amount"]) or self.user_error:
            return {"refund": None, "userErrors": [{"message": self.user_error or "Refund amount is too much"}]}
        left["amount"] = str(Decimal(left["amount"]) - amount)
        made = {"id": f"gid://shopify/Refund/{len(self.refunds_by_key) + 1}", "note": input["note"]}
        self.refunds_by_key[key] = made
        tree["refunds"].append(made)
        self.done["refund"] += 1
        return {"refund": made, "userErrors": []}

    def orderUpdate(self, input: dict[str, Any]) -> dict[str, Any]:
        self.mutations.append(("orderUpdate", input))
        tree = self.tree_of(input["id"])
        if self.user_error:
            return {"order": None, "userErrors": [{"message": self.user_error}]}
        given = input["shippingAddress"]
        name = f"{given['firstName']} {given['lastName']}".strip()
        tree["shippingAddress"] |= given | {"name": name, "countryCodeV2": given["countryCode"]}
        self.done["change_address"] += 1
        return {"order": tree, "userErrors": []}

    def webhookSubscriptionCreate(self, topic: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:
        wanted = (topic, webhookSubscription["uri"])
        if topic.startswith("FULFILLMENT") and "read_fulfillments" not in self.permissions:
            told = "You cannot create a webhook subscription with the specified topic"
            return {"webhookSubscription": None, "userErrors": [{"field": ["topic"], "message": told}]}
        if self.user_error or wanted in self.subscriptions:
            told = self.user_error or "Address for this topic has already been taken"
            return {"webhookSubscription": None, "userErrors": [{"message": told}]}
        self.subscriptions.append(wanted)
        return {"webhookSubscription": {"id": "gid://shopify/WebhookSubscription/1", "topic": topic}, "userErrors": []}

    def discountCodeBasicCreate(self, basicCodeDiscount: dict[str, Any]) -> dict[str, Any]:
        code = basicCodeDiscount["code"]
        if code in self.coupons:
            return {"userErrors": [{"code": "TAKEN", "message": "Code must be unique. Please try a different code."}]}
        self.coupons[code] = basicCodeDiscount
        self.done["coupon"] += 1
        return {"codeDiscountNode": {"id": "gid://shopify/DiscountCodeNode/1"}, "userErrors": []}


def resolve(source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
    """A field: of the shop itself, or of a tree; lists are cut into pages."""
    shop: ShopifyStandIn = info.root_value
    name = info.field_name
    if name in shop.denied:
        raise PermissionError(f"Access denied for {name} field.")
    if source is shop:
        if name == "refundCreate":
            given["key"] = _key(info)
        found = getattr(shop, name)(**given)
    else:
        found = source.get(name)
    if str(info.return_type).rstrip("!").endswith("Connection"):
        own_order = source is shop
        return _page(found or [], given, reverse=given.get("reverse", False) and not own_order)
    return found[: given["first"]] if isinstance(found, list) and given.get("first") else found


@cache
def cost_of(query: str) -> int:
    """An object costs a point, a connection two and what it may hold (https://shopify.dev/docs/api/usage/limits)."""
    operation = next(one for one in parse(query).definitions if isinstance(one, OperationDefinitionNode))
    return _cost(operation) + (9 if operation.operation.value == "mutation" else 0)


def _cost(node: Node) -> int:
    selected = getattr(node, "selection_set", None)
    if selected is None:
        return 0
    own = 0 if not isinstance(node, FieldNode) or node.name.value in ("nodes", "pageInfo") else 1
    below = own + sum(_cost(one) for one in selected.selections)
    first = _first(node)
    return 2 + first * max(1, below - 1) if first else below


def _first(node: Node) -> int:
    arguments = getattr(node, "arguments", ()) or ()
    return next((int(value_from_ast_untyped(one.value)) for one in arguments if one.name.value == "first"), 0)


def _key(info: GraphQLResolveInfo[Any]) -> str:
    """Since 2026-04 a refund without a key is refused when it runs."""
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent" and directive.arguments:
            given = directive.arguments[0].value
            return str(info.root_value.variables[given.name.value] if isinstance(given, VariableNode) else given)
    raise ValueError("The @idempotent directive is required for this mutation.")


def _page(found: list[Any], given: Mapping[str, Any], reverse: bool) -> dict[str, Any]:
    found = list(reversed(found)) if reverse else found
    start = int(given.get("after") or 0)
    end = start + (given.get("first") or len(found))
    has_more = end < len(found)
    return {"nodes": found[start:end], "pageInfo": {"hasNextPage": has_more, "endCursor": str(end) if has_more else None}}


def _fits(tree: dict[str, Any], query: str) -> bool:
    """Names are compared by their words, as the shop's own search is: `AB-1` also finds `AB-1-X`."""
    for name, since, value in _term.findall(query):
        own = {"updated_at": "updatedAt"}.get(name, name)
        known = str(tree.get(own) or "")
        fits = known >= value if since else (known.startswith(value) if name == "name" else known.lower() == value.lower())
        if not fits:
            return False
    return True


def _told(error: Mapping[str, Any]) -> dict[str, Any]:
    denied = "Access denied" in error["message"]
    return {**error, "extensions": {"code": "ACCESS_DENIED" if denied else "undefinedField"}}


def moment(day: str, hour: int = 10) -> str:
    """A day of a sample as the shop writes a time."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC).isoformat().replace("+00:00", "Z")
