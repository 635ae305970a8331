"""How much one value may be: a flow that heaps a list upon itself is stopped before it is copied, not afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.errors import BudgetBreached

MOST = 65_536  # signs and entries, like what is kept of a conversation as a whole
DEEPEST = 20


def check(value: Any) -> None:
    """Raises BudgetBreached where a value is more than a conversation may keep."""
    room = MOST
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        parts = (*one, *one.values()) if isinstance(one, Mapping) else one if isinstance(one, (list, tuple)) else ()
        room -= 1 + (len(one) if isinstance(one, str) else len(parts))
        if room < 0 or depth > DEEPEST:
            raise BudgetBreached(f"One value of the flow is more than {MOST} signs and entries, or {DEEPEST} lists deep.")
        waiting += [(part, depth + 1) for part in parts]
