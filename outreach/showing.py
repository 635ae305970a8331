"""What became of news, for the people of the shop: counts by reason, groups, who of a group would get a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversation.tables import Channel, Contact, Conversation
from outreach import groups
from outreach.tables import NewsDay, NewsFeed, NewsGroup, OrderNews

MOST_GROUPS = 50
MOST_LATEST = 50

_news, _group, _day, _feed = OrderNews.__table__, NewsGroup.__table__, NewsDay.__table__, NewsFeed.__table__
_conversation, _channel, _contact = Conversation.__table__, Channel.__table__, Contact.__table__


@dataclass(frozen=True, slots=True)
class Reached:
    """A conversation of a group. `why` she cannot be written to now: opted_out, blocked, unreachable, window; "" if she can."""

    conversation_id: str
    name: str
    kind: str
    orders: tuple[str, ...]
    owner: str
    why: str


def sums(session: Session, since: datetime) -> dict[tuple[str, str], int]:
    """How many pieces of news stand where since then, and why: (state, reason) → number."""
    query = select(_news.c.state, _news.c.why, func.count().label("n")).where(_news.c.created_at >= since)
    return {(row["state"], row["why"]): row["n"]
            for row in session.execute(query.group_by(_news.c.state, _news.c.why)).mappings()}


def told_on(session: Session, day: str) -> int:
    """How many notices went out on a day of the shop: what its budget is held against."""
    query = select(_day.c.count).where(_day.c.day == day, _day.c.canonical == "")
    return int(session.execute(query).scalar() or 0)


def feeds(session: Session) -> list[Mapping[str, Any]]:
    """How the shop's lists were read last."""
    return list(session.execute(select(_feed).order_by(_feed.c.source)).mappings())


def latest(session: Session) -> list[Mapping[str, Any]]:
    """The newest pieces of news and what became of them."""
    return list(session.execute(select(_news).order_by(_news.c.created_at.desc(), _news.c.key).limit(MOST_LATEST)).mappings())


def listed(session: Session, least: int) -> list[dict[str, Any]]:
    """Causes that hit at least so many orders, and what people marked; the newest first, with the counts of each."""
    query = select(_group).where((_group.c.orders >= least) | _group.c.made_by.is_not(None))
    rows = session.execute(query.order_by(_group.c.last_at.desc()).limit(MOST_GROUPS)).mappings().all()
    counted = groups.counts(session, [row["news_group_id"] for row in rows])
    return [{**row, "counts": counted.get(row["news_group_id"], {})} for row in rows]


def group(session: Session, group_id: str) -> dict[str, Any] | None:
    """One group with its counts, and when the first that waits may be told."""
    row = session.execute(select(_group).where(_group.c.news_group_id == group_id)).mappings().first()
    if row is None:
        return None
    first = select(func.min(_news.c.not_before)).where(_news.c.news_group_id == group_id, _news.c.state == "waiting")
    return {**row, "counts": groups.counts(session, [group_id]).get(group_id, {}),
            "first_at": session.execute(first).scalar()}


def orders_of(session: Session, group_id: str) -> list[Mapping[str, Any]]:
    """Every order of a group and what became of its notice."""
    query = select(_news).where(_news.c.news_group_id == group_id).order_by(_news.c.order_reference)
    return list(session.execute(query).mappings())


def reached(session: Session, group_id: str) -> list[dict[str, Any]]:
    """The conversations in which people of this group were told, with what decides whether they may be written to."""
    of_group = (
        select(_news.c.conversation_id, _news.c.order_reference)
        .where(_news.c.news_group_id == group_id, _news.c.conversation_id.is_not(None))
        .order_by(_news.c.order_reference)
    )
    orders: dict[str, list[str]] = {}
    for row in session.execute(of_group).mappings():
        orders.setdefault(row["conversation_id"], []).append(row["order_reference"])
    found = session.execute(_people(sorted(orders))).mappings()
    return [{**row, "orders": tuple(orders[row["conversation_id"]])} for row in found]


def _people(conversations: Sequence[str]) -> Any:
    return (
        select(_conversation.c.conversation_id, _conversation.c.address, _conversation.c.owner, _conversation.c.opted_out_at,
               _conversation.c.news_stopped_at, _conversation.c.unreachable_at, _conversation.c.last_inbound_at,
               _conversation.c.free_until, _contact.c.name, _contact.c.blocked_at, _channel.c.kind)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .where(_conversation.c.conversation_id.in_(conversations)).order_by(_contact.c.name)
    )
