"""What is known of a parcel, and what a tracker must answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from carriers.states import UNKNOWN


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that a carrier reported: when, in its words and its code, where. `at` is None where it does not say."""

    at: datetime | None
    text: str
    code: str = ""
    place: str = ""
    state: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a carrier says of one parcel. `moves` newest first; `state` is never guessed. `is_coarse`: its codes say little,
    and its words may say more."""

    carrier: str
    number: str
    state: str = UNKNOWN
    moves: tuple[Move, ...] = ()
    eta: date | None = None
    delivered_on: date | None = None
    pickup_point: str = ""
    pickup_until: date | None = None
    is_coarse: bool = False

    @property
    def place(self) -> str:
        return next((move.place for move in self.moves if move.place), "")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is asked for: the shop's word for the carrier, and the number. `country`: ISO code, "" if not known."""

    carrier: str
    number: str
    country: str = ""


class Tracker(Protocol):
    """Somebody who can be asked about parcels. One file of this folder with `TRACKER`, a factory: its `name`, and
    `create(settings)`."""

    name: str

    def track(self, parcel: Parcel) -> Tracking | None:
        """What is known of the parcel; None where it is not known there (yet). Raises CarrierError."""

    def close(self) -> None:
        """Closes what it holds open."""
