"""The flows of this process: the set that is live, and the older shapes of flows that customers still stand in.

One object per process. `library` is what a turn works with; another set takes its place by one assignment, made by a
thread that compiles while turns go on. A flow is taken whole or not at all: who stands in a shape that is no longer
live finds it in `Library.pinned`, compiled from the newest set that had it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

import metrics
from bot.flow import library as flow_library
from bot.flow import live
from bot.flow.library import Library
from bot.flow.live import FlowSet, FlowsRefused
from bot.flow.model import Flow
from conversation.work import Database, Work
from pipeline import flow_sets, publishing
from pipeline.flow_sets import Reader
from pipeline.flow_watch import FlowWatch

LOOK_SECONDS = 2.0
EARLIER = 20  # sets that a start goes back through until it finds one that it can read
STOOD_IN = timedelta(days=8)  # nobody is in a flow for longer than seven

logger = structlog.get_logger(__name__)
Shape = tuple[str, str]


class LiveFlows:
    """`live_set` is None while nothing was published and the folder itself is used."""

    def __init__(self, library: Library, live_set: FlowSet | None = None) -> None:
        self.library = library
        self.live_set = live_set
        self._lock = threading.Lock()
        self._nowhere: set[Shape] = set()
        self._unread = 0

    def __call__(self) -> Library:
        return self.library

    @property
    def set_id(self) -> str:
        return self.live_set.set_id if self.live_set is not None else ""

    def text(self, key: str, language: str, **values: Any) -> str:
        """A sentence of ours as the live flows have it."""
        return self.library.text(key, language, **values)

    def look(self, database: Database) -> bool:
        """Take what was published since; whether there was anything. For a thread beside the turns."""
        with database.reading() as session:
            if self.live_set is not None and flow_sets.newest_serial(session) == self.live_set.serial:
                return False
            return self.take(session, database.wiring.now())

    def take(self, reader: Reader, now: datetime) -> bool:
        """Swap to the newest set; the last good one stays where it cannot be read."""
        began = time.perf_counter()
        found = flow_sets.newest(reader)
        if found is None or found.serial == self._unread:
            return False
        library = publishing.compiled(found.files)
        if library is None:
            self._unread = found.serial
            logger.error("the live flows cannot be read by this code; the ones before stay", set=found.set_id)
            return False
        whole = replace(library, pinned=pins(reader, library, now))
        with self._lock:
            if self.live_set is not None and found.serial <= self.live_set.serial:
                return False
            self._nowhere, self.live_set, self.library = set(), found, whole
        metrics.flow_swaps.inc()
        logger.info("flows were taken", set=found.set_id, by=found.published_by, pinned=len(whole.pinned),
                    ms=round((time.perf_counter() - began) * 1000, 1))
        return True

    def for_state(self, work: Work, state: Mapping[str, Any]) -> Library:
        """The flows for a conversation in this state. Asks the database only for a shape that nobody here knows yet:
        another process has published a moment ago, or she began in a shape that has just been replaced.
        """
        library = self.library
        missing = lacking(library, state)
        if not missing or missing <= self._nowhere:
            return library
        metrics.flow_fetches.inc()
        if self.live_set is not None and flow_sets.newest_serial(work.connection) != self.live_set.serial:
            self.take(work.connection, work.now)
        missing = lacking(self.library, state)
        found = _found(work.connection, missing, self.library)
        with self._lock:
            self._nowhere |= missing - found.keys()
            wanted = {shape: flow for shape, flow in found.items() if not _is_moved_on(self.library, shape[0])}
            if wanted:
                self.library = replace(self.library, pinned={**self.library.pinned, **wanted})
        return self.library


def lacking(library: Library, state: Mapping[str, Any]) -> set[Shape]:
    """The shapes that a state stands in and these flows do not have."""
    frames = state.get("frames")
    if not frames:
        return set()
    missing = set()
    for frame in frames:
        if not isinstance(frame, dict):
            continue
        name, shape = frame.get("flow"), frame.get("rev")
        flow = library.flows.get(name)
        if (flow is None or flow.shape != shape) and (name, shape) not in library.pinned:
            missing.add((str(name), str(shape)))
    return missing


def pins(reader: Reader, library: Library, now: datetime) -> Mapping[Shape, Flow]:
    """Every flow that somebody stands in, in the shape she began with, where that is not the live one."""
    wanted = {shape for shape in flow_sets.shapes_stood_in(reader, now - STOOD_IN)
              if shape[0] not in library.flows or library.flows[shape[0]].shape != shape[1]}
    return _found(reader, {shape for shape in wanted if not _is_moved_on(library, shape[0])}, library)


def _is_moved_on(library: Library, name: str) -> bool:
    flow = library.flows.get(name)
    return flow is not None and flow.on_edit == "move"


def _found(reader: Reader, wanted: set[Shape], live_now: Library) -> dict[Shape, Flow]:
    """These flows as the newest set with each had it, and the deleted ones that they lead to; not those whose customers
    were moved on.

    Newer code may see another shape in the same file: it is still the file that she began with.
    """
    sets = {shape: found for shape in wanted if (found := flow_sets.with_shape(reader, *shape)) is not None}
    flows: dict[Shape, Flow] = {}
    for shape, found in sorted(sets.items(), key=lambda pair: pair[1].serial):  # each set is compiled once
        library = publishing.compiled(found.files)
        flow = library.flows.get(shape[0]) if library is not None else None
        if library is not None and flow is not None:
            flows |= live.with_what_they_lead_to(flow, library, live_now) | {shape: flow}
    return flows


def open_flows(database: Database, folder: Path, watch: FlowWatch | None = None) -> LiveFlows:
    """The flows that this process begins with: what is live in the database, else what the folder says.

    With a `watch` the folder is taken over first, as it is published when nothing is live yet; without one (a command)
    nothing is written, and a database that does not answer is no obstacle. Raises FlowsRefused.
    """
    try:
        found = _published(database, watch)
    except SQLAlchemyError as error:
        tell = logger.warning if watch is not None else logger.debug
        tell("the live flows could not be asked for; the folder counts", error=type(error).__name__)
        found = None
    if found is not None:
        return found
    loaded = flow_library.load(folder)
    if loaded.library is None or not loaded.library.flows:
        raise FlowsRefused(loaded.findings or publishing.checked({}).findings)
    return LiveFlows(loaded.library)


def _published(database: Database, watch: FlowWatch | None) -> LiveFlows | None:
    if watch is not None:
        _try(watch.look)
    if not _exists(database):
        return None
    with database.reading() as session:
        found = _newest_good(session, database.wiring.now())
    if found is not None and watch is not None:
        _register(database, found)
    return found


def _newest_good(reader: Reader, now: datetime) -> LiveFlows | None:
    """The newest set that this code can read: newer code may be stricter than the one that published it."""
    for found in flow_sets.latest(reader, EARLIER):
        library = publishing.compiled(found.files)
        if library is not None:
            return LiveFlows(replace(library, pinned=pins(reader, library, now)), found)
        logger.error("published flows cannot be read by this code; the ones before are used", set=found.set_id)
    return None


def _register(database: Database, flows: LiveFlows) -> None:
    assert flows.live_set is not None
    with database.work() as work:
        flow_sets.register(work, flows.live_set.serial, flows.library)


def _exists(database: Database) -> bool:
    """Asking SQLite for a database that is not there would make an empty one."""
    url = database.engine.url
    return url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists()


def keep_looking(flows: LiveFlows, database: Database, watch: FlowWatch | None = None,
                 every_seconds: float = LOOK_SECONDS) -> threading.Thread:
    """Follow what is published, and the folder where this process watches one, for as long as the process lives."""

    looks: list[Callable[[], object]] = [*([watch.look] if watch is not None else []), lambda: flows.look(database)]

    def look() -> None:
        while True:
            time.sleep(every_seconds)
            for one in looks:
                _try(one)

    thread = threading.Thread(target=look, name="flows", daemon=True)
    thread.start()
    return thread


def _try(look: Callable[[], object]) -> None:
    try:
        look()
    except (SQLAlchemyError, OSError) as error:  # the database or the disk: it comes again in two seconds
        logger.warning("the flows could not be looked at", error=type(error).__name__)
    except Exception as error:  # noqa: BLE001 - a watch that died would say nothing for ever
        logger.error("the flows could not be looked at", error=type(error).__name__, detail=str(error)[:200])
