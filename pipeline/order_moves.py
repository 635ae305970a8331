"""What was done with an order, and what was told of it, since a shop's answer was kept: seen by every process at once.

Each process keeps what the shop said (`orders/kept.py`). The rows of what agents had done and of what the shop told are
the word that goes round: they are looked at whenever something kept is about to be told again, by indexes alone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import SQLAlchemyError

from conversation.work import Database
from handoff.order_tables import OrderAction
from orders.base import Connector
from orders.kept import Keeper
from outreach.tables import OrderNews

logger = structlog.get_logger(__name__)
_action, _news = OrderAction.__table__, OrderNews.__table__
_keys = bindparam("keys", expanding=True)
_done = select(_action.c.order_action_id).where(
    _action.c.order_key.in_(_keys), or_(_action.c.state == "running", _action.c.ended_at >= bindparam("since"))).limit(1)
_told = select(_news.c.order_news_id).where(_news.c.order_key.in_(_keys), _news.c.created_at >= bindparam("since")).limit(1)


def watch(shop: Connector, database: Database) -> None:
    """Let what is kept of this shop heed what all processes write down; a shop that keeps nothing needs none of it."""
    if isinstance(shop, Keeper):
        shop.heed(partial(have_moved, database))


def have_moved(database: Database, keys: Collection[str], since: datetime) -> bool:
    """Whether one of these orders (folded numbers) changed since, or is being changed now."""
    given = {"keys": sorted(keys), "since": since}
    try:
        with database.reading() as session:
            return any(session.execute(query, given).first() is not None for query in (_done, _told))
    except SQLAlchemyError as error:  # whoever does not know asks the shop
        logger.warning("nobody can tell whether an order moved", error=type(error).__name__)
        return True
