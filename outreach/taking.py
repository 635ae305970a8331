"""News come in: each is one row, however often and from however many sides it is told.

Called by whoever heard it (a webhook, a list that was read, a tracker), in a transaction of its own. Nothing is decided
here but which group it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.identity import canonical_phone, is_phone
from conversation import ids
from conversation.work import Work
from order_number import fold
from outreach import stopping
from outreach.news import News
from outreach.policy import Policy
from outreach.rounds import one_at_a_time
from outreach.tables import NewsGroup, OrderNews

AT_ONCE = 500  # rows of one statement

_news, _group = OrderNews.__table__, NewsGroup.__table__
_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}
_known = select(_news.c.key).where(_news.c.key.in_(bindparam("keys", expanding=True)))
_groups = select(_group).where(_group.c.cause.in_(bindparam("causes", expanding=True)))
_more_of = (
    update(_group).where(_group.c.news_group_id == bindparam("id"))
    .values(orders=_group.c.orders + bindparam("more"), last_at=bindparam("now"))
)
_waits_in_it = (_news.c.news_group_id == bindparam("id"), _news.c.state == "waiting")
_hold = update(_news).where(*_waits_in_it).values(state="held")
_stop = update(_news).where(*_waits_in_it).values(state="dropped", why="group_stopped")
_close = update(_group).where(_group.c.news_group_id == bindparam("id")).values(state="held")


def take(work: Work, source: str, told: Sequence[News], policy: Policy) -> int:
    """Keep what is new of it; returns how many rows that were. `source` is the connector or the tracker."""
    return len(take_keys(work, source, told, policy))


def take_keys(work: Work, source: str, told: Sequence[News], policy: Policy) -> set[str]:
    """The same; the keys of what was new."""
    kept: set[str] = set()
    for start in range(0, len(told), AT_ONCE):
        kept |= _take(work, source, told[start : start + AT_ONCE], policy)
    return kept


def _take(work: Work, source: str, told: Sequence[News], policy: Policy) -> set[str]:
    known = set(work.connection.execute(_known, {"keys": [one.key for one in told]}).scalars())
    fresh = list({one.key: one for one in told if one.key not in known}.values())
    if not fresh:
        return set()
    if any(one.cause for one in fresh):
        one_at_a_time(work)  # a group may be held or stopped: what waits in it is then changed here
    groups = _groups_of(work, fresh)
    dialect = _DIALECTS[work.connection.dialect.name]
    rows = [row_of(work.now, source, one, groups) for one in fresh]
    added = work.connection.execute(
        dialect.insert(_news).on_conflict_do_nothing(index_elements=["key"]).returning(_news.c.key, _news.c.news_group_id), rows
    ).all()
    _count(work, [group for _, group in added if group], policy)
    stopping.wishes_of_shop(work, {
        canonical_phone(one.phone): one.consent for one in fresh if one.consent is not None and is_phone(one.phone)})
    return {key for key, _ in added}


def row_of(now: datetime, source: str, one: News, groups: dict[str, str]) -> dict[str, Any]:
    """The row of a piece of news that is to be decided.

    A shop whose clock runs ahead must not make all that happens later look like old news.
    """
    phone = canonical_phone(one.phone) if is_phone(one.phone) else ""
    return {
        "order_news_id": ids.new("nws"), "key": one.key, "source": source, "kind": one.kind,
        "order_reference": one.reference, "order_key": fold(one.reference), "facts": dict(one.facts),
        "phone": phone, "email": one.email, "language": one.language, "country": one.country, "about": one.about,
        "news_group_id": groups.get(one.cause), "state": "waiting", "why": "", "tries": 0,
        "happened_at": min(one.happened_at, now), "not_before": one.not_before or now, "created_at": now,
        "postcode": one.postcode, "city": one.city,
    }  # fmt: skip


def _groups_of(work: Work, fresh: Sequence[News]) -> dict[str, str]:
    """The group of each cause, made where it is new."""
    causes = {one.cause: one for one in fresh if one.cause}
    if not causes:
        return {}
    rows = [
        {"news_group_id": ids.new("nwg"), "cause": cause, "title": "", "kind": one.kind, "facts": {}, "orders": 0, "state": "open",
         "created_at": work.now, "last_at": work.now}
        for cause, one in sorted(causes.items())
    ]
    dialect = _DIALECTS[work.connection.dialect.name]
    work.connection.execute(dialect.insert(_group).on_conflict_do_nothing(index_elements=["cause"]), rows)
    found = work.connection.execute(_groups, {"causes": list(causes)}).mappings()
    return {row["cause"]: row["news_group_id"] for row in found}


def _count(work: Work, groups: Sequence[str], policy: Policy) -> None:
    """So many orders more; a group that has become too big to go by itself waits for a person from here on."""
    for group in sorted(set(groups)):
        work.connection.execute(_more_of, {"id": group, "more": groups.count(group), "now": work.now})
        row = work.connection.execute(select(_group).where(_group.c.news_group_id == group)).mappings().one()
        if row["state"] == "stopped":
            work.connection.execute(_stop, {"id": group})
        elif row["state"] == "held":
            work.connection.execute(_hold, {"id": group})
        elif policy.hold_from and row["orders"] >= policy.hold_from and not row["facts"].get("let_go_by"):
            work.connection.execute(_close, {"id": group})
            work.connection.execute(_hold, {"id": group})
