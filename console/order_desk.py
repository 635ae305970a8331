"""The shop as the order panel meets it: handed in by the app, so that pages know no connector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.on_request import Counter


def _nobodys(_phone: str) -> Sequence[Mapping[str, Any]]:
    return ()


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """`counter` says what the shop can do and what would happen; without one there are no actions.

    `bought_by(phone)` are the facts of the latest orders of whoever has this number; it may raise.
    """

    counter: Counter | None = None
    bought_by: Callable[[str], Sequence[Mapping[str, Any]]] = _nobodys

    @property
    def actions(self) -> frozenset[str]:
        return self.counter.actions if self.counter else frozenset()
