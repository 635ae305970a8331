"""Twilio's list, read again and again for what it gave up delivering: part of the process that sends.

Twilio does not repeat a webhook that we did not take (a restart, a broken wire), and a report that is lost leaves a
message *sent* for ever. So each account's list is read every minute. What of it never came in becomes a row the writer
takes like a webhook, once for ever by the same id; it wakes nobody twice. Nothing here sends, and nothing that sends
waits for it: it has connections, time limits and transactions of its own.

How far back: Twilio documents no delay of its list, so each reading goes back OVERLAP before the last complete one:
longer than the 15 s in which Twilio tries a webhook, and than clocks differ. What is younger than GRACE is left to its
webhook. The first reading ever takes the last hour, not the whole history of an account.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import aiohttp
import structlog
from sqlalchemy import Connection, bindparam, insert, select, update

import faults
from channels import twilio_history
from channels.accounts import TwilioAccount
from channels.base import Endpoint, Event, HttpRequest
from channels.twilio_history import Listed, Page
from conversation import alarms, inbox
from conversation.alarms import Trouble
from conversation.events import Notice
from conversation.outbox import RANK
from conversation.prepared import Prepared
from conversation.tables import OutboxPart
from conversation.work import Database, Work
from pipeline.identities import identity_of
from pipeline.tables import FoundEvent, Poll

OVERLAP = timedelta(minutes=5)
GRACE = timedelta(seconds=20)
FIRST = timedelta(hours=1)
MOST_PAGES = 500
MOST_UNREAD = 3  # messages of a page whose media could not be listed: then the provider is left in peace
LOOKED_UP_AT_ONCE = 500
PAGE_TIMEOUT_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 900.0
TROUBLE_AFTER = timedelta(minutes=10)
Result = TypeVar("Result")

_poll, _found, _part = Poll.__table__, FoundEvent.__table__, OutboxPart.__table__
_standing = select(_poll).where(_poll.c.source == bindparam("of"))
_pending = select(_found.c.event).where(_found.c.taken_at.is_(None))
_states = select(_part.c.provider_id, _part.c.state).where(_part.c.provider_id.in_(bindparam("ids", expanding=True)))
_add_found = Prepared(insert(_found))
_add_poll = insert(_poll)
_read_so_far = update(_poll).where(_poll.c.source == bindparam("of")).values(
    read_until=bindparam("until"), polled_at=bindparam("now"), found=_poll.c.found + bindparam("more"))

logger = structlog.get_logger(__name__)


class Unread(Exception):
    """The list could not be read to its end; `wait_seconds` is what the provider asked for, 0 where it said nothing."""

    def __init__(self, why: str, wait_seconds: float = 0.0) -> None:
        super().__init__(why)
        self.wait_seconds = wait_seconds


class Gone(Unread):
    """There is nothing at this address, and there will not be."""


@dataclass
class Reader:
    """What reads the list of one account. `judged`: what was looked at in the last readings, by id, with its status."""

    database: Database
    account: TwilioAccount
    endpoint: Endpoint
    judged: dict[str, str] = field(default_factory=dict)
    failing_since: datetime | None = None

    @property
    def source(self) -> str:
        return self.account.account_sid

    async def read(self, http: aiohttp.ClientSession) -> int:
        """Read the list once, as far as the last complete reading; returns how much was found. Raises Unread."""
        began = self.database.wiring.now()
        since = await self._in_database(lambda work: _read_until(work, self.source)) - OVERLAP
        request: HttpRequest | None = twilio_history.first_page(self.endpoint, since)
        seen: dict[str, str] = {}
        found = 0
        for _ in range(MOST_PAGES):
            page = await self._page(http, request)
            fresh = [one for one in page.messages if _is_due(one, since, began)]
            found += await self._take(http, [one for one in fresh if self.judged.get(one.provider_id) != one.status])
            seen |= {one.provider_id: one.status for one in fresh}
            if not page.next_url or all(one.sent_ms < since.timestamp() * 1000 for one in page.messages):
                break
            request = twilio_history.next_page(self.endpoint, page.next_url)
            if request is None:
                raise Unread("The next page is not one of our account.")
        else:
            raise Unread("The list has more pages than can be.")
        self.judged = seen
        await self._in_database(lambda work: _note_reading(work, self.source, began, found))
        return found

    async def _page(self, http: aiohttp.ClientSession, request: HttpRequest | None) -> Page:
        assert request is not None  # the loop ends where there is none
        # in a thread: a page may hold a thousand messages, and what is sent meanwhile must not wait for their reading
        page = await asyncio.to_thread(twilio_history.read, await _body_of(http, request), self.source)
        if page is None:
            raise Unread("What came is no list.")
        return page

    async def _take(self, http: aiohttp.ClientSession, listed: Sequence[Listed]) -> int:
        """Find out which of these never came in, and leave them to the writer; returns how many."""
        if not listed:
            return 0
        events, unread = list[Event](), list[Unread]()
        for one in await asyncio.to_thread(self._missing, listed):
            if one.media and len(unread) >= MOST_UNREAD:
                continue
            try:
                event = await self._event(http, one)
            except Unread as error:  # what is attached to one message holds up no other one; it is asked again
                unread.append(error)
            else:
                events += [event] if event else []
        if events:
            await self._in_database(lambda work: _leave(work, events))
        if unread:
            raise unread[-1]
        return len(events)

    def _missing(self, listed: Sequence[Listed]) -> list[Listed]:
        inbound = [(one, event) for one in listed if one.is_inbound
                   and (event := twilio_history.event_of(one, self.account))]
        ours = [one for one in listed if not one.is_inbound]
        with self.database.reading() as session:
            connection = session.connection()
            unseen = inbox.unseen(connection, [identity_of(event) for _, event in inbound])
            missing = [inbound[place][0] for place in sorted(unseen)] + _ahead_of_us(connection, ours)
            waiting = _waiting(connection) if missing else set()
        return [one for one in missing if _mark_of(one) not in waiting]

    async def _event(self, http: aiohttp.ClientSession, listed: Listed) -> Event | None:
        """Its event, with what is attached; only what is missing is asked for its media."""
        if listed.is_inbound and listed.media:
            listed = await self._with_media(http, listed)
        return twilio_history.event_of(listed, self.account)

    async def _with_media(self, http: aiohttp.ClientSession, listed: Listed) -> Listed:
        try:
            body = await _body_of(http, twilio_history.media_of(self.endpoint, listed))
        except Gone:  # deleted meanwhile: her words are found without it
            return listed
        complete = twilio_history.with_media(listed, body, self.endpoint)
        if complete is None:
            raise Unread("What came is no list of media.")
        return complete

    async def _in_database(self, step: Callable[[Work], Result]) -> Result:
        return await asyncio.to_thread(self._transact, step)

    def _transact(self, step: Callable[[Work], Result]) -> Result:
        with self.database.work() as work:
            return step(work)

    async def went_wrong(self, why: str) -> None:
        """Note that it cannot be read; after a while people must know."""
        now = self.database.wiring.now()
        self.failing_since = self.failing_since or now
        logger.warning("a provider's list could not be read", source=self.source, error=why)
        if now - self.failing_since >= TROUBLE_AFTER:
            trouble = Trouble(f"poll:{self.source}", "poll_failing", facts={"source": self.source, "why": why})
            await self._in_database(lambda work: alarms.raise_alarm(work, trouble))

    async def went_well(self) -> None:
        if self.failing_since is not None:
            self.failing_since = None
            await self._in_database(lambda work: alarms.clear(work, f"poll:{self.source}"))


def readers(database: Database, endpoints: Mapping[tuple[str, str], Endpoint]) -> list[Reader]:
    """One for each account whose list can be read."""
    accounts = twilio_history.accounts_of(endpoints.values())
    return [Reader(database, account, endpoint) for account, endpoint in accounts.values()]


async def run(database: Database, endpoints: Mapping[tuple[str, str], Endpoint], every_seconds: float) -> None:
    """Read every account's list for ever, each by itself; 0 seconds: never."""
    if every_seconds:
        await asyncio.gather(*(_keep_reading(reader, every_seconds) for reader in readers(database, endpoints)))


def session() -> aiohttp.ClientSession:
    """Connections of its own, so that a list that hangs holds up nothing that is sent."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PAGE_TIMEOUT_SECONDS), trust_env=False)


async def _keep_reading(reader: Reader, every_seconds: float) -> None:
    pause = every_seconds
    async with session() as http:
        while True:
            try:
                await reader.read(http)
                await reader.went_well()
                pause = every_seconds
            except Exception as error:  # whatever it was: a reader that ended would be missed by nobody
                pause = min(LONGEST_PAUSE_SECONDS, max(pause * 2, getattr(error, "wait_seconds", 0.0)))
                await _tell(reader, error)
            await asyncio.sleep(pause)


async def _tell(reader: Reader, error: Exception) -> None:
    try:
        await reader.went_wrong(f"{type(error).__name__}: {error}" if isinstance(error, Unread) else type(error).__name__)
    except Exception as trouble:  # the database is away too: it is tried again with the next reading
        logger.warning("the trouble of a list could not be noted", error=type(trouble).__name__)


async def _body_of(http: aiohttp.ClientSession, request: HttpRequest) -> bytes:
    faults.point("before poll")
    async with http.request(request.method, request.url, headers=request.headers, allow_redirects=False) as response:
        body = await response.read()
        faults.point("after poll")
        if response.status != 200:
            wait = response.headers.get("Retry-After", "")
            trouble = Gone if response.status in (404, 410) else Unread
            raise trouble(f"The provider answered {response.status}.", float(wait) if wait.isdigit() else 0.0)
        return body


def _is_due(listed: Listed, since: datetime, now: datetime) -> bool:
    """Old enough for its webhook to have come, and not from before this reading's time."""
    changed_ms = listed.sent_ms if listed.is_inbound else max(listed.sent_ms, listed.changed_ms)
    return since.timestamp() * 1000 <= changed_ms <= (now - GRACE).timestamp() * 1000


def _read_until(work: Work, source: str) -> datetime:
    known = work.connection.execute(_standing, {"of": source}).mappings().first()
    if known is not None:
        return known["read_until"]
    work.connection.execute(_add_poll, {
        "source": source, "read_until": work.now - FIRST + OVERLAP, "polled_at": work.now, "found": 0})
    return work.now - FIRST + OVERLAP


def _note_reading(work: Work, source: str, until: datetime, found: int) -> None:
    work.connection.execute(_read_so_far, {"of": source, "until": until, "now": work.now, "more": found})


def _ahead_of_us(connection: Connection, ours: Sequence[Listed]) -> list[Listed]:
    """Messages of ours that have come further than we were told."""
    states: dict[str, str] = {}
    told = [one for one in ours if twilio_history.status_of(one) in ("sent", "delivered", "read", "failed")]
    for start in range(0, len(told), LOOKED_UP_AT_ONCE):
        some = [one.provider_id for one in told[start:start + LOOKED_UP_AT_ONCE]]
        states |= {provider_id: state for provider_id, state in connection.execute(_states, {"ids": some})}
    return [one for one in told if one.provider_id in states
            and RANK[twilio_history.status_of(one)] > RANK.get(states[one.provider_id], max(RANK.values()))]


def _waiting(connection: Connection) -> set[tuple[str, str]]:
    """What an earlier reading has left and the writer has not taken yet."""
    return {(event.get("provider_id", ""), event.get("status", ""))
            for event in connection.execute(_pending).scalars()}


def _mark_of(listed: Listed) -> tuple[str, str]:
    return listed.provider_id, "" if listed.is_inbound else twilio_history.status_of(listed)


def _leave(work: Work, events: Sequence[Event | Mapping[str, Any]]) -> None:
    """Rows for the writer, who takes them as if their webhooks had come."""
    _add_found.run(work.connection, [
        {"event": dict(event), "found_at": work.now, "not_before": None, "tries": 0} for event in events])
    work.notify(Notice("turn"))
