"""What the page of news needs of the house."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from order_number import fold
from outreach.news import News
from outreach.policy import Policy

ASK_SECONDS = 15.0  # as long as somebody waits for a page


def _nobody(_reference: str) -> News | None:
    return None


@dataclass(frozen=True, slots=True)
class NewsDesk:
    """`policy()` is what `_outreach.yaml` says now, `buyer(order)` whose order it is as the shop tells, `zone` the shop's. `is_local`: the
    shop answers from memory, so that it may be asked of many orders."""

    policy: Callable[[], Policy] = Policy
    buyer: Callable[[str], News | None] = _nobody
    zone: str = "UTC"
    is_local: bool = False

    def buyers(self, orders: Sequence[str], clock: Callable[[], float] = time.monotonic) -> dict[str, News]:
        """Whose orders they are, by their keys, as far as the shop says so in time; the rest are known by what was told of
        them before, or not at all."""
        until, found = clock() + ASK_SECONDS, {}
        for one in orders:
            if clock() > until:
                break
            if (buyer := self.buyer(one)) is not None:
                found[fold(one)] = buyer
        return found
