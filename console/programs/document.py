"""The OpenAPI 3.1 document of `/api/v1`, made from the routes that are there: nothing is written twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from console.programs import answers
from console.route import Route

VERSION = "1.0"
SCHEMAS = "#/components/schemas/{model}"
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
LIKELY = ("1", "2026-11-24", "09:00", "es", "online", "shipping")  # one of them fits most patterns
STATUSES = {
    "400": "The body is no JSON object.",
    "401": "No key, or one that opens nothing.",
    "403": "This needs another role, or a cookie came without its CSRF token.",
    "404": "Not there, or not for this key: both look the same.",
    "409": "Somebody was faster, or the state does not allow it; `winner` says who.",
    "413": "The body is too long.",
    "415": "The body is neither JSON nor a form.",
    "422": "A field is missing, unknown or wrong; `field` names it.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
    "503": "The database was busy for too long: nothing was done; come again after `Retry-After` seconds.",
}
READING = ("401", "404", "429", "503")
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["kind", "code", "message", "field"],
            "properties": {
                "kind": {"type": "string", "enum": ["conflict", "invalid", "forbidden", "missing", "broken"]},
                "code": {"type": "string", "description": "For programs; it does not change within a version."},
                "message": {"type": "string", "description": "For people, in the language of Accept-Language."},
                "field": {"type": "string", "description": "The field it is about, or empty."},
                "winner": {"type": "string", "description": "Who was faster."},
            },
            "additionalProperties": True,
        }
    },
}
DONE = {
    "type": "object",
    "required": ["ok"],
    "properties": {"ok": {"const": True}, "message": {"type": "string"}, "conversation": {"type": "string"}},
    "additionalProperties": True,
}
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 200},
    "description": "A name for this request: a second one of the same name within 24 hours does nothing more.",
}


def document(routes: Sequence[Route], base: str = "") -> dict[str, Any]:
    """The whole document. Pure."""
    bodies = _models(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for method in route.methods:
            paths.setdefault(PLACE.sub(r"{\1}", route.rule), {}).setdefault(method.lower(), _operation(route, method))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Relevo", "version": VERSION,
                 "description": "Everything that an agent or a supervisor does in the console, for programs."},
        "servers": [{"url": f"{base}/api/v1"}],
        "security": [{"key": []}, {"session": [], "csrf": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key that begins with `rlv_`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "relevo"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
            },
            "schemas": {"Error": ERROR, "Done": DONE, **answers.shapes(), **bodies},
            "responses": {f"E{status}": _refusal(text) for status, text in STATUSES.items()},
        },
    }  # fmt: skip


def example(model: type[BaseModel] | None) -> dict[str, Any]:
    """A body that would do: what is needed, with the examples that the model has. Pure."""
    if model is None:
        return {}
    schema = model.model_json_schema()
    return {name: _example_of(one) for name, one in schema.get("properties", {}).items()
            if name in schema.get("required", ())}


def name_of(route: Route, method: str) -> str:
    return f"{route.endpoint}_{method.lower()}" if len(route.methods) > 1 or method == "DELETE" else route.endpoint


def _models(routes: Sequence[Route]) -> dict[str, Any]:
    wanted = {route.twin.body for route in routes if route.twin is not None and route.twin.body is not None}
    inputs = sorted(((model, "validation") for model in wanted), key=lambda one: (one[0].__name__, one[0].__module__))
    _, found = models_json_schema(inputs, ref_template=SCHEMAS)  # type: ignore[arg-type]
    return dict(found.get("$defs", {}))


def _operation(route: Route, method: str) -> dict[str, Any]:
    twin = route.twin
    model = twin.body if twin else None
    told = " ".join((route.view.__doc__ or "").split())
    made: dict[str, Any] = {
        "operationId": name_of(route, method),
        "summary": twin.summary if twin else told,
        "tags": [twin.tag if twin else "read"],
        "parameters": [_place(name) for name in PLACE.findall(route.rule)],
        "responses": _answers(route, method),
    }
    if told:
        made["description"] = told
    if method == "GET":
        made["parameters"] += _query(model)
        return made
    made["parameters"].append(ONCE)
    if model is not None:
        schema = _reference(model)
        made["requestBody"] = {"required": bool(example(model)), "content": {"application/json": {"schema": schema}}}
    return made


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    key = (model, "validation")
    found, _ = models_json_schema([key], ref_template=SCHEMAS)  # type: ignore[list-item]
    return dict(found[key])  # type: ignore[index]


def _place(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=SCHEMAS)
    needed = schema.get("required", ())
    return [{"name": name, "in": "query", "required": name in needed, "schema": one}
            for name, one in schema.get("properties", {}).items()]


def _answers(route: Route, method: str) -> dict[str, Any]:
    body = {"schema": answers.of(route.endpoint) if method == "GET" else {"$ref": SCHEMAS.format(model="Done")}}
    good = {"description": "Done." if method != "GET" else "What was asked for.", "content": {"application/json": body}}
    refusals = READING if method == "GET" else tuple(STATUSES)
    return {"200": good} | {status: {"$ref": f"#/components/responses/E{status}"} for status in refusals}


def _refusal(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": {"$ref": SCHEMAS.format(model="Error")}}}}


def _example_of(schema: Mapping[str, Any]) -> Any:
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _example_of(schema["anyOf"][0])
    if schema.get("format") == "date":
        return "2026-11-20"
    if "pattern" in schema:
        return next((one for one in LIKELY if re.search(schema["pattern"], one)), "…")
    plain = {"integer": max(1, schema.get("minimum", 1)), "boolean": True, "array": [], "number": 0.5, "object": {}}
    return plain.get(str(schema.get("type")), "…")
