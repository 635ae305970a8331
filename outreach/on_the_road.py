"""Orders that left and have not come: what the shop told of them last, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, FromClause, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from outreach.news import DESK
from outreach.tables import OrderNews

STILL = ("shipped", "delayed", "out_for_delivery", "attempted")
ARRIVED = ("at_pickup_point", "returning", "lost", "delivered", "cancelled")
WATCHED = timedelta(days=30)  # nobody waits longer than that after the last word of a parcel
_DAYS = ("eta", "promised_on")
_TAKEN_BACK = ("group_stopped", "group_undone")

_news, _later = OrderNews.__table__, OrderNews.__table__.alias("later")


def arrived(news: FromClause) -> Exists:
    """Whether the order of such a row has come, or will not: for a query."""
    return exists().where(_later.c.order_key == news.c.order_key, _later.c.kind.in_(ARRIVED))


def holds(news: FromClause) -> ColumnElement[bool]:
    """Whether what such a row says is still true as far as we know: people did not take it back. For a query."""
    return or_(news.c.source != DESK, news.c.why.not_in(_TAKEN_BACK))


_listed = (
    select(_news.c.order_key, _news.c.order_reference, _news.c.facts, _news.c.phone, _news.c.email, _news.c.language,
           _news.c.country, _news.c.kind)
    .where(_news.c.order_key > bindparam("behind"), _news.c.kind.in_(STILL), _news.c.about == "",
           _news.c.happened_at >= bindparam("since"), holds(_news), ~arrived(_news))
    .order_by(_news.c.order_key, _news.c.happened_at.desc()).limit(bindparam("limit"))
)


def listed(session: Session, now: datetime, behind: str, limit: int) -> tuple[list[Mapping[str, Any]], str]:
    """The next orders behind this number (folded), each with the last that was told of it; and the number to go on from,
    "" at the end of the road."""
    rows = session.execute(_listed, {"behind": behind, "since": now - WATCHED, "limit": limit}).mappings().all()
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        found.setdefault(row["order_key"], row)
    return list(found.values()), rows[-1]["order_key"] if len(rows) == limit else ""


def may_be_late(facts: Mapping[str, Any], today: date) -> bool:
    """Whether its day is gone as far as anybody told, or nobody named one."""
    days = [str(facts[name]) for name in _DAYS if facts.get(name)]
    return not days or min(days) < today.isoformat()


def expected(facts: Mapping[str, Any]) -> date | None:
    """The day on which it should come as far as anybody told: what was said last before what was promised."""
    for name in _DAYS:
        try:
            return date.fromisoformat(str(facts[name])[:10])
        except (KeyError, ValueError):
            continue
    return None
