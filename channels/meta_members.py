"""One member of a post of Meta's: read by itself, so that a bad one never costs the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channels.base import Event

Object = Mapping[str, Any]
Found = Iterator["Event | dict[str, str]"]


def left_out(reason: str, **facts: str) -> dict[str, str]:
    """Why something of a post is no event."""
    return {"provider": "meta", "reason": reason, **facts}


def guarded(events: Iterator[Any], item: Object, account: str) -> Iterator[Any]:
    """The events that a reader's generator finds in `item`. What goes wrong in it stays in it, nothing goes silently."""
    if not item:
        yield left_out("unreadable", account=account)
        return
    try:
        found = list(events)
    except Exception as error:  # noqa: BLE001 - one member must never cost the others, whatever Meta invents next
        yield left_out("unreadable", account=account, error=type(error).__name__)
        return
    yield from found or [left_out("nothing for us", account=account)]
