"""The only clock of the house: nobody else asks the system for the time.

In a lab its hand is a file that all processes share, and a test sets it: the time then stands, or runs from where it was
put. The file is two numbers, mapped into memory, so that every process sees a change at once: the hand, and how often the
lab has begun anew, by which whoever remembers something knows that it is of a world that is gone.
"""

from __future__ import annotations

import mmap
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# 0: the system's time. Else its lowest bit says whether the time stands, and the rest where (or how far off it runs),
# in microseconds: one number, so that nobody reads half of a change.
_hand: memoryview | None = None


def now() -> datetime:
    """This instant, aware, in UTC."""
    if _hand is None or not _hand[0]:
        return datetime.now(UTC)
    told = timedelta(microseconds=_hand[0] >> 1)
    return _EPOCH + told if _hand[0] & 1 else datetime.now(UTC) + told


def follow(path: Path) -> None:
    """From now on this process tells the time of a lab's clock. The file is made if it is not there."""
    global _hand
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size < _BYTES:
            os.ftruncate(descriptor, _BYTES)
        _hand = memoryview(mmap.mmap(descriptor, _BYTES)).cast("q")
    finally:
        os.close(descriptor)


def stand(at: datetime) -> None:
    """A lab's clock stands at this instant until it is set again. Raises LookupError where none is followed."""
    _set((at - _EPOCH) // _MICROSECOND << 1 | 1)


def run(at: datetime) -> None:
    """A lab's clock runs on from this instant. Raises LookupError where none is followed."""
    _set((at - datetime.now(UTC)) // _MICROSECOND << 1 or 2)


def reset() -> None:
    """A lab's clock tells the system's time again. Raises LookupError where none is followed."""
    _set(0)


def begin_anew() -> None:
    """Everything that was is forgotten, by whoever asks `world`. Raises LookupError where no lab's clock is followed."""
    _set(0)
    if _hand is not None:
        _hand[1] += 1


def world() -> int:
    """One more each time a lab forgot everything; 0 where there is none."""
    return _hand[1] if _hand is not None else 0


def stands() -> bool:
    """Whether the time stands still."""
    return _hand is not None and bool(_hand[0] & 1)


def _set(value: int) -> None:
    if _hand is None:
        raise LookupError("Only a lab's clock can be set: start with MODE=lab.")
    _hand[0] = value
