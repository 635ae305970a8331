"""The right column: why the conversation came here, its order, the contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import case_views, here, naming, order_card, order_panel, reason_card
from console.listing import initials
from console.panel_words import language_name
from console.transcripts import agent_names
from handoff.access import Sight
from handoff.tables import Ticket
from incidents import case_rows

PAST_TICKETS = 4

__all__ = ("language_name", "order", "order_facts", "panel")

logger = structlog.get_logger(__name__)
_ticket = Ticket.__table__


def panel(session: Session, sight: Sight, thread: Mapping[str, Any]) -> dict[str, Any]:
    """What `_panel.html` needs."""
    ticket = sight.ticket
    return {
        "card": reason_card.card(session, sight),
        "deeds": order_panel.panel(session, sight, naming.order_of((ticket or {}).get("card"))),
        "order": order((ticket or {}).get("card")),
        **_cases(session, sight.conversation["conversation_id"]),
        "contact": _contact(session, sight, thread),
    }


def _cases(session: Session, conversation_id: str) -> dict[str, Any]:
    """The cases of a conversation; the one that is open takes photos, and which are in one already."""
    found = case_rows.of_conversation(session, conversation_id)
    under_way = next((case["incident_id"] for case in found if case["state"] in ("open", "ready")), "")
    files = case_rows.files_in_cases(session, conversation_id) if found else {}
    joined = case_rows.joined(session, conversation_id) if under_way else {}
    cases = [case_views.brief(case) | {"joined": joined.get(case["incident_id"], 0) if case["state"] in ("open", "ready") else 0}
             for case in found]
    return {"cases": cases, "open_case": under_way, "case_files": files}


def order(card: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The order of a ticket as its card wants it; a shop that does not answer is told, never a broken page."""
    reference = naming.order_of(card)
    if not reference:
        return None
    words = here.texts()
    try:
        facts = here.desk().find_order(reference)
    except Exception as error:  # noqa: BLE001 - a connector may fail in its own ways; the rest of the page must not
        logger.warning("order card without its order", error=type(error).__name__)
        return order_card.without(reference, words("order.down", reference=reference))
    if facts is None:
        return order_card.without(reference, words("order.missing", reference=reference))
    return order_card.shown(facts, words, here.formats())


def order_facts(card: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What the shop knows of a ticket's order; None where there is none, or the shop does not answer."""
    reference = naming.order_of(card)
    try:
        return here.desk().find_order(reference) if reference else None
    except Exception as error:  # noqa: BLE001 - as above
        logger.warning("saved replies without the order", error=type(error).__name__)
        return None


def _contact(session: Session, sight: Sight, thread: Mapping[str, Any]) -> dict[str, Any]:
    words, formats, contact = here.texts(), here.formats(), thread["contact"]
    facts = [
        (words("contact.channel"), thread["channel"]),
        (words("contact.since"), formats.day(formats.local(sight.conversation["created_at"]).date())),
    ]
    if contact["email"]:
        facts.insert(0, (words("contact.email"), contact["email"]))
    return {
        "name": contact["name"],
        "initials": initials(contact["name"]),
        "address": sight.conversation["address"],
        "language": language_name(sight.conversation["language"]),
        "facts": facts,
        "past": _past(session, sight),
    }


def _past(session: Session, sight: Sight) -> list[dict[str, Any]]:
    """The latest tickets of this conversation that ended."""
    query = select(_ticket).where(
        _ticket.c.conversation_id == sight.conversation["conversation_id"], _ticket.c.closed_at.is_not(None)
    )
    names, words = agent_names(session), here.texts()
    return [
        {
            "at": ticket["closed_at"],
            "why": words(f"reasons.{naming.why(ticket['reason']).key}"),
            "by": names.get(ticket["closed_by"] or "", ""),
        }
        for ticket in session.execute(query.order_by(_ticket.c.closed_at.desc()).limit(PAST_TICKETS)).mappings()
    ]
