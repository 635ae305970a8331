"""Parcels that should have come: looked for once a day, so that their buyers hear of it before they ask.

Known are the orders that the shop told of, and those that somebody asked about. Whose day is gone is asked for anew, at
the shop and at the carrier where one is set up: a few at a time, and none while the shop is away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import bindparam, select

import faults
from bot.flow.identity_file import SERVICE as FIND_ORDER
from carriers.parcels import Parcels
from order_number import fold
from orders.errors import ConnectorError
from orders.service import find_for_desk
from outreach import feeds, on_the_road, taking
from outreach.news import News
from outreach.policy import Policy
from pipeline import told_days
from pipeline.outreach import Outreach
from pipeline.tables import SlowWork
from pipeline.told_news import TOLD, buyer_of

SOURCE = "parcels"
AT_ONCE = 20
PAUSE = timedelta(seconds=15)  # between so many: the shop has customers to answer as well
FIRST_AFTER = timedelta(hours=1)  # a house that was just set up has time to say what is told at all
AGAIN_AFTER = timedelta(minutes=1)
ON_THE_ROAD = frozenset({"shipped", "delayed", "attempted", "unknown"})
TOLD_OF, ASKED_FOR = "told", "asked"  # how the mark begins: which of the two is being gone through

logger = structlog.get_logger(__name__)
_slow = SlowWork.__table__
_looked_up = (
    select(_slow.c.slow_work_id, _slow.c.value)
    .where(_slow.c.slow_work_id > bindparam("behind"), _slow.c.service == FIND_ORDER, _slow.c.status == "found",
           _slow.c.created_at >= bindparam("since"))
    .order_by(_slow.c.slow_work_id).limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class LateParcels:
    """`news` is what they are told by; `parcels` knows when one is late."""

    news: Outreach
    parcels: Parcels

    def look(self) -> int:
        """Look at the next few if it is time to; how many turned out to be late and were not told before."""
        now, policy = self.news.database.wiring.now(), self.news.policy()
        if "delayed" not in policy.tell or not self._is_due(now):
            return 0
        with self.news.database.work() as work:
            mark = feeds.claim(work, SOURCE, FIRST_AFTER)
        if mark is None:
            return 0
        try:
            known, next_mark = self._known(mark, now)
            late = [news for one in known if (news := self._late(one, now)) is not None]
        except ConnectorError as error:
            with self.news.database.work() as work:
                feeds.fail(work, SOURCE, f"{error.code}: {error.detail}", AGAIN_AFTER)
            return 0
        with self.news.database.work() as work:
            new = taking.take(work, SOURCE, late, policy)
            feeds.settle(work, SOURCE, next_mark, PAUSE if next_mark else self._until_morning(now, policy))
            faults.point("late parcels kept")
        return new

    def _is_due(self, now: datetime) -> bool:
        with self.news.database.reading() as session:
            return feeds.is_due(session, SOURCE, now)

    def _known(self, mark: str, now: datetime) -> tuple[Sequence[Mapping[str, Any]], str]:
        """The next that may be late, and the mark to go on from; "" once everything was looked at."""
        which, _, behind = (mark or TOLD_OF).partition(" ")
        today = now.date()
        with self.news.database.reading() as session:
            if which == TOLD_OF:
                rows, last = on_the_road.listed(session, now, behind, AT_ONCE)
                next_mark = f"{TOLD_OF} {last}" if last else ASKED_FOR
                return [row for row in rows if on_the_road.may_be_late(row["facts"], today)], next_mark
            given = {"behind": behind, "since": now - on_the_road.WATCHED, "limit": AT_ONCE}
            asked = session.execute(_looked_up, given).mappings().all()
        found = {value["reference"]: value for row in asked if _is_worth_it(value := row["value"] or {}, now)}
        return ([{"order_reference": reference, "facts": {}, "kind": ""} for reference in found],
                f"{ASKED_FOR} {asked[-1]['slow_work_id']}" if len(asked) == AT_ONCE else "")

    def _late(self, known: Mapping[str, Any], now: datetime) -> News | None:
        """What its buyer hears, if the parcel is late. Raises ConnectorError while the shop is away."""
        facts = self._told(known, now)
        if facts is None or facts.get("status") not in ON_THE_ROAD or not facts.get("late_days"):
            return None
        values = {name: known[name] for name in ("phone", "email", "language", "country") if known.get(name)}
        if not values:
            buyer = buyer_of(self.news.connector, self.news.database.wiring.now, known["order_reference"])
            values = {} if buyer is None else {"phone": buyer.phone, "email": buyer.email, "country": buyer.country}
        key = fold(known["order_reference"])
        due = f"{facts.get('promised_on', '')}:{facts.get('eta', '')}"  # told again when its day has moved
        gone = "" if str(facts.get("eta") or "") >= now.date().isoformat() else "eta"  # a day that is over is none to give
        return News(f"late:{key}:{due}", "delayed", known["order_reference"], now,
                    facts={name: facts[name] for name in TOLD if facts.get(name) and name != gone}, **values)

    def _told(self, known: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
        """The order as it is now; one that the shop's connector does not know is as it was told."""
        try:
            facts = find_for_desk(self.news.connector, known["order_reference"], now.date())
        except ConnectorError as error:
            if not error.permanent:
                raise
            logger.warning("an order could not be looked at", error=error.code)
            return None
        except Exception as error:  # a connector's own mistake with one order must not stop the others
            logger.error("a connector broke at an order", order=known["order_reference"], error=type(error).__name__)
            return None
        if facts is None and not known["kind"]:
            return None
        with self.news.database.reading() as session:
            days = told_days.of(session, [fold(known["order_reference"])])
        heard = told_days.heeding(facts or {**known["facts"], "status": known["kind"]}, next(iter(days.values()), None), now.date())
        return self.parcels.told(heard, "en", now.date())

    def _until_morning(self, now: datetime, policy: Policy) -> timedelta:
        """Until people may be written to tomorrow: a day is only gone when it is over."""
        here = now.astimezone(ZoneInfo(self.news.doors().zone))
        morning = here.replace(hour=policy.quiet_hours[1].hour, minute=policy.quiet_hours[1].minute, second=0, microsecond=0)
        return (morning + timedelta(days=1)) - here


def _is_worth_it(value: Mapping[str, Any], now: datetime) -> bool:
    """Still on the road when somebody asked; who heard that it is late needs no notice of it."""
    return bool(value.get("reference")) and value.get("status") in ON_THE_ROAD and not value.get("days_late") and (
        on_the_road.may_be_late(value, now.date()))
