"""News whose order the shop named by its inner handle alone: which are to be asked for, and what came of asking.

The asking is the caller's, with no transaction open. A row that somebody takes is put off, so that two who look at once
never ask for the same, and one whose asker died is asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from conversation.work import Work
from outreach import taking
from outreach.news import News
from outreach.tables import IS_WAITING, OrderNews

AT_ONCE = 20
TRIES = 6
PATIENCE = timedelta(seconds=60)  # longer than a shop is asked

_news = OrderNews.__table__
_waiting = (
    select(_news).where(IS_WAITING, _news.c.not_before <= bindparam("now"), _news.c.about != "")
    .order_by(_news.c.not_before).limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_put_off = update(_news).where(_news.c.order_news_id == bindparam("id")).values(
    tries=_news.c.tries + 1, not_before=bindparam("at"))
_fill = update(_news).where(_news.c.order_news_id == bindparam("id"), _news.c.state == "waiting", _news.c.about != "").values(
    about="", not_before=bindparam("now"), order_reference=bindparam("reference"), order_key=bindparam("order"),
    facts=bindparam("what"), phone=bindparam("to"), email=bindparam("mail"), language=bindparam("speaks"),
    country=bindparam("lives"), postcode=bindparam("code"), city=bindparam("town"))
_end = update(_news).where(_news.c.order_news_id == bindparam("id"), _news.c.state == "waiting").values(
    state="dropped", why=bindparam("because"), about="")


def take(work: Work, limit: int = AT_ONCE) -> list[Mapping[str, Any]]:
    """Some that are to be asked for now; they are ours for a minute, and longer each time it was in vain."""
    rows = [dict(row) for row in work.connection.execute(_waiting, {"now": work.now, "limit": limit}).mappings()]
    for row in rows:
        later = work.now + PATIENCE * 2 ** row["tries"]
        work.connection.execute(_put_off, {"id": row["order_news_id"], "at": later})
    return rows


def fill(work: Work, order_news_id: str, news: News) -> None:
    """The shop said which order it is: from here on it is news like any other."""
    row = taking.row_of(work.now, "", news, {})
    work.connection.execute(_fill, {
        "id": order_news_id, "now": work.now, "reference": row["order_reference"], "order": row["order_key"],
        "what": row["facts"], "to": row["phone"], "mail": row["email"], "speaks": row["language"],
        "lives": row["country"], "code": row["postcode"], "town": row["city"]})


def give_up(work: Work, row: Mapping[str, Any], is_final: bool) -> None:
    """There is no such order, or the shop did not answer: at last nobody is told."""
    if is_final or row["tries"] + 1 >= TRIES:
        work.connection.execute(_end, {"id": row["order_news_id"], "because": "no_order" if is_final else "shop_silent"})
