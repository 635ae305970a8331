"""What the house throws away by itself: files that were kept long enough, files and rows that nobody needs any more.

Run once an hour by the slow worker. A row says first that its file is gone and the file goes then, so that a page never
promises what is not there; a file whose worker died before the row knew of it, or whose row was erased, goes a day later.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import bindparam, delete

from conversation import media
from conversation.files import Folder
from conversation.tables import SendCount
from conversation.work import Database
from handoff.house_tables import HookCall, KeptResult
from outreach.tables import NewsDay
from pipeline import proofs, retention
from pipeline.tables import FoundEvent

EVERY_SECONDS = 3600.0
ORPHAN_SECONDS = 24 * 3600.0
AT_ONCE = 200
KEEP_TAKEN = timedelta(days=8)  # a provider repeats for seven
KEEP_COUNTS = timedelta(days=40)
KEEP_CALLS = timedelta(days=30)
KEEP_RESULTS = timedelta(days=1)
_taken = delete(FoundEvent.__table__).where(FoundEvent.__table__.c.taken_at < bindparam("before"))
_called = delete(HookCall.__table__).where(HookCall.__table__.c.ended_at < bindparam("before"))
_done = delete(KeptResult.__table__).where(KeptResult.__table__.c.created_at < bindparam("before"))
_counted = delete(SendCount.__table__).where(SendCount.__table__.c.day < bindparam("before"))
_told = delete(NewsDay.__table__).where(NewsDay.__table__.c.day < bindparam("before"))

logger = structlog.get_logger(__name__)


@dataclass
class Housekeeping:
    """Looks after the media folder and old rows. `keep_days` 0 keeps files for ever, unless an admin said otherwise."""

    database: Database
    folder: Path
    keep_days: int
    tick_clock: Callable[[], float] = time.monotonic
    _next_at: float = field(default=0.0)

    def tick(self) -> int:
        """Once an hour, and soon after the start; returns how many files went."""
        now = self.tick_clock()
        if now < self._next_at:
            return 0
        self._next_at = now + EVERY_SECONDS
        self.tidy()
        rows = retention.forget(self.database)
        if rows:
            logger.info("rows were removed", rows=rows)
        gone = self.forget() + self.clear_out()
        if gone:
            logger.info("files were removed", files=gone)
        return gone

    def tidy(self) -> None:
        """Rows whose use is over: ended addresses of files, events that were taken in, counts of days long past."""
        with self.database.work() as work:
            media.end_uploads(work)
            work.connection.execute(_taken, {"before": work.now - KEEP_TAKEN})
            work.connection.execute(_called, {"before": work.now - KEEP_CALLS})
            work.connection.execute(_done, {"before": work.now - KEEP_RESULTS})
            proofs.tidy(work)
            for counts in (_counted, _told):
                work.connection.execute(counts, {"before": (work.now - KEEP_COUNTS).date().isoformat()})

    def forget(self) -> int:
        """Files older than they may be; the rows say so."""
        gone, days = 0, retention.media_days(self.database, self.keep_days)
        while days:
            with self.database.work() as work:
                names = media.forget_before(work, work.now - timedelta(days=days), AT_ONCE)
            for name in names:
                Folder(self.folder).remove(name)
            gone += len(names)
            if not names:
                break
        return gone

    def clear_out(self, older_than_seconds: float = ORPHAN_SECONDS) -> int:
        """Files that nobody knows."""
        folder, gone = Folder(self.folder), 0
        names = folder.names(older_than_seconds)
        while batch := list(itertools.islice(names, AT_ONCE)):
            with self.database.reading() as session:
                known = media.known_names(session, batch)
            for name in set(batch) - known:
                folder.remove(name)
                gone += 1
        return gone
