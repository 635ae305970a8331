"""A case as this agent may see it: whoever may read its conversation; to all others it is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from console import here
from console.errors import NothingHere
from conversation.tables import Contact, Conversation
from handoff import access
from handoff.errors import UnknownTicket
from handoff.tables import Ticket
from incidents import case_rows, errors, watch
from incidents.tables import OPEN_STATES, Incident

MOST = 200
Row = Mapping[str, Any]

_incident, _conversation, _contact, _ticket = Incident.__table__, Conversation.__table__, Contact.__table__, Ticket.__table__


def seen(reader: access.Reader, key: str) -> Row:
    """The case of this id or code. Raises NothingHere, also for one of a conversation that she may not see."""
    try:
        case = case_rows.find(reader, key)
        access.conversation_for(reader, here.viewer(), case["conversation_id"] or "")
    except (errors.UnknownCase, UnknownTicket):
        raise NothingHere(f"There is no case {key[:40]} that you may see.") from None
    return case


def shop_calendar() -> watch.Calendar:
    """Last days are the shop's, wherever the agent sits."""
    return watch.Calendar(here.desk().shop_zone(), here.desk().rules.book.own_days)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list. `state`: open (all that are under way), one state, or all."""

    state: str = "open"
    kind: str = ""
    carrier: str = ""
    mine: bool = False
    soon: bool = False


def listed(session: Session, wanted: Filters) -> list[Row]:
    """The cases she may see, those whose last day comes first before all others."""
    query = (
        select(_incident, _contact.c.name.label("contact_name"), _ticket.c.holder_id)
        .join(_conversation, _conversation.c.conversation_id == _incident.c.conversation_id)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .outerjoin(_ticket, access.is_newest())
        .where(access.within(here.viewer()), *_narrowed(wanted))
    )
    last = (_incident.c.deadline_on.is_(None), _incident.c.deadline_on, _incident.c.opened_at)
    return list(session.execute(query.order_by(*last).limit(MOST)).mappings())


def _narrowed(wanted: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == "open":
        found.append(_incident.c.state.in_(OPEN_STATES))
    elif wanted.state != "all":
        found.append(_incident.c.state == wanted.state)
    if wanted.kind:
        found.append(_incident.c.kind == wanted.kind)
    if wanted.carrier:
        found.append(_incident.c.carrier == wanted.carrier)
    if wanted.mine:
        me = here.viewer().agent_id
        found.append((_ticket.c.holder_id == me) | (_incident.c.opened_by == me))
    if wanted.soon:
        calendar = shop_calendar()
        found += [watch.is_soon(calendar.day(here.formats().now), calendar), _incident.c.state.in_(("open", "ready"))]
    return found
