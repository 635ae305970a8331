"""Fetches what came with messages: rows that wait, each asked for, made safe, kept, and its page told.

Run by the bulk worker, and by the slow one for rows that nobody takes. A row is claimed in a transaction of its own, the
provider is asked with none open, the file is durable before its row says so. A worker that dies in between leaves a
lease that runs out; the next one writes the same file under the same name.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta

import structlog

import channels
import faults
from channels import accounts
from channels.base import Endpoint
from channels.downloads import Downloads, NotFetched, open_downloads
from config import Settings
from conversation import alarms, filing, media, vcards
from conversation.alarms import Trouble
from conversation.files import Folder, is_full
from conversation.filetypes import Hint
from conversation.filing import NotKept, Safe
from conversation.media import MOST_ATTEMPTS, Claimed
from conversation.work import Database, Work

AT_ONCE = 4  # each may hold a whole file
LOOK_SECONDS = 0.5
DRAIN_SECONDS = 60.0  # shorter than the job that drains may take
LEASE = timedelta(seconds=15)  # renewed while the file is fetched and drawn, so that a dead worker is noticed soon
RENEW_SECONDS = 4.0
DISK_PAUSE = timedelta(seconds=30)
LONGEST_WISH_SECONDS = 300.0
DISK_ALARM = "media:disk"
# Twilio answers 404 for some seconds after its webhook; a host that is down may be back in ten minutes.
_SOON = (1.0, 3.0, 10.0, 30.0, 60.0)
_LATER = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 180.0, 200.0)

logger = structlog.get_logger(__name__)


def delay(code: str, attempt: int) -> float | None:
    """Seconds until the next try after this many; None: it is given up. Pure."""
    clock = _LATER if code == "unreachable" else _SOON
    return clock[attempt - 1] if attempt <= len(clock) else None


@dataclass(frozen=True, slots=True)
class Media:
    """What the worker needs: rows, providers, a folder. One per worker process."""

    database: Database
    folder: Folder
    downloads: Downloads
    endpoints: Mapping[tuple[str, str], Endpoint]

    def drain(self, untouched: timedelta = timedelta()) -> int:
        """Fetch everything that is due until nothing is; returns how many rows were tried."""
        if not self._is_any_due(untouched):
            return 0
        rows = self._claim(AT_ONCE, untouched)
        tried, until = 0, time.monotonic() + DRAIN_SECONDS
        running: dict[Future[None], Claimed] = {}
        renew_at = time.monotonic() + RENEW_SECONDS
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="media") as pool:
            while rows or running:
                tried += len(rows)
                running |= {pool.submit(self.run, row): row for row in rows}
                done, _ = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
                for one in done:
                    del running[one]
                    one.result()
                if running and time.monotonic() >= renew_at:
                    self.renew(list(running.values()))
                    renew_at = time.monotonic() + RENEW_SECONDS
                rows = self._claim(AT_ONCE - len(running), untouched) if time.monotonic() < until else []
        return tried

    def _is_any_due(self, untouched: timedelta) -> bool:
        """Looked up without a lock: this is asked every second, and nearly always there is nothing."""
        with self.database.reading() as session:
            return media.is_any_due(session, self.database.wiring.now(), untouched)

    def _claim(self, limit: int, untouched: timedelta) -> list[Claimed]:
        if limit <= 0:
            return []
        with self.database.work() as work:
            rows = media.claim(work, limit, LEASE, untouched)
            faults.point("media claimed")
            return rows

    def inherit(self) -> None:
        """Called once by a worker that begins."""
        with self.database.work() as work:
            media.inherit(work)

    def renew(self, held: Sequence[Claimed]) -> None:
        """These are still being worked on."""
        with self.database.work() as work:
            media.renew(work, held, LEASE)

    def run(self, claimed: Claimed) -> None:
        """One row, to its end or to its next try."""
        if claimed.attempt > MOST_ATTEMPTS:
            self._fail(claimed, "unreachable")
            return
        try:
            safe = self._fetched(claimed)
            kept = filing.put(self.folder, claimed.attachment_id, safe)
        except NotKept as error:
            self._fail(claimed, error.code)
        except NotFetched as error:
            self._not_fetched(claimed, error)
        except OSError as error:
            self._not_written(claimed, error)
        else:
            faults.point("media file written")
            with self.database.work() as work:
                if media.stored(work, claimed, kept):
                    _read_card(work, claimed, safe)
                alarms.clear(work, DISK_ALARM)

    def _fetched(self, claimed: Claimed) -> Safe:
        endpoint = self.endpoints.get((claimed.channel_kind, claimed.account))
        if endpoint is None:  # the channel was taken out of the settings
            raise NotFetched("forbidden", permanent=True)
        faults.point("before media fetch")
        content = self.downloads.fetch(claimed.remote, endpoint, channels.adapter(claimed.channel_kind).provider)
        faults.point("after media fetch")
        return filing.made_safe(content, Hint(claimed.mime, claimed.filename))

    def _not_fetched(self, claimed: Claimed, error: NotFetched) -> None:
        seconds = None if error.permanent else delay(error.code, claimed.attempt)
        if seconds is None:
            self._fail(claimed, error.code)
            return
        seconds = max(seconds, min(error.retry_after or 0.0, LONGEST_WISH_SECONDS))
        with self.database.work() as work:
            media.again(work, claimed, work.now + timedelta(seconds=seconds), error.code)

    def _not_written(self, claimed: Claimed, error: OSError) -> None:
        logger.error("a file could not be kept", attachment=claimed.attachment_id, error=error.strerror)
        trouble = Trouble(DISK_ALARM, "media_full" if is_full(error) else "media_unwritable", "critical",
                          {"folder": str(self.folder.root), "reason": error.strerror or type(error).__name__})
        with self.database.work() as work:
            media.again(work, claimed, work.now + DISK_PAUSE, "unreachable", counts=False)
            alarms.raise_alarm(work, trouble)

    def _fail(self, claimed: Claimed, why: str) -> None:
        logger.info("a file was given up", attachment=claimed.attachment_id, why=why, attempt=claimed.attempt)
        with self.database.work() as work:
            media.failed(work, claimed, why)


def open_media(given: Settings, database: Database) -> Media:
    """The job of a process with these settings."""
    ours = accounts.read(given.accounts())
    bases = (given.twilio_api_base, given.meta_graph_base)
    return Media(database, Folder(given.media_path), open_downloads(bases, given.media_host_list, given.media_max_bytes),
                 ours.endpoints(*bases, ""))


def _read_card(work: Work, claimed: Claimed, safe: Safe) -> None:
    """A contact that was sent as a file is shown as one that was sent as a contact."""
    if safe.mime == "text/vcard" and (found := vcards.contacts_of(safe.content)):
        media.note_contacts(work, claimed.message_id, found)
