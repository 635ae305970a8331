"""What people wrote to the buyers of orders that one cause hit, for a buyer who asks before or after she was told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select

from conversation.work import Work
from order_number import fold
from outreach.tables import NewsGroup, OrderNews

TRUE_FOR = timedelta(days=14)  # who forgets to stop a group must not have it told for ever

_news, _group = OrderNews.__table__, NewsGroup.__table__
_hit = (
    select(_group.c.facts).join(_news, _news.c.news_group_id == _group.c.news_group_id)
    .where(_news.c.order_key == bindparam("order"), _group.c.state == "open", _group.c.made_by.is_not(None),
           _group.c.last_at >= bindparam("since"))
    .order_by(_group.c.created_at.desc()).limit(1)
)


def words(work: Work, reference: str, language: str) -> str:
    """The words of the newest open group that this order is in, in her language if they were written in it; "" for none."""
    facts = work.connection.execute(_hit, {"order": fold(reference), "since": work.now - TRUE_FOR}).scalar()
    said = (facts or {}).get("words") or {}
    return str(said.get(language[:2]) or next(iter(said.values()), ""))
