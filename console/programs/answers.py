"""The shapes of what GETs answer (`answers.yaml`), as JSON Schema for the OpenAPI document. Pure but for reading the file.

A shape names what is always there; more may come within a version, so that programs leave alone what they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_suffix(".yaml")
NAME = "{shape}Answer"  # bodies have names of their own
PLACE = "#/components/schemas/"
KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"}, "whole": {"type": "integer"}, "number": {"type": "number"}, "flag": {"type": "boolean"},
    "time": {"type": "string", "format": "date-time"}, "any": {},
}  # fmt: skip
OTHERS, MAY_BE_MISSING, OR_NULL = "*", "~", "/null"


@cache
def shapes() -> dict[str, Any]:
    """The named shapes, each as a schema; they stand among the document's components."""
    return {NAME.format(shape=name): schema(one) for name, one in _file()["shapes"].items()}


def of(endpoint: str) -> dict[str, Any]:
    """What this GET answers; an object of whatever for one whose shape nobody wrote down."""
    wanted = _file()["answers"].get(endpoint)
    return schema(wanted) if wanted is not None else {"type": "object"}


def endpoints() -> frozenset[str]:
    """The GETs that have a shape."""
    return frozenset(_file()["answers"])


def schema(shape: Any) -> dict[str, Any]:
    """A shape of the file as JSON Schema."""
    if isinstance(shape, list):
        return {"type": "array", "items": schema(shape[0])}
    if isinstance(shape, Mapping):
        return _object(shape)
    name = str(shape).removesuffix(OR_NULL)
    found = dict(KINDS[name]) if name in KINDS else {"$ref": PLACE + NAME.format(shape=name)}
    if not str(shape).endswith(OR_NULL):
        return found
    return {"anyOf": [found, {"type": "null"}]}


def _object(shape: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: one for name, one in shape.items() if name != OTHERS}
    made: dict[str, Any] = {"type": "object", "additionalProperties": schema(shape[OTHERS]) if OTHERS in shape else True}
    if named:
        made["properties"] = {name.removesuffix(MAY_BE_MISSING): schema(one) for name, one in named.items()}
        made["required"] = [name for name in named if not name.endswith(MAY_BE_MISSING)]
    return made


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found
