"""Cases whose order the shop did not tell when they began: which are to be asked for, and what came of asking.

The asking is the caller's, with no transaction open. A case that somebody takes is put off, so that two who look at once
never ask for the same, and longer each time it was in vain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from conversation.work import Work
from incidents.claim_rules import RuleBook
from incidents.tables import OPEN_STATES, Incident

FIRST = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
TRIES = 40  # for some nine days: claims have their last day, and the oldest is worth the question
AT_ONCE = 10

_incident = Incident.__table__
_due = (
    select(_incident.c.incident_id, _incident.c.order_reference, _incident.c.facts_tries)
    .where(_incident.c.facts_due_at <= bindparam("now")).order_by(_incident.c.facts_due_at).limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
_put_off = update(_incident).where(_incident.c.incident_id == bindparam("id")).values(
    facts_due_at=bindparam("at"), facts_tries=_incident.c.facts_tries + 1)


def is_due(reader: Any, now: Any) -> bool:
    """Whether there is one to be asked for; takes no lock."""
    query = select(_incident.c.incident_id).where(_incident.c.facts_due_at <= now).limit(1)
    return reader.execute(query).first() is not None


def take(work: Work) -> list[Mapping[str, Any]]:
    """Some whose order is to be asked for now; they are put off until the next try."""
    rows = [dict(row) for row in work.connection.execute(_due, {"now": work.now}).mappings()]
    for row in rows:
        pause = min(FIRST * 2 ** min(row["facts_tries"] + 1, 12), LONGEST_PAUSE)
        later = work.now + pause if row["facts_tries"] + 1 < TRIES else None
        work.connection.execute(_put_off, {"id": row["incident_id"], "at": later})
    return rows


def columns(case: Mapping[str, Any], book: RuleBook, order: Mapping[str, Any]) -> dict[str, Any]:
    """What the case has of its order now that the shop told it; what people wrote meanwhile stays. Pure."""
    if case["state"] not in OPEN_STATES:
        return {"facts_due_at": None}
    carrier = str(order.get("carrier") or "")
    told = {"carrier": book.key_of(carrier) or carrier[:60], "tracking_number": str(order.get("tracking_number") or "")[:80],
            "amount": str(order.get("total") or ""), "currency": str(order.get("currency") or "")}
    return {"facts_due_at": None, "order_facts": {**order, **(case["order_facts"] or {})},
            **{name: case[name] or value for name, value in told.items()}}
