"""One address of the console, and what answers there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel
from werkzeug.wrappers import Response


@dataclass(frozen=True, slots=True)
class Entry:
    """A page's line in the left column: `app.<key>` is its text, `place` its order.

    `roles`: who sees it; empty: everybody. Of a page of `group` `admin` the line stands on the page of settings.
    """

    key: str
    icon: str
    place: int
    roles: tuple[str, ...] = ()
    group: str = "main"


@dataclass(frozen=True, slots=True)
class Twin:
    """The same action for programs, at `/api/v1` + the rule: what it does in one English sentence, and its body.

    `body` is a pydantic model with the fields of the form; None for an action without any. `tag` groups the document.
    """

    summary: str
    body: type[BaseModel] | None = None
    tag: str = "tickets"


@dataclass(frozen=True, slots=True)
class Route:
    """`rule` hangs below `/console`; `endpoint` names it in templates. A `public` one needs no log-in.

    Every POST has its `twin`, but for those that only make sense in a browser (log-in, forms that only look).
    """

    rule: str
    endpoint: str
    view: Callable[..., Response]
    methods: tuple[str, ...] = ("GET",)
    public: bool = False
    entry: Entry | None = None
    twin: Twin | None = None


SUPERVISORS = ("supervisor", "admin")
ADMINS = ("admin",)
