"""Paths into an answer: `lines.0.title`, `$.data.order["number"]`, `customer.addresses[0].zip`.

Names and places in lists, nothing else: no search, no filters. What is not there is None.
"""

from __future__ import annotations

import re
from typing import Any

MAX_STEPS = 20

_step = re.compile(
    r"""\.?(?P<name>[^.\[\]'"\s$]+)|\[(?P<place>\d+)\]|\[(?P<quote>['"])(?P<quoted>[^'"]+)(?P=quote)\]"""
)

Path = tuple[str | int, ...]


def parse(text: str) -> Path:
    """`$` and empty are the whole. Raises ValueError with a sentence."""
    rest = text.strip().removeprefix("$")
    steps: list[str | int] = []
    while rest:
        match = _step.match(rest)
        if not match or len(steps) == MAX_STEPS:
            raise ValueError(f"“{text}” is not a path: write one such as data.order.number or lines[0].title")
        name = match["name"] or match["quoted"]
        steps.append(int(match["place"]) if name is None else name)
        rest = rest[match.end() :]
    return tuple(steps)


def at(value: Any, path: Path) -> Any:
    """What stands at `path` of `value`; None if nothing does."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and str(step).isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
