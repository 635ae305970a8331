"""What `rest` asks a shop: a URL, and a body of JSON where the shop wants one, with places for what is looked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import fetch
from orders import web_settings
from orders.settings import Settings


@dataclass(frozen=True, slots=True)
class Question:
    """One request, GET without a body and POST with one. `place` is the name in braces that is filled in."""

    url: str
    body: Any
    place: str

    def request(self, value: str, headers: Mapping[str, str], credentials: Mapping[str, str]) -> fetch.Request:
        """With `value` filled in: quoted in the URL, as it is in texts of the body, where it can end nothing."""
        url = self.url.replace(f"{{{self.place}}}", quote(value, safe=""))
        named = {"Accept": "application/json"} | dict(headers)
        if self.body is None:
            return fetch.Request(url, "GET", named, credentials)
        body = json.dumps(_filled(self.body, f"{{{self.place}}}", value)).encode()
        return fetch.Request(url, "POST", {"Content-Type": "application/json"} | named, credentials, body)


def question(given: Settings, place: str) -> Question:
    """From `url` and `body` of these settings. Raises BadConfiguration."""
    url, body = given.text("url"), given.text("body", "")
    web_settings.host(given, "url", url)
    parts = urlsplit(url)
    held = f"{{{place}}}"
    in_url = held in parts.path + "?" + parts.query
    if url.count("{") != url.count(held) or (not in_url and held not in body) or held in parts.netloc + parts.fragment:
        where = "in its path or query (or in `body`)"
        raise given.wrong("url", f"must hold {held} {where}, and no other braces.")
    return Question(url, _tree(given, body) if body else None, place)


def _tree(given: Settings, body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise given.wrong("body", "is not JSON: write one such as '{\"number\": \"{reference}\"}'.") from None


def _filled(tree: Any, held: str, value: str) -> Any:
    if isinstance(tree, dict):
        return {name: _filled(one, held, value) for name, one in tree.items()}
    if isinstance(tree, list):
        return [_filled(one, held, value) for one in tree]
    return tree.replace(held, value) if isinstance(tree, str) else tree
