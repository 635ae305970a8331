"""One thing that happened to one order, as it comes in from wherever it was told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# How far along the road each stands: news of an earlier part of it is no news once a later one was told.
ROAD = {
    "shipped": 1, "delayed": 2, "out_for_delivery": 3, "attempted": 4, "at_pickup_point": 5, "returning": 6, "lost": 6,
    "delivered": 7, "cancelled": 7,
}  # fmt: skip
KINDS = tuple(ROAD)
DESK = "desk"  # the source of what people marked


@dataclass(frozen=True, slots=True)
class News:
    """`key` is the same however often it is told. `facts` are those of the order as flows know them (`orders.service`).

    `phone` in international form; `cause` names what hit other orders as well, "" if it is this parcel's alone.
    `consent` is what the shop says of her wish to hear such news, None where it says nothing. `about` is the shop's inner
    handle of an order that it named by nothing else: the rest is still to be asked for. `postcode` and `city` are where the
    parcel goes, "" where nobody said. It is told no sooner than `not_before`.
    """

    key: str
    kind: str
    reference: str
    happened_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    phone: str = ""
    email: str = ""
    language: str = ""
    country: str = ""
    cause: str = ""
    consent: bool | None = None
    about: str = ""
    postcode: str = ""
    city: str = ""
    not_before: datetime | None = None
