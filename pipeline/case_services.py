"""`incidents.open` and `incidents.find`: the services with which flows begin a case and tell how it stands.

The order's facts are asked of the shop like any look-up; the case itself is written in the transaction of the turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select

from asking import OUR_PACE, Pace
from conversation.inbox import Talk
from conversation.tables import Contact, Conversation
from conversation.work import Work
from incidents import cases
from incidents.cases import FLAG, Opening
from incidents.claim_rules import RuleBook
from incidents.errors import IncidentError
from incidents.tables import OPEN_STATES, Incident
from orders.base import Connector
from orders.errors import ConnectorError
from orders.reference import fold
from orders.service import find_for_desk

OPEN, FIND = "incidents.open", "incidents.find"
SERVICES = frozenset({OPEN, FIND})
NEWS_DAYS = 30  # a case that is closed is still told of for so long
_YES = frozenset({True, "true", "yes", "True"})

logger = structlog.get_logger(__name__)
_incident, _contact, _conversation = Incident.__table__, Contact.__table__, Conversation.__table__


def has_none(talk: Talk, service: str) -> bool:
    """A contact who never had a case has none now: nobody needs to look."""
    return service == FIND and not talk.facts["facts"].get(FLAG)


def order_facts(
    connector: Connector, arguments: Mapping[str, Any], today: date, pace: Pace = OUR_PACE
) -> dict[str, Any]:
    """What the shop knows of the order, for the people who will have the case; nothing where it does not answer.

    Who has proven nothing must not learn from the time whether there is such an order: it takes as long as one that the
    shop does not find.
    """
    started = pace.now()
    try:
        return find_for_desk(connector, str(arguments.get("ref") or ""), today) or {}
    except ConnectorError as error:
        logger.warning("a case without its order", error=error.code)
        return {}
    finally:
        if not connector.local and arguments.get("proven") not in _YES:
            pace.pause(max(0.0, getattr(connector, "not_found_seconds", 0.0) - (pace.now() - started)))


def opened(work: Work, book: RuleBook, conversation_id: str, arguments: Mapping[str, Any], order: Mapping[str, Any]) -> dict[str, Any] | None:
    """Begin the case; what the flow may say of it, or None where it cannot be begun. Nothing of the order is in it."""
    given = {name: str(arguments.get(name) or "") for name in ("ref", "kind", "what", "wish")}
    opening = Opening(
        kind=given["kind"], order_reference=given["ref"], order_key=fold(given["ref"]), conversation_id=conversation_id,
        order=order, what=given["what"], wish=given["wish"], is_proven=arguments.get("proven") in _YES)
    try:
        done = cases.open_case(work, book, opening)
    except IncidentError as error:
        logger.error("a flow could not begin a case", error=str(error))
        return None
    return {"code": done.case["code"], "state": done.case["state"], "is_new": done.is_new}


def found(work: Work, conversation_id: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest case of this contact (or of who is the same person) about this order."""
    key = fold(str(arguments.get("ref") or ""))
    mine = select(_contact).join(_conversation, _conversation.c.contact_id == _contact.c.contact_id)
    contact = work.connection.execute(mine.where(_conversation.c.conversation_id == conversation_id)).mappings().one()
    same = select(_contact.c.contact_id).where(
        or_(_contact.c.contact_id == contact["contact_id"],
            _contact.c.person_id == contact["person_id"] if contact["person_id"] else _contact.c.contact_id == ""))
    query = select(_incident).where(
        _incident.c.contact_id.in_(same), or_(_incident.c.order_key == key, _incident.c.order_key.like(f"{key}?%")),
        or_(_incident.c.state.in_(OPEN_STATES), _incident.c.state_at >= work.now - timedelta(days=NEWS_DAYS)))
    row = work.connection.execute(query.order_by(_incident.c.opened_at.desc()).limit(1)).mappings().first() if key else None
    if row is None:
        return None
    return {"code": row["code"], "kind": row["kind"], "state": row["state"], "opened_on": row["opened_at"].date().isoformat()}
