"""What the house knows about orders, and what a shop must answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

MAX_ORDERS = 10


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    quantity: int
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """One thing the carrier reported: when, where, in its own words."""

    at: datetime
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the shop tells it.

    `reference` as the shop writes it; `status`: preparing, shipped, out_for_delivery, at_pickup_point, attempted,
    delayed, delivered, returning, lost, cancelled, refunded, unknown. Days are the shop's. Money carries its currency.
    """

    reference: str
    status: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    ordered_on: date | None = None
    ships_on: date | None = None
    promised_on: date | None = None
    eta: date | None = None
    delivered_on: date | None = None
    total: Decimal | None = None
    currency: str = "EUR"
    paid: bool | None = None
    customer_name: str = ""
    pickup_point: str = ""
    items: tuple[Item, ...] = ()
    events: tuple[TrackingEvent, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the contact offers to show that the order is hers: any one that fits is enough.

    `phone` is E.164, taken from the channel (not typed); `email`, `postcode` and `last_digits` are typed. `ways` are the
    house's rules where it has some: each is enough, and its kinds must fit together.
    """

    phone: str = ""
    email: str = ""
    postcode: str = ""
    last_digits: str = ""
    ways: tuple[tuple[str, ...], ...] = ()


class Connector(Protocol):
    """A shop. One file of this folder with `CONNECTOR`, a factory from its settings.

    `local` connectors answer from memory without I/O and are asked inside a turn; all others from a worker.
    One whose orders move with the calendar (the demo shop) also has `on(today) -> Connector`: itself, on that day.
    """

    name: str
    local: bool

    def find(self, reference: str, proof: Proof) -> Order | None:
        """The order, if it exists and the proof fits; else None, the same for both. Raises ConnectorError."""

    def find_without_proof(self, reference: str) -> Order | None:
        """The order for the eyes of an agent, never for a contact; None if there is none. Raises ConnectorError."""

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        """The latest orders (at most MAX_ORDERS, newest first) of whoever bought with this phone or e-mail.

        The caller has proven that the address is the contact's (a channel's own number) or is an agent. () for nobody,
        and where the shop cannot be asked so (`can_search` is False). Raises ConnectorError.
        """

    can_search: bool
