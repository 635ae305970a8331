"""A piece of a page that several tabs of one browser fetch at the same change is made once.

An agent with five tabs open hears of a customer's message five times, and each tab fetches its list. Who made it and who
gets it are the same log-in: nothing goes from one agent to another. A piece is good for as long as the live pages were told
nothing newer than what it was made of, and a second at most; whatever her browser changes makes all of hers new.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from console.tail import Tail

HOLDS_SECONDS = 1.0
KEPT = 1_000

Name = tuple[str, str]


@dataclass
class Piece:
    """`place` is where the live pages' reading stood before it was made, so that it shows at least that."""

    place: int = -1
    at: float = 0.0
    text: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class SharedPieces:
    """The pieces made last, of this process."""

    def __init__(self, tail: Tail, tick: Callable[[], float] = time.monotonic) -> None:
        self._tail, self._tick = tail, tick
        self._guard = threading.Lock()
        self._pieces: OrderedDict[Name, Piece] = OrderedDict()

    def get(self, name: Name, make: Callable[[], str]) -> str:
        """The piece of this log-in and address; while one tab's is being made, the others wait for it."""
        piece = self._named(name)
        with piece.lock:
            if not self._is_good(piece):
                place, at = self._tail.place, self._tick()
                piece.text = make()
                piece.place, piece.at = place, at
            return piece.text

    def forget(self, login: str) -> None:
        """Something was done from this browser: its pages are to show it."""
        with self._guard:
            for name in [name for name in self._pieces if name[0] == login]:
                del self._pieces[name]

    def _named(self, name: Name) -> Piece:
        with self._guard:
            piece = self._pieces.setdefault(name, Piece())
            self._pieces.move_to_end(name)
            if len(self._pieces) > KEPT:
                self._pieces.popitem(last=False)
            return piece

    def _is_good(self, piece: Piece) -> bool:
        fresh = self._tick() - piece.at <= HOLDS_SECONDS
        return fresh and self._tail.listeners > 0 and piece.place >= self._tail.place
