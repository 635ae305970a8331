"""One address of the console, and what answers there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response


@dataclass(frozen=True, slots=True)
class Route:
    """`rule` hangs below `/console`; `endpoint` names it in templates. A `public` one needs no log-in."""

    rule: str
    endpoint: str
    view: Callable[..., Response]
    methods: tuple[str, ...] = ("GET",)
    public: bool = False
