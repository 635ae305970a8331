"""Which tracker is asked about whose parcels, and what it said lately."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

import metrics
from carriers import codes
from carriers.base import Parcel, Tracker, Tracking
from carriers.errors import CarrierError
from carriers.lateness import ANY

FRESH_SECONDS = 600.0
SETTLED_SECONDS = 86_400.0  # a parcel that has arrived
STALE_SECONDS = 6 * 3600.0  # while its carrier does not answer
MOST_KEPT = 5000
LONGEST_NUMBER = 60

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    tracking: Tracking | None


@dataclass(slots=True)
class Trackers:
    """`chosen`: the tracker's name by the carrier's table of codes, or `*`. Safe to share by threads."""

    by_name: Mapping[str, Tracker] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    seconds: Callable[[], float] = time.monotonic
    _kept: OrderedDict[tuple[str, str], _Kept] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def track(self, carrier: str, number: str, country: str = "") -> Tracking | None:
        """What is known of this parcel: fresh, else asked, else what was known before. None where nobody knows it, or
        nobody can be asked; never raises, because the shop's own data is there to answer with."""
        key = key_of(carrier)
        tracker = self.by_name.get(self.chosen.get(key) or self.chosen.get(ANY) or "")
        if tracker is None or not number or len(number) > LONGEST_NUMBER:
            return None
        kept, now = self._looked_up(key, number), self.seconds()
        if kept is not None and now - kept.at < _fresh_for(kept.tracking):
            metrics.carrier_kept.labels("fresh").inc()
            return kept.tracking
        try:
            tracking = tracker.track(Parcel(key, number, country))
        except CarrierError as error:
            logger.warning("a carrier did not answer", tracker=tracker.name, code=error.code)
            return self._stale(kept, now)
        self._keep(key, number, _Kept(now, tracking))
        return tracking

    def close(self) -> None:
        for tracker in self.by_name.values():
            tracker.close()

    def _looked_up(self, key: str, number: str) -> _Kept | None:
        with self._lock:
            found = self._kept.get((key, number))
            if found is not None:
                self._kept.move_to_end((key, number))
            return found

    def _keep(self, key: str, number: str, kept: _Kept) -> None:
        with self._lock:
            self._kept[key, number] = kept
            self._kept.move_to_end((key, number))
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _stale(self, kept: _Kept | None, now: float) -> Tracking | None:
        if kept is None or now - kept.at > STALE_SECONDS:
            return None
        metrics.carrier_kept.labels("stale").inc()
        return kept.tracking


def key_of(carrier: str) -> str:
    """What a carrier is called in files: the name of its table of codes, else its own words in small letters."""
    table = codes.table_of(carrier)
    return table.key if table else codes.fold_text(carrier)


def _fresh_for(tracking: Tracking | None) -> float:
    return SETTLED_SECONDS if tracking is not None and tracking.state == "delivered" else FRESH_SECONDS
