"""What a tracker's file offers: its name, the settings it takes, and how one is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from asking import OUR_PACE, Pace
from carriers.base import Tracker
from carriers.web import Line

TIMEOUT_SECONDS = 2.5
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Offer:
    """`needs` must be set, `may` can be; `secrets` may stand in the file as ${NAME} alone."""

    name: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    secrets: tuple[str, ...]
    make: Callable[[Mapping[str, Any], Pace], Tracker]

    def create(self, settings: Mapping[str, Any], pace: Pace = OUR_PACE) -> Tracker:
        """A tracker with these settings, which somebody has looked through (`carriers.configuration`)."""
        return self.make(settings, pace)

    def line(self, settings: Mapping[str, Any], pace: Pace) -> Line:
        """The line to it; the host of a `url` that the shop wrote itself may be a private one."""
        seconds = float(settings.get("timeout_seconds") or TIMEOUT_SECONDS)
        url = urlsplit(str(settings.get("url") or ""))
        place = f"{url.hostname}:{url.port or _PORTS.get(url.scheme, 443)}" if url.hostname else ""
        return Line(self.name, frozenset({place} if place else ()), seconds, pace)
