"""One member of a post of Meta's: read by itself, so that a bad one never costs the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def left_out(reason: str, **facts: str) -> dict[str, str]:
    """Why something of a post is no event."""
    return {"provider": "meta", "reason": reason, **facts}


def guarded(read: Callable[..., Any], item: Mapping[str, Any], account: str, value: Mapping[str, Any]) -> Iterator[Any]:
    """The events of one member. What goes wrong in it stays in it."""
    if not item:
        yield left_out("unreadable", account=account)
        return
    try:
        found = list(read(item, account, value))
    except Exception as error:  # noqa: BLE001 - one member must never cost the others, whatever Meta invents next
        yield left_out("unreadable", account=account, error=type(error).__name__)
        return
    yield from found or [left_out("nothing for us", account=account)]
