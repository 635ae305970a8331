"""How a shop's interface is described to the connector `rest`: the settings, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import fetch
from orders import fields, number_settings, paths, reference, web_settings
from orders.proof import DEFAULT_KINDS
from orders.rest_questions import Question, question
from orders.settings import Settings
from orders.web import Terms


@dataclass(frozen=True, slots=True)
class Api:
    """All that `rest` knows of a shop. Paths of `order_fields` start at the order, `order_path` at the answer."""

    asked: Question
    searches: Mapping[str, Question]
    listed_path: paths.Path
    allowed: frozenset[str]
    headers: Mapping[str, str]
    credentials: Mapping[str, str]
    terms: Terms
    absent_statuses: frozenset[int]
    absent_path: paths.Path | None
    order_path: paths.Path
    order_fields: Mapping[str, paths.Path]
    items_path: paths.Path | None
    item_fields: Mapping[str, paths.Path]
    events_path: paths.Path | None
    event_fields: Mapping[str, paths.Path]
    reading: fields.Reading
    form: reference.Form | None
    proofs: tuple[str, ...]


def api(settings: Mapping[str, Any]) -> Api:
    """Raises BadConfiguration, which names the setting and the mend."""
    given = Settings(settings)
    asked = question(given, "reference")
    searches, listed_path = _searches(given.table("search"), asked)
    items_path, item_fields = _listed(given, "items", fields.ITEM_FIELDS)
    events_path, event_fields = _listed(given, "events", fields.EVENT_FIELDS)
    absent_statuses, absent_path = _absent(given.table("not_found"))
    described = Api(
        asked=asked,
        searches=searches,
        listed_path=listed_path,
        allowed=frozenset({web_settings.host(given, "url", asked.url)}),
        headers=web_settings.headers(given, "headers"),
        credentials=_credentials(given.table("auth")),
        terms=web_settings.terms(given),
        absent_statuses=absent_statuses,
        absent_path=absent_path,
        order_path=_path(given, "order", "$"),
        order_fields=_fields(given.table("fields"), fields.ORDER_FIELDS, {"reference", "status"}),
        items_path=items_path,
        item_fields=item_fields,
        events_path=events_path,
        event_fields=event_fields,
        reading=fields.reading(given),
        form=number_settings.form(given.table("reference")),
        proofs=given.proofs(DEFAULT_KINDS),
    )
    given.refuse_unknown()
    return described


def _searches(given: Settings, asked: Question) -> tuple[dict[str, Question], paths.Path]:
    """How the shop is asked for the orders of a buyer: for each of phone and email a URL, or a URL and a body."""
    found = {}
    for kind in ("phone", "email"):
        if kind not in given:
            given.texts(kind)
            continue
        table = given.table_or_text(kind, "url")
        found[kind] = question(table, kind)
        table.refuse_unknown()
        if urlsplit(found[kind].url)[:2] != urlsplit(asked.url)[:2]:
            raise table.wrong("url", "must be of the same host as the order's url, whose credentials it is sent with.")
    listed = _path(given, "orders", "$")
    given.refuse_unknown()
    return found, listed


def _credentials(given: Settings) -> dict[str, str]:
    ways = [way for way in ("bearer", "basic", "header") if way in given]
    if len(ways) > 1:
        raise given.wrong(ways[1], f"comes on top of {ways[0]}: keep one of bearer, basic, header.")
    bearer, basic, headers = given.text("bearer", ""), given.table("basic"), web_settings.headers(given, "header")
    given.refuse_unknown()
    if bearer:
        return {"Authorization": f"Bearer {bearer}"}
    if "basic" in given:
        credentials = fetch.basic(basic.text("user"), basic.text("password"))
        basic.refuse_unknown()
        return credentials
    return headers


def _absent(given: Settings) -> tuple[frozenset[int], paths.Path | None]:
    statuses = given.texts("statuses") or ("404", "410")
    for status in statuses:
        if not (status.isdigit() and 200 <= int(status) <= 499 and int(status) not in (401, 403, 429)):
            mend = "write some such as 404"
            raise given.wrong("statuses", f"“{status}” cannot mean that an order does not exist: {mend}.")
    path = _path(given, "path", "") if "path" in given else None
    given.text("path", "")
    given.refuse_unknown()
    return frozenset(map(int, statuses)), path


def _path(given: Settings, key: str, default: str) -> paths.Path:
    try:
        return paths.parse(given.text(key, default))
    except ValueError as error:
        raise given.wrong(key, f"{error}.") from None


def _fields(given: Settings, known: tuple[str, ...], needed: set[str]) -> dict[str, paths.Path]:
    found = {name: _path(given, name, "") for name in known if name in given}
    for name in sorted(needed):
        if name not in found:
            raise given.wrong(name, f"is missing: say where the order's {name} stands in the answer.")
    for name in known:
        given.text(name, "")
    given.refuse_unknown()
    return found


def _listed(given: Settings, key: str, known: tuple[str, ...]) -> tuple[paths.Path | None, dict[str, paths.Path]]:
    """A list of the answer: `path`, and below `fields` where each fact stands in an entry."""
    table = given.table(key)
    if key not in given:
        return None, {}
    path = _path(table, "path", "")
    described = _fields(table.table("fields"), known, set(known[:1]))
    table.refuse_unknown()
    return path, described
