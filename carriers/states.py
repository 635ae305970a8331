"""Where a parcel stands, in one vocabulary for all carriers, and how that fits the words that shops use for an order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNKNOWN = "unknown"
# In the order of a journey on which nothing goes wrong, then what may come between.
STATES = (
    "label_made", "handed_over", "in_transit", "in_customs", "out_for_delivery", "attempted", "at_pickup_point",
    "delivered", "returning", "lost", "exception",
)
ALL = (*STATES, UNKNOWN)
# Nothing follows these, as far as the customer is concerned.
FINAL = frozenset({"delivered", "lost"})

_ON_THE_WAY = ("in_transit", "in_customs", "out_for_delivery", "attempted", "at_pickup_point")
_TROUBLE = ("returning", "lost", "exception")
_MOVING = frozenset({*_ON_THE_WAY, *_TROUBLE, "delivered"})
# A carrier may leave steps out, and a parcel that is turned round may travel again; what is final stays.
FOLLOWS: Mapping[str, frozenset[str]] = MappingProxyType({
    "label_made": _MOVING | {"handed_over"},
    "handed_over": _MOVING,
    "in_transit": _MOVING,
    "in_customs": _MOVING,
    "out_for_delivery": _MOVING,
    "attempted": _MOVING,
    "at_pickup_point": frozenset({"delivered", "in_transit", *_TROUBLE}),
    "exception": _MOVING,
    "returning": frozenset({"in_transit", "lost", "exception", "delivered"}),
    "delivered": frozenset(),
    "lost": frozenset(),
    UNKNOWN: frozenset(STATES),
})

# What the status of an order says of its parcel; "" where there is no parcel to speak of.
_OF_ORDER: Mapping[str, str] = MappingProxyType({
    "preparing": "label_made", "shipped": "in_transit", "out_for_delivery": "out_for_delivery",
    "at_pickup_point": "at_pickup_point", "attempted": "attempted", "delayed": "in_transit", "delivered": "delivered",
    "returning": "returning", "lost": "lost", "cancelled": "", "refunded": "",
})
_TO_ORDER: Mapping[str, str] = MappingProxyType({
    "label_made": "preparing", "handed_over": "shipped", "in_transit": "shipped", "in_customs": "shipped",
    "out_for_delivery": "out_for_delivery", "attempted": "attempted", "at_pickup_point": "at_pickup_point",
    "delivered": "delivered", "returning": "returning", "lost": "lost", "exception": "delayed",
})


def of_order(status: str) -> str:
    """The state of the parcel of an order with this status; "" where none is on its way or ever will be."""
    return _OF_ORDER.get(status, UNKNOWN)


def to_order(state: str) -> str:
    """The status of the order whose parcel stands so."""
    return _TO_ORDER.get(state, "unknown")


def may_follow(before: str, after: str) -> bool:
    """Whether a parcel that stood so may stand so next. The same again always may: carriers repeat themselves."""
    return before == after or after in FOLLOWS.get(before, frozenset())


def refines(guessed: str, status: str) -> bool:
    """Whether a guess may say more than the order's status: it may tell how the parcel travels, never that it ended."""
    told = of_order(status)
    if told == UNKNOWN:
        return guessed not in FINAL
    if told in ("in_transit", "label_made"):
        return guessed == "handed_over" or (guessed not in FINAL and may_follow(told, guessed))
    return guessed == told
