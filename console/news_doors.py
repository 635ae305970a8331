"""What the page of news needs of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outreach.news import News
from outreach.policy import Policy


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
