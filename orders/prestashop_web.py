"""PrestaShop's webservice over HTTP: its lists, its filters, its refusals, what is sent as XML.

Sources, read 2026-11-22: https://devdocs.prestashop-project.org/9/webservice/ (key as user of basic authentication;
output_format=JSON), https://devdocs.prestashop-project.org/8/webservice/cheat-sheet (filter, sort, limit, display;
PATCH since 8). A list with nothing in it is `[]`. Dates are filtered only with date=1, and the end of an interval is
outside (https://github.com/PrestaShop/PrestaShop/issues/10822).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import fetch
from orders import web
from orders.errors import ConnectorError, Unsure
from orders.web import Asker, LookUp

# They mean something in a filter; what holds them is no value to ask for.
_SIGNS = frozenset("[]|,%")


@dataclass(frozen=True, slots=True)
class Rest:
    """The shop at `url` with the rights of one key."""

    asker: Asker
    url: str
    credentials: dict[str, str]

    def all(self, look_up: LookUp, resource: str, **query: str) -> list[dict[str, Any]]:
        """The things of this kind that fit; `query` such as reference="[AB]" filters. Raises ConnectorError."""
        asked = {name if name in _PLAIN else f"filter[{name}]": value for name, value in query.items()}
        wanted = {"output_format": "JSON", "display": _SHOWN.get(resource, "full"), **asked}
        url = f"{self.url}/api/{resource}?{urlencode(wanted)}"
        answer = look_up.ask(fetch.Request(url, "GET", {"Accept": "application/json"}, self.credentials))
        tree = web.tree(_allowed(answer, f"view {resource}").body)
        listed = [] if tree == [] else tree.get(resource) if isinstance(tree, dict) else None
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise ConnectorError(f"The shop's {resource} are no list.", permanent=True, code="shape")
        return listed

    def change(self, look_up: LookUp, method: str, route: str, name: str, values: Mapping[str, str]) -> dict[str, Any]:
        """A thing is made (POST) or some of its fields changed (PATCH), once; what the shop made of it.

        Raises Unsure where it may have been done, ConnectorError where it was not.
        """
        headers = {"Accept": "application/json", "Content-Type": "application/xml"}
        url = f"{self.url}/api/{route}?output_format=JSON"
        answer = look_up.change(fetch.Request(url, method, headers, self.credentials, _xml(name, values)))
        _allowed(answer, f"{_RIGHTS[method]} {route.partition('/')[0]}")
        try:
            tree = web.tree(answer.body)
        except ConnectorError:
            tree = None
        made = tree.get(name) if isinstance(tree, dict) else None
        if not isinstance(made, dict) or not made.get("id"):
            raise Unsure("The shop said yes and then something that cannot be read; look whether it was done.")
        return made


def _allowed(answer: fetch.Answer, what: str) -> fetch.Answer:
    """The same answer if the key may do this. 401 is said of a whole resource, 405 of a method
    (https://github.com/PrestaShop/PrestaShop, classes/webservice/WebserviceRequest.php, read 2026-11-22)."""
    if answer.status in (401, 403, 405):
        detail = f"The shop does not let this key {what}: give it the permissions that docs/orders.md lists."
        raise ConnectorError(detail, permanent=True, code="credentials")
    return web.accepted(answer)


_RIGHTS = {"POST": "add", "PATCH": "modify"}
_PLAIN = frozenset({"sort", "limit", "date"})
# No more than is read: of customers the webservice would tell even how their passwords are kept.
_SHOWN = {
    "customers": "[id,email,firstname,lastname]",
    "order_states": "[id,name,template,shipped,paid]",
    "currencies": "[id,iso_code]",
    "countries": "[id,iso_code]",
    "carriers": "[id,name,url]",
    "order_carriers": "[id,id_order,id_carrier,tracking_number]",
}


def one_of(values: Iterable[Any]) -> str:
    """A filter that takes any of these."""
    return f"[{'|'.join(sorted({str(value) for value in values}))}]"


def is_plain(value: str) -> bool:
    """Whether the value can stand in a filter as itself."""
    return bool(value) and value.isprintable() and not _SIGNS & set(value)


def _xml(name: str, values: Mapping[str, str]) -> bytes:
    root = ElementTree.Element("prestashop")
    thing = ElementTree.SubElement(root, name)
    for field, value in values.items():
        ElementTree.SubElement(thing, field).text = value
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
