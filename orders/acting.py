"""What an agent may have the shop do with an order. A connector that can has `actions`, `preview` and `act`.

`resend_tracking` needs no shop: it is a message. The desk decides who may ask for what, up to which amount, and who must
approve (`handoff/order_actions.py`); a connector only says what is possible now, and does it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

CHANGES = ("change_address", "cancel", "refund", "coupon")
ACTIONS = ("resend_tracking", *CHANGES)
# The parcel has left: cancelling the order or another address would only be words.
GONE = frozenset(
    {"shipped", "out_for_delivery", "at_pickup_point", "attempted", "delayed", "delivered", "lost", "returning"}
)


@dataclass(frozen=True, slots=True)
class Action:
    """One of CHANGES, of one order. `key` is the idempotency key: the shop hears it where it takes one.

    `amount` in the order's currency (refund, coupon). `address`: name, street, postcode, city, country. `reason` is
    the agent's, for the shop's own book.
    """

    kind: str
    reference: str
    key: str
    amount: Decimal | None = None
    currency: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen. `refused`: a stable code where it is not possible now, "" where it is.

    Codes: absent, shipped, cancelled, refunded, unpaid, too_much, unsupported, address. `facts` are plain values: what
    stands there now (`address`, `total`, `refundable`, `currency`) and what would (`amount`, `address`).
    """

    refused: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The shop did it, now or when it heard the same key before. `facts`: refund_id, coupon, ends_on, …"""

    facts: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Acts(Protocol):
    """A connector that changes orders."""

    actions: frozenset[str]

    def preview(self, action: Action) -> Preview:
        """What `act` would do now; changes nothing. Raises ConnectorError."""

    def act(self, action: Action) -> Done:
        """Do it, once for each key. Raises Unsure where it may have been done, ConnectorError where it was not
        (`code` one of Preview's where the shop refused)."""
