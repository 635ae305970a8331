"""WooCommerce's REST v3 over HTTP: its paths, its refusals, its pages.

Sources, read 2026-11-22: https://woocommerce.github.io/woocommerce-rest-api-docs/#introduction (basic authentication
with consumer key and secret; errors as {code, message, data.status}; pages by page and per_page, at most 100, counted
in X-WP-Total and X-WP-TotalPages).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import fetch
from orders import web
from orders.errors import ConnectorError
from orders.web import Asker, LookUp

# What a missing thing is called; any other 404 says that the address is wrong, never that there is no such order.
_ABSENT = frozenset({"woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_invalid_id", "rest_post_invalid_id"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and of how many."""

    trees: list[Any]
    pages: int


@dataclass(frozen=True, slots=True)
class Rest:
    """The shop at `url` with the rights of one key."""

    asker: Asker
    url: str
    credentials: dict[str, str]

    def one(self, look_up: LookUp, route: str) -> Any:
        """The tree at `route`; None where the shop says that there is no such thing. Raises ConnectorError."""
        answer = look_up.ask(self._request("GET", route))
        if answer.status == 404 and refusal(answer) in _ABSENT:
            return None
        return web.tree(web.accepted(answer).body)

    def page(self, look_up: LookUp, route: str, **query: str) -> Page:
        """A page of the list at `route`. Raises ConnectorError, also where it is no list."""
        answer = web.accepted(look_up.ask(self._request("GET", f"{route}?{urlencode(query)}")))
        trees = web.tree(answer.body)
        if not isinstance(trees, list):
            detail = "Where a list should stand the shop says something else."
            raise ConnectorError(detail, permanent=True, code="shape")
        pages = answer.headers.get("x-wp-totalpages", "")
        return Page(trees, int(pages[:6]) if pages.isdigit() else 1)

    def change(self, look_up: LookUp, method: str, route: str, body: dict[str, Any]) -> fetch.Answer:
        """Something is changed, once. Raises Unsure where it may have been, ConnectorError where it was not."""
        request = self._request(method, route)
        headers = {**request.headers, "Content-Type": "application/json"}
        written = json.dumps(body).encode()
        return look_up.change(fetch.Request(request.url, method, headers, request.credentials, written))

    def _request(self, method: str, route: str) -> fetch.Request:
        url = f"{self.url}/wp-json/wc/v3/{route}"
        return fetch.Request(url, method, {"Accept": "application/json"}, self.credentials)


def refusal(answer: fetch.Answer) -> str:
    """The shop's own code for why it refused; "" where it says none."""
    try:
        tree = web.tree(answer.body)
    except ConnectorError:
        return ""
    code = tree.get("code") if isinstance(tree, dict) else None
    return code if isinstance(code, str) else ""
