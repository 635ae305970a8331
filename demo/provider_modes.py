"""How a stand-in provider misbehaves when a test (or a curious person) tells it to.

A mode holds for the requests it names (`target`: send, list; webhook and callback are what the provider posts; or all),
for a share of them, for a number of them, for one recipient. The dice are seeded, so that a failing run can be run again.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

NAMES = frozenset(
    {
        "ok",
        "status",
        "hang",
        "reset",
        "slow",
        "empty",
        "truncated",
        "html",
        "accept_then_reset",
        "accept_then_hang",
        "fail_later",
        "drop",
    }
)
ACCEPTS = frozenset(
    {"ok", "slow", "empty", "truncated", "html", "accept_then_reset", "accept_then_hang", "fail_later", "drop"}
)
TARGETS = frozenset({"send", "list", "webhook", "callback", "all"})


class BadMode(ValueError):
    """A mode that does not exist or has a wrong value; the message says what is possible."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to misbehave.

    `name`: ok, status (answer `status`; with `error_object` in the provider's own shape), hang (never answer),
    reset (close before anything is accepted), slow (`ms` later), empty, truncated, html (accepted, but the answer
    is useless), accept_then_reset, accept_then_hang (accepted, never answered), fail_later (accepted, reported as
    failed with `code`), drop (what the provider would post is never posted). `share` of the requests, at most `count` of them (None: without end), only those to `to`.
    """

    name: str = "ok"
    status: int = 500
    error_object: bool = True
    code: int | None = None
    retry_after: float | None = None
    ms: float = 0.0
    share: float = 1.0
    count: int | None = None
    target: str = "send"
    to: str = ""

    @property
    def accepts(self) -> bool:
        """Does a message sent in this mode arrive at its recipient?"""
        return self.name in ACCEPTS


OK = Mode()


def read_mode(name: str, settings: Mapping[str, Any]) -> Mode:
    """A mode from what a form, a JSON body or a test says; a bare number is a status. Raises BadMode."""
    values: dict[str, Any] = {"name": name}
    if name.isdigit():
        values = {"name": "status", "status": int(name)}
    elif name not in NAMES:
        raise BadMode(f"There is no mode “{name}”: use a status such as 500, or one of {', '.join(sorted(NAMES))}.")
    if name == "drop":
        values["target"] = "all"
    for key, value in settings.items():
        values["target" if key == "for" else key] = _converted(key, value)
    mode = Mode(**values)
    if mode.target not in TARGETS:
        raise BadMode(f"There is no target “{mode.target}”: use one of {', '.join(sorted(TARGETS))}.")
    return mode


def _converted(key: str, value: Any) -> Any:
    kinds: dict[str, Any] = {
        "status": int,
        "code": int,
        "count": int,
        "ms": float,
        "share": float,
        "retry_after": float,
        "to": str,
        "for": str,
        "target": str,
        "error_object": _truth,
    }
    if key not in kinds:
        raise BadMode(f"A mode has no setting “{key}”: use one of {', '.join(sorted(kinds))}.")
    try:
        return None if value is None else kinds[key](value)
    except (TypeError, ValueError):
        raise BadMode(f"The setting “{key}” of a mode cannot be “{value}”.") from None


def _truth(value: Any) -> bool:
    return str(value).lower() in {"1", "true", "yes"}


@dataclass(slots=True)
class Behaviour:
    """The mode that holds now, and the dice that choose whom it hits."""

    mode: Mode = OK
    dice: random.Random = field(default_factory=lambda: random.Random(13))

    def set(self, mode: Mode) -> None:
        """From now on `mode`."""
        self.mode = mode

    def next(self, target: str, to: str = "") -> Mode:
        """The mode of one request; uses up one of `count` when it is hit."""
        mode = self.mode
        if mode.name == "ok" or mode.target not in (target, "all") or (mode.to and mode.to != to):
            return OK
        if mode.count is not None and mode.count <= 0:
            return OK
        if mode.share < 1.0 and self.dice.random() >= mode.share:
            return OK
        if mode.count is not None:
            self.mode = replace(mode, count=mode.count - 1)
        return mode
