"""Asking Shopify's Admin GraphQL: who we are, what it costs, what may pass and what was left out.

Sources, read on 2026-11-22: https://shopify.dev/docs/api/admin-graphql (endpoint, header), …/usage/limits and
https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits (cost), https://shopify.dev/docs/apps/build/
dev-dashboard/get-api-access-tokens (client credentials: a token for a day).
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import fetch
import metrics
from asking import Pace
from orders import web
from orders.errors import ConnectorError, Unsure
from orders.shopify_queries import PLANS
from orders.shopify_settings import Account
from orders.web import Asker, LookUp

# A token is renewed this long before it ends.
EARLY_SECONDS = 300.0
SHORTEST_WAIT_SECONDS = 0.1
# Permissions may be given meanwhile: so long after one lacked, it is asked for again, with a new token.
FORGET_SECONDS = 3600.0
# No question of ours comes near; more is no figure to count.
MAX_COST = 10_000

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """`data` as asked for; `missing`: paths that the shop could not fill, `denied` those of them for which the app lacks
    a permission; `date`: the shop's own clock (a header)."""

    data: dict[str, Any]
    missing: tuple[Path, ...]
    denied: tuple[Path, ...]
    date: str


class Api:
    """One shop's GraphQL. Safe to share by threads."""

    def __init__(self, account: Account, pace: Pace) -> None:
        self.asker = Asker("shopify", account.allowed, account.terms, pace)
        self._account = account
        self._token, self._token_ends = account.token, math.inf if account.token else -math.inf
        self._token_since = self._plans_from = -math.inf
        self._letting_in = threading.Lock()

    def ask(self, look_up: LookUp, document: str, variables: Mapping[str, Any]) -> Answered:
        """What the shop says to a question that changes nothing. Raises ConnectorError."""
        is_renewed = False
        while True:
            with_plans = self.asker.pace.now() >= self._plans_from
            asked = document if with_plans else document.replace(PLANS, "")
            answer = look_up.ask(self._request(look_up, asked, variables))
            if answer.status == 401 and not is_renewed and self._account.client_id:
                self._token_ends, is_renewed = -math.inf, True
                continue
            tree = _tree(web.accepted(answer))
            look_up.cost += _spent(tree)
            denied = _denied(tree)
            if denied:
                self._renew_what_is_old()
            if _codes(tree) == {"THROTTLED"}:
                _wait(look_up, tree)
            elif with_plans and "fulfillmentOrders" in denied and tree.get("data") is None:
                self._plans_from = self.asker.pace.now() + FORGET_SECONDS
            else:
                return _answered(tree, answer.headers.get("date", ""))

    def change(self, look_up: LookUp, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the shop says to a change. Raises Unsure where it may have been made, ConnectorError where not."""
        while True:
            answer = look_up.change(self._request(look_up, document, variables))
            try:
                tree = _tree(web.accepted(answer))
            except ConnectorError as error:
                if error.code not in ("not_json", "shape"):
                    raise
                raise Unsure("The shop's answer could not be read; whether it was done is unknown.") from None
            look_up.cost += _spent(tree)
            codes = _codes(tree)
            if codes == {"THROTTLED"}:
                _wait(look_up, tree)
                continue
            if "INTERNAL_SERVER_ERROR" in codes or (codes and tree.get("data")):
                raise Unsure("The shop stumbled over the change; whether it was done is unknown.")
            return _answered(tree, "").data

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self.asker.close()

    def _request(self, look_up: LookUp, document: str, variables: Mapping[str, Any]) -> fetch.Request:
        url = f"{self._account.url}/admin/api/{self._account.version}/graphql.json"
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        return fetch.Request(url, "POST", headers, {"X-Shopify-Access-Token": self._let_in(look_up)}, body)

    def _let_in(self, look_up: LookUp) -> str:
        """The token; where the app has none of its own, one that the shop gives for a day."""
        with self._letting_in:
            if self.asker.pace.now() >= self._token_ends:
                said = self._token_of_a_day(look_up)
                token, seconds = said.get("access_token"), said.get("expires_in", 0)
                if not isinstance(token, str) or not token or not isinstance(seconds, int):
                    detail = "The shop gave no token for this client_id and client_secret."
                    raise ConnectorError(detail, permanent=True, code="credentials")
                self._token, self._token_since = token, self.asker.pace.now()
                self._token_ends = self._token_since + max(0.0, seconds - EARLY_SECONDS)
            return self._token

    def _renew_what_is_old(self) -> None:
        """A token of the day may know less than the app was given since."""
        with self._letting_in:
            if self._account.client_id and self.asker.pace.now() - self._token_since >= FORGET_SECONDS:
                self._token_ends = -math.inf

    def _token_of_a_day(self, look_up: LookUp) -> dict[str, Any]:
        account = self._account
        form = {"grant_type": "client_credentials", "client_id": account.client_id}
        body = urlencode(form | {"client_secret": account.client_secret}).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        answer = look_up.ask(fetch.Request(f"{account.url}/admin/oauth/access_token", "POST", headers, {}, body))
        if answer.status == 400:
            detail = "The shop does not know this client_id and client_secret, or the app is not installed in it."
            raise ConnectorError(detail, permanent=True, code="credentials")
        return _tree(web.accepted(answer))


def search(field: str, value: str) -> str:
    """A term of Shopify's search that means exactly this value (https://shopify.dev/docs/api/usage/search-syntax)."""
    return f"{field}:'{value.replace(chr(92), '').replace(chr(39), '')}'"


def page(connection: Any) -> tuple[list[dict[str, Any]], str | None]:
    """The objects of a page, and the cursor of the next one if there is one. Raises ConnectorError."""
    connection = connection if isinstance(connection, dict) else {}
    nodes, info = connection.get("nodes"), connection.get("pageInfo")
    if nodes is not None and not isinstance(nodes, list):
        raise ConnectorError("Where a list should stand the shop says something else.", permanent=True, code="shape")
    after = info.get("endCursor") if isinstance(info, dict) and info.get("hasNextPage") else None
    return [one for one in nodes or [] if isinstance(one, dict)], after if isinstance(after, str) else None


def _tree(answer: fetch.Answer) -> dict[str, Any]:
    tree = web.tree(answer.body)
    if not isinstance(tree, dict):
        raise ConnectorError("The shop answered with something else than an object.", permanent=True, code="shape")
    return tree


def _errors(tree: dict[str, Any]) -> list[dict[str, Any]]:
    errors = tree.get("errors")
    if isinstance(errors, list):
        return [one if isinstance(one, dict) else {} for one in errors]
    return [{}] if errors else []


def _codes(tree: dict[str, Any]) -> set[str]:
    """The codes of all errors; one without a code counts as "?"."""
    return {_code(one) for one in _errors(tree)}


def _code(error: dict[str, Any]) -> str:
    extensions = error.get("extensions")
    return str(extensions.get("code", "?")) if isinstance(extensions, dict) else "?"


def _denied(tree: dict[str, Any]) -> set[str]:
    """The fields that this app lacks the permission to ask for."""
    return {str(path[-1]) for path in _denied_paths(tree) if path}


def _denied_paths(tree: dict[str, Any]) -> tuple[Path, ...]:
    return tuple(_path(one) for one in _errors(tree) if _code(one) == "ACCESS_DENIED")


def _wait(look_up: LookUp, tree: dict[str, Any]) -> None:
    """Until the bucket holds enough for the same question, as the answer itself says."""
    cost = _cost(tree)
    status = cost.get("throttleStatus")
    status = status if isinstance(status, dict) else {}
    lacking = _number(cost.get("requestedQueryCost")) - _number(status.get("currentlyAvailable"))
    seconds = lacking / (_number(status.get("restoreRate")) or 1.0)
    failure = ConnectorError("The shop is asked too much at the moment.", code="throttled")
    look_up.wait(max(SHORTEST_WAIT_SECONDS, seconds), failure)


def _answered(tree: dict[str, Any], date: str) -> Answered:
    data = tree.get("data")
    if isinstance(data, dict):
        return Answered(data, tuple(_path(one) for one in _errors(tree)), _denied_paths(tree), date)
    raise _refusal(tree)


def _refusal(tree: dict[str, Any]) -> ConnectorError:
    codes = _codes(tree)
    if "ACCESS_DENIED" in codes:
        detail = "The shop does not allow this app to ask that: give it the permissions that docs/orders.md lists."
        return ConnectorError(detail, permanent=True, code="credentials")
    if "INTERNAL_SERVER_ERROR" in codes or "TIMEOUT" in codes:
        return ConnectorError("The shop stumbled over the question.")
    if not codes:
        return ConnectorError("The shop answered without data.", permanent=True, code="shape")
    detail = f"The shop refused the question ({', '.join(sorted(codes))})."
    return ConnectorError(detail, permanent=True, code="refused")


def _path(error: dict[str, Any]) -> Path:
    path = error.get("path")
    return tuple(step for step in path if isinstance(step, (str, int))) if isinstance(path, list) else ()


def _spent(tree: dict[str, Any]) -> float:
    """What the answer says it cost; a throttled one cost nothing."""
    spent = _number(_cost(tree).get("actualQueryCost"))
    spent = spent if 0 <= spent <= MAX_COST else 0.0
    metrics.shop_cost.labels("shopify").inc(spent)
    return spent


def _cost(tree: dict[str, Any]) -> dict[str, Any]:
    extensions = tree.get("extensions")
    cost = extensions.get("cost") if isinstance(extensions, dict) else None
    return cost if isinstance(cost, dict) else {}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) else 0.0
