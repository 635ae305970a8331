"""Lists of what moved, read again and again: how far each was read, whose turn it is to read, and how it went."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from conversation import alarms
from conversation.alarms import Trouble
from conversation.work import Work
from outreach.tables import NewsFeed

LEASE = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=30)
ALARM_AFTER = 5  # failures in a row

_feed = NewsFeed.__table__
_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}
_claim = (
    update(_feed).where(_feed.c.source == bindparam("of"), _feed.c.due_at <= bindparam("now"),
                        or_(_feed.c.lease_until.is_(None), _feed.c.lease_until <= bindparam("now")))
    .values(lease_until=bindparam("until"))
)
_by_source = select(_feed).where(_feed.c.source == bindparam("of"))
_read = update(_feed).where(_feed.c.source == bindparam("of")).values(
    mark=bindparam("to"), due_at=bindparam("next"), lease_until=None, failures=0, error="", read_at=bindparam("now"))
_failed = update(_feed).where(_feed.c.source == bindparam("of")).values(
    due_at=bindparam("next"), lease_until=None, failures=_feed.c.failures + 1, error=bindparam("why"))


def is_due(session: Session, source: str, now: datetime) -> bool:
    """Whether it is time to read the list, or it was never read. Only looks."""
    row = session.execute(_by_source, {"of": source}).mappings().first()
    return row is None or (row["due_at"] <= now and (row["lease_until"] is None or row["lease_until"] <= now))


def claim(work: Work, source: str, first_after: timedelta = timedelta(0)) -> str | None:
    """The mark from which to read on, if the list is due and nobody else reads it; it is ours for two minutes. One that
    was never read is due `first_after` from now."""
    new = _DIALECTS[work.connection.dialect.name].insert(_feed).values(
        source=source, mark="", due_at=work.now + first_after, failures=0, error="")
    work.connection.execute(new.on_conflict_do_nothing())
    if not work.connection.execute(_claim, {"of": source, "now": work.now, "until": work.now + LEASE}).rowcount:
        return None
    return str(_row(work, source)["mark"])


def settle(work: Work, source: str, mark: str, every: timedelta) -> None:
    """It was read up to this mark; in the transaction that keeps what it said."""
    work.connection.execute(_read, {"of": source, "to": mark, "next": work.now + every, "now": work.now})
    alarms.clear(work, f"news_feed:{source}")


def fail(work: Work, source: str, why: str, every: timedelta) -> None:
    """It could not be read: later again, each time a little later; people hear of it."""
    failures = int(_row(work, source)["failures"])
    wait = min(LONGEST_WAIT, every * 2 ** min(failures, 10))
    work.connection.execute(_failed, {"of": source, "next": work.now + wait, "why": why[:200]})
    if failures + 1 >= ALARM_AFTER:
        facts = {"source": source, "times": failures + 1, "why": why[:200]}
        alarms.raise_alarm(work, Trouble(f"news_feed:{source}", "news_feed_failing", "warning", facts))


def _row(work: Work, source: str) -> Any:
    return work.connection.execute(_by_source, {"of": source}).mappings().one()
