"""What her order's buyer was told, or is about to be, when she asks: the words that people wrote for all whom one cause
hit, and the day that she was given, until something newer is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from conversation.work import Work
from order_number import fold
from outreach import areas
from outreach.on_the_road import STILL, holds
from outreach.tables import NewsGroup, OrderNews

TRUE_FOR = timedelta(days=14)  # who forgets to stop a group must not have it told for ever

_news, _group = OrderNews.__table__, NewsGroup.__table__
_hit = (
    select(_group.c.facts).join(_news, _news.c.news_group_id == _group.c.news_group_id)
    .where(_news.c.order_key == bindparam("order"), _group.c.state == "open", _group.c.made_by.is_not(None),
           _group.c.last_at >= bindparam("since"))
    .order_by(_group.c.created_at.desc()).limit(1)
)
_marked = (
    select(_group.c.facts, _group.c.created_at)
    .where(_group.c.state == "open", _group.c.made_by.is_not(None), _group.c.last_at >= bindparam("since"))
    .order_by(_group.c.created_at.desc())
)
_of_order = (
    select(_news).where(_news.c.order_key == bindparam("order"), _news.c.about == "", holds(_news))
    .order_by(_news.c.happened_at.desc()).limit(20)
)


@dataclass(frozen=True, slots=True)
class Told:
    """The newest that was told of an order: what (`kind`), the day it comes (`eta`) or came (`delivered_on`), by whom (a
    carrier's name, "" where nobody was named), and what had been promised. Days as ISO text, "" for none."""

    kind: str
    eta: str = ""
    by: str = ""
    promised_on: str = ""
    delivered_on: str = ""


def words(work: Work, reference: str, language: str, carrier: str = "") -> str:
    """The words of the newest open group that this order is in, in her language if they were written in it; "" for none.

    An order that left after its area was marked is in no group; it is in the area, as far as anybody told where it goes.
    """
    facts = work.connection.execute(_hit, {"order": fold(reference), "since": work.now - TRUE_FOR}).scalar()
    said = (facts or _of_area(work, reference, carrier) or {}).get("words") or {}
    return str(said.get(language[:2]) or next(iter(said.values()), ""))


def newest(session: Session, reference: str) -> Told | None:
    """What counts for her until something newer is known: how it ended, else the last day that anybody named; None for
    neither. What she was not told yet, because it is night or a person has her, is newer all the same.
    """
    for row in session.execute(_of_order, {"order": fold(reference)}).mappings():
        facts, has_ended = row["facts"], row["kind"] not in STILL
        if has_ended or facts.get("eta"):
            came = str(facts.get("delivered_on") or row["happened_at"].date())[:10] if row["kind"] == "delivered" else ""
            return Told(row["kind"], "" if has_ended else str(facts["eta"])[:10], str(facts.get("carrier") or ""),
                        str(facts.get("promised_on") or "")[:10], came)
    return None


def _of_area(work: Work, reference: str, carrier: str) -> Mapping[str, Any] | None:
    marked = work.connection.execute(_marked, {"since": work.now - TRUE_FOR}).mappings().all()
    found = [(area, group["facts"]) for group in marked if (area := areas.of_facts(group["facts"])) is not None]
    if not found:
        return None
    known = work.connection.execute(_of_order, {"order": fold(reference)}).mappings().first()
    row = {**known} if known else {"postcode": "", "city": "", "country": "", "facts": {}}
    row["facts"] = {**row["facts"], **({"carrier": carrier} if carrier else {})}
    return next((facts for area, facts in found if areas.is_with(area, row["facts"]) and areas.is_in(area, row)
                 and areas.is_late_by(area, row["facts"], work.now.date())), None)
