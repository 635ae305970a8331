"""Tables of what is told before anybody asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, literal_column, text
from sqlmodel import Field, SQLModel

from conversation.tables import Json, one_of

STATES = ("waiting", "told", "dropped", "held")
_WAITS = text("state = 'waiting'")


class OrderNews(SQLModel, table=True):
    """One thing that happened to one order, however often it was told us (`key`).

    waiting (due at `not_before`) → told (the bot of `conversation_id` was told, and says it) or dropped (`why`:
    no_address, opted_out, no_consent, budget, stale, switched_off, held_by_person …). `held`: a group that people keep
    back until they let it go. `about`: the shop named the order by this inner handle alone; it waits until the shop was
    asked for the rest (`tries` times so far).
    """

    __tablename__ = "order_news"
    __table_args__ = (
        one_of("state", STATES),
        Index("order_news_due", "not_before", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("order_news_of_order", "order_key", "kind", "happened_at"),
        Index("order_news_by_age", "created_at"),
    )

    order_news_id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    source: str  # the connector, or a carrier's tracker
    kind: str
    order_reference: str
    order_key: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    phone: str = ""
    email: str = ""
    language: str = ""
    country: str = ""
    postcode: str = Field(default="", sa_column_kwargs={"server_default": ""})  # where the parcel goes, "" if nobody said
    city: str = Field(default="", sa_column_kwargs={"server_default": ""})
    news_group_id: str | None = Field(default=None, foreign_key="news_group.news_group_id", index=True)
    conversation_id: str | None = Field(default=None, index=True)
    about: str = Field(default="", sa_column_kwargs={"server_default": ""})
    state: str = "waiting"
    why: str = ""
    tries: int = 0
    happened_at: datetime
    not_before: datetime
    created_at: datetime
    told_at: datetime | None = None


class NewsGroup(SQLModel, table=True):
    """One cause that hits many orders: a carrier's event, or what ops marked. The desk sees one group, each customer
    one notice. `cause` is unique; `title` is what people call it. `facts`: the `words` that buyers read, by language, and
    the `area` that people marked (outreach/areas.py)."""

    __tablename__ = "news_group"

    news_group_id: str = Field(primary_key=True)
    cause: str = Field(unique=True)
    title: str = ""
    kind: str = ""
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    made_by: str | None = None  # an agent's id; None: found by itself
    orders: int = 0
    state: str = Field(default="open", sa_column_kwargs={"server_default": "open"})  # open, held, stopped, undone
    created_at: datetime
    last_at: datetime
    closed_at: datetime | None = None


class NewsConsent(SQLModel, table=True):
    """Whether somebody wants news of her orders at an address: what she or the shop said, and when."""

    __tablename__ = "news_consent"

    canonical: str = Field(primary_key=True)  # her address, as conversation.address.canonical
    family: str = Field(primary_key=True)
    state: str  # granted, refused
    source: str  # shop, contact, agent
    at: datetime


class NewsDay(SQLModel, table=True):
    """How many notices went out on a day (of the shop) to an address; `""`: to all. Budgets are held against it."""

    __tablename__ = "news_day"

    day: str = Field(primary_key=True)
    canonical: str = Field(primary_key=True)
    count: int = 0


class NewsFeed(SQLModel, table=True):
    """How far a shop's list was read (`mark`), and how it went last."""

    __tablename__ = "news_feed"

    source: str = Field(primary_key=True)
    mark: str = ""
    due_at: datetime
    lease_until: datetime | None = None
    failures: int = 0
    error: str = ""
    read_at: datetime | None = None


# Written out, not bound: a database finds a partial index only by the very words of its condition.
IS_WAITING = OrderNews.__table__.c.state == literal_column("'waiting'")  # type: ignore[attr-defined]
