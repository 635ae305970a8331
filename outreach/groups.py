"""One cause that hits many orders: made by what a carrier tells, or marked by people; held, let go, stopped, taken back.

A group that people mark tells each buyer whose orders they name once, in the words that they wrote. What was told is told:
holding and stopping keep back what waits, and only what was told to nobody can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from conversation import ids
from conversation.work import Work
from order_number import fold
from outreach.errors import GroupEnded, GroupTold, UnknownGroup
from outreach.news import DESK, News
from outreach.policy import Policy
from outreach.rounds import one_at_a_time
from outreach.tables import NewsGroup, OrderNews
from outreach.taking import take

MOST_ORDERS = 2_000
_OF_BUYER = ("phone", "email", "language", "country", "postcode", "city", "facts")
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
ENDED = ("stopped", "undone")

_group, _news = NewsGroup.__table__, OrderNews.__table__
_by_id = select(_group).where(_group.c.news_group_id == bindparam("id")).with_for_update()
_known = select(_news).where(_news.c.order_key.in_(bindparam("orders", expanding=True))).order_by(_news.c.created_at.desc())


@dataclass(frozen=True, slots=True)
class Marked:
    """What people said of some orders. `words` by language, as the customer reads them; without any the usual ones of this
    kind are told. A fact that is None holds no more. `area` is how the orders were found, if they were (outreach/areas.py).
    Nobody is told before `not_before`.
    """

    title: str
    kind: str
    words: Mapping[str, str]
    orders: Sequence[str]
    by: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    area: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None


def mark(work: Work, marked: Marked, buyers: Mapping[str, News], policy: Policy) -> tuple[str, int]:
    """Make a group of these orders, and let each buyer know; returns its id and how many of them can be told.

    `buyers` is what the shop says of whose orders they are, by their order keys.
    """
    group_id = ids.new("nwg")
    work.connection.execute(insert(_group).values(
        news_group_id=group_id, cause=f"{DESK}:{group_id}", title=marked.title, kind=marked.kind, state="open",
        facts={"words": dict(marked.words), "let_go_by": marked.by} | ({"area": dict(marked.area)} if marked.area else {}),
        made_by=marked.by, orders=0, created_at=work.now, last_at=work.now))
    unknown = [key for key in map(fold, marked.orders) if key not in buyers]
    known = {row["order_key"]: row for row in reversed(
        work.connection.execute(_known, {"orders": unknown}).mappings().all() if unknown else [])}
    told = []
    for reference in marked.orders:
        key = fold(reference)
        told.append(_news_of(marked, reference, buyers.get(key), known.get(key)))
    told = [replace(one, key=f"{group_id}:{one.key}", cause=f"{DESK}:{group_id}", happened_at=work.now,
                    not_before=marked.not_before) for one in told]
    return group_id, take(work, DESK, told, policy)


def hold(work: Work, group_id: str) -> int:
    """Keep back what waits, and what comes; returns how many notices that were."""
    _move(work, group_id, "held")
    return int(work.connection.execute(
        update(_news).where(_news.c.news_group_id == group_id, _news.c.state == "waiting").values(state="held")).rowcount)


def let_go(work: Work, group_id: str, by: str) -> int:
    """Tell what was held back, and what comes."""
    group = _move(work, group_id, "open")
    work.connection.execute(
        update(_group).where(_group.c.news_group_id == group_id).values(facts={**group["facts"], "let_go_by": by}))
    return int(work.connection.execute(
        update(_news).where(_news.c.news_group_id == group_id, _news.c.state == "held")
        .values(state="waiting", not_before=work.now)).rowcount)


def stop(work: Work, group_id: str) -> int:
    """Nobody more is told of it."""
    _move(work, group_id, "stopped")
    return _end(work, group_id, "group_stopped")


def undo(work: Work, group_id: str) -> int:
    """As if it had not been marked; returns how many notices that were. Raises GroupTold once somebody heard of it."""
    _move(work, group_id, "undone")
    told = counts(work.connection, [group_id]).get(group_id, {}).get("told", 0)
    if told:
        raise GroupTold(told)
    return _end(work, group_id, "group_undone")


def counts(work: Any, group_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """By group: how many of its notices stand where."""
    query = select(_news.c.news_group_id, _news.c.state, func.count().label("n")).where(
        _news.c.news_group_id.in_(list(group_ids))).group_by(_news.c.news_group_id, _news.c.state)
    found: dict[str, dict[str, int]] = {}
    for row in work.execute(query).mappings():
        found.setdefault(row["news_group_id"], {})[row["state"]] = row["n"]
    return found


def _end(work: Work, group_id: str, why: str) -> int:
    work.connection.execute(update(_group).where(_group.c.news_group_id == group_id).values(closed_at=work.now))
    return int(work.connection.execute(
        update(_news).where(_news.c.news_group_id == group_id, _news.c.state.in_(("waiting", "held")))
        .values(state="dropped", why=why)).rowcount)


def _move(work: Work, group_id: str, state: str) -> Mapping[str, Any]:
    one_at_a_time(work)
    group = work.connection.execute(_by_id, {"id": group_id}).mappings().first()
    if group is None:
        raise UnknownGroup(group_id)
    if group["state"] in ENDED:
        raise GroupEnded(group["state"])
    work.connection.execute(update(_group).where(_group.c.news_group_id == group_id).values(state=state))
    return group


def _news_of(marked: Marked, reference: str, buyer: News | None, before: Mapping[str, Any] | None) -> News:
    """Whose order it is says the shop, or else what it told of this order before."""
    values: dict[str, Any] = {}
    if buyer is not None:
        values = {name: getattr(buyer, name) for name in _OF_BUYER}
    elif before is not None:
        values = {name: before[name] for name in _OF_BUYER}
    facts = {**values.get("facts", {}), **marked.facts}
    values["facts"] = {name: value for name, value in facts.items() if value is not None}
    return News(fold(reference), marked.kind, buyer.reference if buyer else reference, _NEVER, **values)
