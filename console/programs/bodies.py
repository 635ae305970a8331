"""What a program sends, held against the model of its action; what is wrong is said of one field, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_origin

from flask import g, request
from pydantic import BaseModel, ValidationError

from console import here
from console.bodies import Body
from console.problems import Problem

SENTENCES = {
    "missing": "api.missing",
    "extra_forbidden": "api.unknown_field",
    "int_type": "api.not_a_number",
    "int_parsing": "api.not_a_number",
    "int_from_float": "api.not_a_number",
    "bool_type": "api.not_a_bool",
    "bool_parsing": "api.not_a_bool",
    "string_type": "api.not_a_text",
    "list_type": "api.not_a_list",
    "literal_error": "api.not_a_choice",
    "string_too_long": "api.too_long",
    "too_long": "api.too_long",
    "string_too_short": "api.too_short",
    "too_short": "api.too_short",
    "greater_than_equal": "api.too_small",
    "less_than_equal": "api.too_big",
}
FACTS = {
    "literal_error": "expected",
    "string_too_long": "max_length",
    "too_long": "max_length",
    "string_too_short": "min_length",
    "too_short": "min_length",
    "greater_than_equal": "ge",
    "less_than_equal": "le",
}


class BadBody(Exception):
    """A body that is not what the action takes."""

    def __init__(self, trouble: Problem) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


def take(model: type[BaseModel] | None) -> None:
    """Read the body and leave its fields for the view (`here.fields`). Raises BadBody."""
    given = _given(model)
    if model is None:
        if given:
            raise BadBody(_unknown(next(iter(given)), ()))
        g.given_fields = {}
        return
    try:
        made = model.model_validate(given)
    except ValidationError as error:
        raise BadBody(_wrong(error, model)) from None
    said = made.as_fields() if isinstance(made, Body) else made.model_dump(by_alias=True, exclude_unset=True)
    g.given_fields = {name: _plain(value) for name, value in said.items()}


def query(model: type[BaseModel] | None) -> None:
    """The same for the query of a GET, where it has a model. Raises BadBody."""
    if model is None:
        return
    try:
        model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise BadBody(_wrong(error, model)) from None


def _given(model: type[BaseModel] | None) -> Mapping[str, Any]:
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return _form(model)
    if not request.is_json:
        if request.get_data(cache=True):
            raise BadBody(Problem(415, "invalid", "not_json", here.texts()("api.not_json")))
        return {}
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # nested without end
        body = None
    if body is None and not request.get_data(cache=True).strip():
        return {}
    if not isinstance(body, dict):
        raise BadBody(Problem(400, "invalid", "bad_json", here.texts()("api.bad_json")))
    try:
        return dict(here.clean(body))
    except RecursionError:  # not so deep that it could not be read
        raise BadBody(Problem(400, "invalid", "bad_json", here.texts()("api.bad_json"))) from None


def _form(model: type[BaseModel] | None) -> dict[str, Any]:
    known = model.model_fields if model else {}
    return {name: values if name in known and get_origin(known[name].annotation) is list else values[-1]
            for name, values in request.form.lists() if name != "csrf_token"}


def _plain(value: Any) -> Any:
    """As a form would have said it; null is an empty field."""
    if isinstance(value, bool) or value is None:
        return "1" if value else ""
    return value


def _wrong(error: ValidationError, model: type[BaseModel]) -> Problem:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])[:200]
    if first["type"] == "extra_forbidden":
        return _unknown(field, tuple(model.model_fields))
    words = here.texts()
    key = SENTENCES.get(first["type"], "api.bad_value")
    fact = (first.get("ctx") or {}).get(FACTS.get(first["type"], ""), first["msg"])
    code = "missing_field" if first["type"] == "missing" else "bad_field"
    return Problem(422, "invalid", code, words(key, field=field, what=fact), field)


def _unknown(field: str, known: tuple[str, ...]) -> Problem:
    words = here.texts()
    names = ", ".join(known) or words("api.no_fields")
    return Problem(422, "invalid", "unknown_field", words("api.unknown_field", field=field[:200], what=names), field[:200])
