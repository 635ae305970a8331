"""Which list an address asks for: its tab, its page, and what narrows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from console.listing import TABS

MAX_PAGES = 200
FILTERS = ("queue", "channel", "language", "reason", "tag")
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list says; `channel` and `reason` are our words (whatsapp, frustration), not codes."""

    tab: str = "mine"
    queue_id: str = ""
    page: int = 1
    channel: str = ""
    language: str = ""
    reason: str = ""
    tag: str = ""

    def arguments(self, page: int | None = None) -> dict[str, Any]:
        """The same list in an address; defaults are left out."""
        found: dict[str, Any] = {"tab": self.tab}
        found |= {name: value for name in FILTERS if (value := self.value(name))}
        if (page or self.page) > 1:
            found["page"] = page or self.page
        return found

    def value(self, name: str) -> str:
        """The filter of this name."""
        return str(getattr(self, "queue_id" if name == "queue" else name))

    def without(self, name: str) -> Asked:
        """The first page of the same list without this filter."""
        return replace(self, page=1, **{"queue_id" if name == "queue" else name: ""})

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are on."""
        return {name: value for name in FILTERS if (value := self.value(name))}


def read(query: Mapping[str, str]) -> Asked:
    """What the fields of an address say; anything unknown is the agent's own list."""
    tab = query.get("tab", "mine")
    page = query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 1
    given = {"queue_id" if name == "queue" else name: query.get(name, "").replace("\x00", "").strip()[:LONGEST]
             for name in FILTERS}
    if tab == "queue":  # as addresses of a queue were written once
        tab = "queued"
    return Asked(tab if tab in TABS else "mine", page=min(max(number, 1), MAX_PAGES), **given)
