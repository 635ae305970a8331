"""Paths into an answer: `lines.0.title`, `$.data.order["number"]`, or any JSONPath (RFC 9535).

Names and places alone are read by ourselves, as every look-up takes twenty of them; searches and filters such as
`$.shipments[?(@.active==true)].carrier` by the library. What is not there is None.
"""

from __future__ import annotations

import re
from typing import Any

import jsonpath

MAX_STEPS = 20
MAX_CHARACTERS = 500

_step = re.compile(
    r"""\.?(?P<name>[^.\[\]'"\s$*?@]+)|\[(?P<place>\d+)\]|\[(?P<quote>['"])(?P<quoted>[^'"]+)(?P=quote)\]"""
)

Path = tuple[str | int, ...] | jsonpath.JSONPath | jsonpath.CompoundJSONPath


def parse(text: str) -> Path:
    """`$` and empty are the whole. Raises ValueError with a sentence."""
    rest = text.strip().removeprefix("$")
    steps: list[str | int] = []
    while rest:
        match = _step.match(rest)
        if not match:
            return _query(text)
        if len(steps) == MAX_STEPS:
            raise _no_path(text)
        name = match["name"] or match["quoted"]
        steps.append(int(match["place"]) if name is None else name)
        rest = rest[match.end() :]
    return tuple(steps)


def at(value: Any, path: Path) -> Any:
    """What stands at `path` of `value`, the first where it leads to several; None if nothing does."""
    if not isinstance(path, tuple):
        return next(iter(_all(value, path)), None)
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and str(step).isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def is_there(value: Any, path: Path) -> bool:
    """Whether `path` leads anywhere, be it to null: what is missing altogether is another kind of answer."""
    if not isinstance(path, tuple):
        return bool(_all(value, path))
    above = at(value, path[:-1])
    if isinstance(above, dict):
        return not path or str(path[-1]) in above
    return not path or at(value, path) is not None


def each(value: Any, path: Path) -> list[Any]:
    """The entries of the list that stands at `path`, or all that it leads to."""
    found = [at(value, path)] if isinstance(path, tuple) else _all(value, path)
    return found[0] if len(found) == 1 and isinstance(found[0], list) else [one for one in found if one is not None]


def _query(text: str) -> jsonpath.JSONPath | jsonpath.CompoundJSONPath:
    # Without its `$` a path of ours may be anything; a JSONPath says that it is one.
    if not text.strip().startswith("$") or len(text) > MAX_CHARACTERS:
        raise _no_path(text)
    try:
        return jsonpath.compile(text.strip())
    except (jsonpath.JSONPathError, RecursionError):
        raise _no_path(text) from None


def _no_path(text: str) -> ValueError:
    mend = "write one such as data.order.number, lines[0].title or $.parcels[?(@.active==true)].carrier"
    return ValueError(f"“{text[:80]}” is not a path: {mend}")


def _all(value: Any, path: jsonpath.JSONPath | jsonpath.CompoundJSONPath) -> list[Any]:
    try:
        return [match.obj for match in path.finditer(value)]
    except (jsonpath.JSONPathError, RecursionError):
        return []
