"""News before anybody asks, carried out: conversations are opened, the bot is told, shops and lists are read.

`outreach` decides; here is what the house does for it. Run by the slow worker in rounds of a few rows each, so that no
transaction is long, and in a lab by whoever moves its clock. A turn runs in the writer alone: it is left as a row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import bindparam, insert, select

import config
import faults
import orders.news
from bot.flow.project import Project
from channels import accounts, identity
from channels.accounts import Accounts
from conversation import ids, inbox
from conversation.events import Notice
from conversation.inbox import Sender, Talk
from conversation.prepared import Prepared
from conversation.work import Database, Work
from orders.base import Connector
from orders.errors import ConnectorError
from orders.news import Completes, Lists
from outreach import completing, feeds, policy, taking, telling
from outreach.errors import BadPolicy
from outreach.news import News
from outreach.policy import Policy
from outreach.tables import IS_WAITING, OrderNews
from outreach.telling import Begun
from pipeline.identities import language_of
from pipeline.news_pace import Bounds, Pace, slowest
from pipeline.tables import Timer
from pipeline.told_news import news_of

EVENT = telling.EVENT
BREATH_SECONDS, MOST_BREATHS = 0.15, 6  # how long a round waits for the writer to catch up, less than a sweep
FEED_EVERY = timedelta(seconds=60)
MOST_PARTS = 20  # of a list at one go
OF_A_TALK = ("conversation_id", "owner", "epoch", "opted_out_at", "news_stopped_at", "unreachable_at", "last_inbound_at",
             "language")

logger = structlog.get_logger(__name__)
_timer = Timer.__table__
_add_timer = Prepared(insert(_timer))
_news = OrderNews.__table__
_due = select(_news.c.order_news_id).where(IS_WAITING, _news.c.not_before <= bindparam("now")).limit(1)


@dataclass(frozen=True, slots=True)
class Doors:
    """What outreach asks of the house. `senders`: by channel (`whatsapp`), the kind and address of ours that writes first."""

    zone: str
    languages: tuple[str, ...]
    senders: Mapping[str, tuple[str, str]]

    def open(self, work: Work, buyers: Mapping[str, str], kinds: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        place = next((self.senders[kind] for kind in kinds if kind in self.senders), None)
        if place is None:
            return {}
        wanted = {phone: self._sender(place, phone, language) for phone, language in buyers.items()}
        talks = inbox.find_all(work, list(wanted.values()))
        return {phone: _opened(talks[sender]) for phone, sender in wanted.items()}

    def _sender(self, place: tuple[str, str], phone: str, language: str) -> Sender:
        speaks = language if language in self.languages else language_of(phone, self.languages[0])
        key = identity.contact_key(*place, phone)
        return Sender(*place, key.partition(":")[0], key, phone, language=speaks, wrote=False)

    def begin(self, work: Work, begun: Sequence[Begun]) -> None:
        _add_timer.run(work.connection, [{
            "timer_id": ids.new("tmr"), "conversation_id": one.conversation_id, "kind": "external",
            "payload": {"name": EVENT, "key": one.key, "data": dict(one.data)}, "due_at": work.now,
            "created_at": work.now} for one in begun])
        work.notify(Notice("turn"))


def _opened(talk: Talk) -> Mapping[str, Any]:
    found = {name: talk.row.get(name) for name in OF_A_TALK}
    return found | {"kind": talk.facts["kind"], "blocked_at": talk.facts["blocked_at"], "country": talk.facts["country"]}


@dataclass(frozen=True, slots=True)
class Outreach:
    """Everything that news need in one process."""

    database: Database
    connector: Connector
    policy: Callable[[], Policy]
    doors: Callable[[], telling.Doors]
    bounds: Bounds = field(default_factory=Bounds)

    def tick(self) -> int:
        """Ask the shop for what its posts left out, and tell what is due; how many rows were decided."""
        if not self._is_anything_due():
            return 0
        policy, doors = self.policy(), self.doors()
        done, patience, pace = self.complete(), MOST_BREATHS, Pace(telling.AT_ONCE)
        while True:
            limit = min(self._room(), pace.size)
            if limit > 0:
                with self.database.work() as work:
                    pace.begin()
                    found = telling.tick(work, policy, doors, limit)
                    faults.point("news decided")
                done += found
                others = pace.end(found)
                if found < limit:
                    return done
                time.sleep(others)
            elif patience > 0:
                patience -= 1
                time.sleep(BREATH_SECONDS)
            else:
                return done

    def _room(self) -> int:
        """Only read: who writes meanwhile does not wait for a look that mostly finds no room."""
        with self.database.reading() as session:
            return self.bounds.room(session.connection(), self.database.wiring.now())

    def _is_anything_due(self) -> bool:
        with self.database.reading() as session:
            return session.execute(_due, {"now": self.database.wiring.now()}).first() is not None

    def complete(self) -> int:
        """Orders that a post named by the shop's own handle: ask which they are, with no transaction open."""
        if not isinstance(self.connector, Completes):
            return 0
        with self.database.work() as work:
            rows = completing.take(work)
        for row in rows:
            found, is_final = self._asked(row)
            with self.database.work() as work:
                if found is not None:
                    whole = news_of(found, work.now.date())  # the day that the post named is newer than the order's
                    completing.fill(work, row["order_news_id"], replace(whole, facts={**whole.facts, **row["facts"]}))
                else:
                    completing.give_up(work, row, is_final)
        return len(rows)

    def _asked(self, row: Mapping[str, Any]) -> tuple[orders.news.News | None, bool]:
        known = orders.news.News(
            row["key"], row["kind"], row["happened_at"], orders.news.Order("", row["facts"].get("status", row["kind"])),
            orders.news.Holder(), row["language"], about=row["about"])
        shop = self.connector
        try:
            if hasattr(shop, "on"):  # a shop whose orders move with the calendar
                shop = shop.on(self.database.wiring.now().date())
            return (shop.complete(known) if isinstance(shop, Completes) else None), True
        except ConnectorError as error:
            logger.warning("news without their order", error=error.code)
            return None, error.permanent
        except Exception as error:  # a connector's own mistake with one order must not stop the others
            logger.error("a connector broke at an order", news=row["order_news_id"], error=type(error).__name__)
            return None, True

    def read_feed(self) -> int:
        """What moved since the shop's list was read last; how many pieces of news were new."""
        kept = 0
        if not isinstance(self.connector, Lists):
            return kept
        for _ in range(MOST_PARTS):
            if not self._is_feed_due():
                break
            with self.database.work() as work:
                mark = feeds.claim(work, self.connector.name)
            if mark is None:
                break
            kept += self._read_from(self.connector, mark)
        return kept

    def _is_feed_due(self) -> bool:
        with self.database.reading() as session:
            return feeds.is_due(session, self.connector.name, self.database.wiring.now())

    def _read_from(self, shop: Lists, mark: str) -> int:
        """One part of the list, kept with how far it was read: what is read twice is the same rows."""
        source = self.connector.name
        try:
            told, next_mark = shop.changes(mark)
        except ConnectorError as error:
            with self.database.work() as work:
                feeds.fail(work, source, f"{error.code}: {error.detail}", FEED_EVERY)
            return 0
        except Exception as error:  # its own mistake: it is seen as an alarm, not as silence
            logger.error("a connector broke at its list", error=type(error).__name__)
            with self.database.work() as work:
                feeds.fail(work, source, f"The connector broke ({type(error).__name__}).", FEED_EVERY)
            return 0
        is_behind = orders.news.INSIDE in next_mark
        with self.database.work() as work:
            kept = taking.take(work, source, [news_of(one, work.now.date()) for one in told], self.policy())
            feeds.settle(work, source, next_mark, timedelta(0) if is_behind else FEED_EVERY)
        return kept


def keep(database: Database, rules: Callable[[], Policy], source: str, told: Sequence[News]) -> int:
    """Store what a shop told; returns after the commit how much of it was new."""
    with database.work() as work:
        return taking.take(work, source, told, rules())


def senders_of(ours: Accounts) -> dict[str, tuple[str, str]]:
    """By channel, the first address of ours there: the one that writes to whoever never wrote."""
    found: dict[str, tuple[str, str]] = {}
    for kind, account in ours.endpoints("https://localhost", "https://localhost", ""):
        if not account.startswith("MG"):
            found.setdefault(kind.partition("-")[2], (kind, account))
    return found


def outreach_of(
    given: config.Settings, database: Database, connector: Connector, project: Callable[[], Project]
) -> Outreach:
    """As the settings and the live flows want it. Raises BadPolicy: a wrong line stops the start, not the first notice."""
    ours = accounts.read(given.accounts())
    senders = senders_of(ours)
    endpoints = ours.endpoints("https://localhost", "https://localhost", "")
    rates = [float(endpoints[key].facts.get("rate", given.send_rate)) for key in senders.values()]

    def doors() -> Doors:
        shop = project()
        return Doors(shop.time_zone, shop.languages, senders)

    return Outreach(database, connector, Rules(given.flows_dir), doors, Bounds(tuple(senders.values()), slowest(rates)))


class Rules:
    """The policy as its file says now; while somebody is writing it, as it said before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._stamp()
        self._good = policy.load(folder)

    def __call__(self) -> Policy:
        stamp = self._stamp()
        if stamp == self._seen:
            return self._good
        try:
            self._good = policy.load(self._folder)
        except BadPolicy as error:
            logger.warning("the policy of outreach cannot be read", error=str(error))
        self._seen = stamp  # from before it was read: what is written meanwhile is read once more
        return self._good

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = (self._folder / policy.FILE).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
