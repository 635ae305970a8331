"""Numbers and orders that all pages of a process share: reckoned once for each change, not once for each page.

With a hundred consoles open a customer's message makes a hundred lists be fetched, and each wants the same sums over ten
thousand tickets. What was reckoned holds as long as the timeline has no newer line than it had then, and a second at
most. A live page's own fetch may be content with what the live pages were told last: what came after it is told to them
within a quarter of a second, and they fetch again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from console.tail import Tail
from handoff import capacity, lists, tally
from handoff.access import Viewer
from handoff.lists import Wanted
from handoff.tally import COUNTED, Counts, Group

HOLDS_SECONDS = 1.0
FIRST = 300  # of those that wait, in their order: six pages of the list
SHARED = ("queued", "unanswered", "all")  # lists that are the same for all who see the same queues

Scope = frozenset[str] | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AsOf:
    """The state of the tables that a page is of: its time, and the newest line of the timeline in its session. `live`: for
    a piece that a live page fetches."""

    now: datetime
    line: int
    live: bool = False


@dataclass
class Reckoned:
    """All that was found out in one state of the tables: `line` was the newest of the timeline, `place` where the live
    pages' reading stood."""

    line: int
    place: int
    at: float
    groups: tuple[Group, ...] | None = None
    closed: dict[Scope, int] = field(default_factory=dict)
    elsewhere: dict[str, int] = field(default_factory=dict)
    load: dict[str, int] = field(default_factory=dict)
    order: dict[tuple[str, Scope], list[str]] = field(default_factory=dict)
    whole: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    read: dict[tuple[Any, ...], Any] = field(default_factory=dict)


class Reckoning:
    """What was reckoned last, for all threads of this process."""

    def __init__(self, tail: Tail, tick: Callable[[], float] = time.monotonic) -> None:
        self._tail, self._tick = tail, tick
        self._lock = threading.Lock()
        self._found: Reckoned | None = None

    def counts(self, session: Session, viewer: Viewer, as_of: AsOf) -> Counts:
        """The numbers of the left column."""
        with self._lock:
            found = self._current(session, as_of)
            return tally.counts(_groups(session, found), viewer, as_of.now, lambda room: _closed(session, found, viewer, room))

    def rows(self, session: Session, viewer: Viewer, wanted: Wanted, as_of: AsOf) -> Sequence[Mapping[str, Any]]:
        """The rows of a list; the order of those that wait is found once for all who see the same queues."""
        if wanted.tab not in SHARED or wanted.is_filtered or wanted.offset + wanted.limit > FIRST:
            return lists.rows(session, viewer, wanted, as_of.now)
        with self._lock:
            found = self._current(session, as_of)
            if wanted.tab != "queued" and _has_elsewhere(session, found, viewer):
                return lists.rows(session, viewer, wanted, as_of.now)
            key = wanted.tab, tally.scope(viewer)
            if key not in found.order:
                first = replace(wanted, limit=FIRST, offset=0)
                found.order[key] = lists.order(session, viewer, first, as_of.now)
            keys = found.order[key][wanted.offset : wanted.offset + wanted.limit]
            keys = lists.still(session, viewer, keys, wanted.tab)
            missing = [key for key in keys if key not in found.whole]
            found.whole |= {row["conversation_id"]: row for row in lists.whole(session, missing)}
            return [found.whole[key] for key in keys if key in found.whole]

    def load(self, session: Session, viewer: Viewer, as_of: AsOf) -> int:
        """How many conversations count towards her capacity."""
        with self._lock:
            found = self._current(session, as_of)
            if viewer.agent_id not in found.load:
                found.load[viewer.agent_id] = capacity.load_of(session, viewer.agent_id, as_of.now)
            return found.load[viewer.agent_id]

    def once(self, session: Session, as_of: AsOf, name: tuple[Any, ...], read: Callable[[], T]) -> T:
        """What live pages that may see the same thing read of it at the same change; `name` holds all that it depends on
        beside the tables. Any other page reads for itself."""
        if not as_of.live:
            return read()
        with self._lock:
            found = self._current(session, as_of)
            if name not in found.read:
                found.read[name] = read()
            return found.read[name]

    def _current(self, session: Session, as_of: AsOf) -> Reckoned:
        at, place, found, line = self._tick(), self._tail.place, self._found, as_of.line
        enough = min(line, self._tail.last) if as_of.live and self._tail.listeners else line
        if found is None or found.line < enough or found.place < place or at - found.at > HOLDS_SECONDS:
            found = self._found = Reckoned(line, place, at)
        return found


def _groups(session: Session, found: Reckoned) -> tuple[Group, ...]:
    if found.groups is None:
        found.groups = tally.groups(session)
    return found.groups


def _has_elsewhere(session: Session, found: Reckoned, viewer: Viewer) -> bool:
    """Whether she holds something, or did, in a queue that is not hers: then her list is like nobody else's."""
    if viewer.sees_everything:
        return False
    live = any(one.holder_id == viewer.agent_id and one.queue_id not in viewer.queues for one in _groups(session, found))
    return live or _elsewhere(session, found, viewer) > 0


def _closed(session: Session, found: Reckoned, viewer: Viewer, room: int) -> int:
    """Conversations without a live ticket that she sees; up to what is counted at all."""
    scope = tally.scope(viewer)
    if scope not in found.closed:
        found.closed[scope] = tally.closed_in(session, scope, COUNTED + 1)
    if scope is None or found.closed[scope] >= room:
        return found.closed[scope]
    return found.closed[scope] + _elsewhere(session, found, viewer)


def _elsewhere(session: Session, found: Reckoned, viewer: Viewer) -> int:
    if viewer.agent_id not in found.elsewhere:
        found.elsewhere[viewer.agent_id] = tally.closed_elsewhere(session, viewer, COUNTED + 1)
    return found.elsewhere[viewer.agent_id]
