"""What a shop tells by itself: orders that moved. A connector that does has `heard` (its webhooks) or `changes` (a list
that is read again and again), or both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from orders.base import Order
from orders.errors import ConnectorError
from orders.proof import Holder

KINDS = ("shipped", "out_for_delivery", "delayed", "attempted", "at_pickup_point", "delivered", "lost", "returning", "cancelled")

# In a mark: it stands inside the list, which goes on behind it and may be read on at once.
INSIDE = "\n"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened to one order. `key` is the same however often and by whichever way it is told.

    `cause` names what hit other orders as well (a carrier's own event), "" if it is this parcel's alone. `about`: some
    posts name an order by the shop's inner handle alone, without its number and buyer; then it stands here, the order's
    reference is "", and `complete` finds out the rest.
    """

    key: str
    kind: str
    at: datetime
    order: Order
    buyer: Holder
    language: str = ""
    cause: str = ""
    about: str = ""


class Forged(ConnectorError):
    """A webhook whose signature is not the shop's."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, permanent=True, code="forged")


@runtime_checkable
class Hears(Protocol):
    """A connector whose shop posts webhooks to /webhooks/shop."""

    def heard(self, headers: Mapping[str, str], body: bytes) -> tuple[News, ...]:
        """What a post says; () for what is no news. Names of headers in small letters. No I/O: it is answered while
        the shop waits. Raises Forged, and ConnectorError(code="shape") for what cannot be read."""


@runtime_checkable
class Lists(Protocol):
    """A connector that can be asked what moved."""

    def changes(self, since: str) -> tuple[tuple[News, ...], str]:
        """What moved after the mark `since` ("" at the first time: from now), oldest first, and the next mark.

        A mark that holds INSIDE says that there is more. The same news may come again; their keys are the same. Raises ConnectorError."""


@runtime_checkable
class Completes(Protocol):
    """A connector whose posts may name an order by its inner handle alone."""

    def complete(self, news: News) -> News | None:
        """The same news with order and buyer; None if there is no such order. Asks the shop; raises ConnectorError."""


def on_from(mark: str, since: str) -> str:
    """The mark inside a list that was read from `since` to here and goes on.

    Raises ConnectorError where so much changed in one moment that reading on would only come back to it.
    """
    if mark == since:
        raise ConnectorError("More orders changed at one moment than are read at once.", permanent=True, code="too_big")
    return f"{mark}{INSIDE}"
