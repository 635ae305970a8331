"""What the app hands to the console, so that its pages know neither settings nor shops nor channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversation.work import Database

MAX_STREAMS = 128


def _no_order(_reference: str) -> Mapping[str, Any] | None:
    return None


def _no_window(_kind: str) -> float | None:
    return None


def _not_wired(dead_letter_id: str, _agent_id: str) -> None:
    raise LookupError(f"Nobody was handed in who could settle {dead_letter_id}.")


@dataclass(frozen=True, slots=True)
class Desk:
    """The world of the pages.

    `find_order(reference)` gives the facts of an order as `orders.service` returns them, None for no such order; it may
    raise, and then the card says that the shop does not answer. `window_hours(kind)` is how long a channel kind lets
    us write after the contact's last message (None: always). `rerun(dead_letter_id, agent_id)` runs again what was
    given up, `dismiss` leaves it as it is; both raise UnknownDeadLetter.
    `media_dir` is where files are kept, `media_max_bytes` how long one of an agent's may be.
    `public_hosts` are the hosts of our public addresses. `trusted_proxies` is how many reverse proxies stand in front, whose X-Forwarded-For is believed. `max_streams` is
    two thirds of the web process's threads.
    """

    database: Database
    find_order: Callable[[str], Mapping[str, Any] | None] = _no_order
    window_hours: Callable[[str], float | None] = _no_window
    rerun: Callable[[str, str], object] = _not_wired
    dismiss: Callable[[str, str], object] = _not_wired
    media_dir: Path = Path("data/media")
    media_max_bytes: int = 16 * 1024 * 1024
    redis_url: str = ""
    mode: str = "production"
    trusted_proxies: int = 0
    public_hosts: frozenset[str] = frozenset()
    secure_cookies: bool = True
    max_streams: int = MAX_STREAMS
