"""The rounds of `repeat`: how many there were, what this one is about, and whether there is another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.flow import heaps
from bot.flow.model import Loop
from bot.flow.values import stored

MORE, DONE, USED_UP = "more", "done", "used_up"


@dataclass(frozen=True, slots=True)
class Round:
    """`state`: more, done, or used_up (it would go on but may not). `kept` stands in the frame while it goes on."""

    state: str
    kept: Mapping[str, Any] | None = None
    item: Any = None


def begun(kept: Any, loop: Loop, values: Any) -> Round:
    """The next round after those that `kept` tells of; None is the first. The list is looked at once, at the start."""
    before = kept if isinstance(kept, Mapping) else {"n": 0, "of": _listed(loop, values)}
    count, items = int(str(before["n"])), before.get("of")
    if isinstance(items, list) and count >= len(items):
        return Round(DONE)
    if loop.during is not None and not loop.during.call(values):
        return Round(DONE)
    if count >= loop.most:
        return Round(USED_UP)
    item = items[count] if isinstance(items, list) else None
    return Round(MORE, {**before, "n": count + 1}, item)


def _listed(loop: Loop, values: Any) -> list[Any] | None:
    if loop.items is None:
        return None
    listed = loop.items.call(values)
    heaps.check(listed)
    found = stored(listed)
    if found is None or found == "":
        return []
    # one more than there may be rounds tells that some were left
    return found[: loop.most + 1] if isinstance(found, list) else [found]
