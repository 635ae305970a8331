"""What programs may do, as a document for them and as a page for people: both made from the routes that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from flask import current_app, json, jsonify
from pydantic import BaseModel
from werkzeug.wrappers import Response

from console import admin_room, here
from console.programs import document, mount
from console.route import SUPERVISORS, Entry, Route

TAGS = ("tickets", "conversations", "contacts", "messages", "read", "me", "agents", "supervision", "reports", "saved replies",
        "admin", "hooks", "channels", "flows", "trouble")


def openapi() -> Response:
    """The OpenAPI 3.1 document of everything below `/api/v1`."""
    return jsonify(document.document(_routes(), here.desk().public_base))


@admin_room.overseers
def reference() -> Response:
    """The same to be read."""
    shown = sorted((_shown(route, method) for route in _routes() for method in route.methods),
                   key=lambda one: (_place_of(one["tag"]), one["path"], one["method"]))
    groups = [(tag, list(rows)) for tag, rows in groupby(shown, key=lambda one: one["tag"])]
    with here.desk().database.reading() as session:
        return admin_room.show("api_reference.html", session, groups=groups, statuses=document.STATUSES,
                               base=f"{here.desk().public_base}{mount.PREFIX}")


def _routes() -> Sequence[Route]:
    found: Sequence[Route] = current_app.extensions[mount.MOUNTED]
    return found


def _shown(route: Route, method: str) -> dict[str, Any]:
    twin = route.twin
    model = twin.body if twin else None
    body = document.example(model)
    return {
        "method": method,
        "path": document.PLACE.sub(r"{\1}", route.rule),
        "name": f"{document.name_of(route, method)}-{method.lower()}",
        "summary": twin.summary if twin else "",
        "tag": twin.tag if twin and twin.tag in TAGS else "other",
        "fields": _fields(model),
        "example": json.dumps(body, ensure_ascii=False, indent=2) if model is not None and method != "GET" else "",
    }


def _fields(model: type[BaseModel] | None) -> list[Mapping[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema()
    return [{"name": name, "kind": _kind(one), "needed": name in schema.get("required", ()),
             "about": one.get("description", "")} for name, one in schema.get("properties", {}).items()]


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    return str(schema.get("type", "object"))


def _place_of(tag: str) -> int:
    return TAGS.index(tag) if tag in TAGS else len(TAGS)


ROUTES = (
    Route("/api/openapi.json", "api_openapi", openapi),
    Route("/api-reference", "api_reference", reference, entry=Entry("api_reference", "book-open", 130, SUPERVISORS, "admin")),
)
