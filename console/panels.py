"""The right column: why the conversation came here, its order, the contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here, naming, order_card
from console.evidence import Numbered
from console.listing import initials
from console.transcripts import agent_names, evidence_of
from console.words import LANGUAGES, LOCALES
from conversation.tables import TimelineEntry
from handoff import card as cards
from handoff.access import Sight
from handoff.tables import Ticket

PAST_TICKETS = 4

logger = structlog.get_logger(__name__)
_ticket, _entry = Ticket.__table__, TimelineEntry.__table__


def panel(session: Session, sight: Sight, thread: Mapping[str, Any]) -> dict[str, Any]:
    """What `_panel.html` needs."""
    ticket = sight.ticket
    return {
        "card": _card(session, sight.live_ticket) if sight.live_ticket else None,
        "order": order((ticket or {}).get("card")),
        "contact": _contact(session, sight, thread),
    }


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


def _card(session: Session, ticket: Mapping[str, Any]) -> dict[str, Any]:
    made, words, evidence = cards.assemble(ticket, here.language()), here.texts(), evidence_of(session, ticket)
    return {
        "at": ticket["opened_at"],
        "sentence": made.summary or _sentence(ticket, evidence),
        "reasons": [_reason(one) for one in evidence],
        "score": _score(made.score, made.threshold),
        "facts": [
            fact
            for fact in (
                (words("card.path"), made.path),
                (words("card.known"), ", ".join(_known(name, value) for name, value in made.known)),
            )
            if fact[1]
        ],
        "note": _transfer_note(session, ticket["ticket_id"]),
    }


def _sentence(ticket: Mapping[str, Any], evidence: Sequence[Numbered]) -> str:
    """Why it came here, with the first words of hers that tell it: of the ticket's order, not of the numbers'."""
    said = {(one.message_id, one.quote) for one in evidence if one.is_said}
    quotes = (
        cards.shortened(entry["quote"])
        for entry in ticket["evidence"]
        if (entry.get("message_id"), entry.get("quote")) in said
    )
    sentence = cards.sentence(ticket["reason"], [*quotes], here.language())
    return sentence if sentence.endswith((".", "»", "”", "…")) else f"{sentence}."


def _reason(one: Numbered) -> dict[str, Any]:
    """One line of the card."""
    words, label = here.texts(), cards.label(one.code, here.language())
    if one.is_said:
        text = words("evidence.quote", what=label, quote=cards.shortened(one.quote))
    else:
        text = words("evidence.count", what=label, count=_count(one.quote)) if one.quote else label
    return {
        "number": one.number,
        "text": text,
        "message_id": one.message_id,
        "points": here.formats().points(one.points) if one.points else words("evidence.direct"),
    }


def _count(quote: str) -> str:
    """What was counted (`3×`, `25 min`), or the name of what the bot asked for, as people call it."""
    words = here.texts()
    return words(f"known.{quote}") if words.has(f"known.{quote}") else quote.replace("_", " ")


def _score(score: float | None, threshold: float | None) -> dict[str, str] | None:
    """A bar that starts at zero and ends at one; nothing where the handoff was not about a score."""
    if not score or not threshold:
        return None
    formats = here.formats()
    most = max(1.0, score)
    return {
        "text": formats.number(score),
        "limit": formats.number(threshold),
        "width": f"{100 * score / most:.1f}",
        "mark": f"{100 * threshold / most:.2f}",
    }


def _known(name: str, value: Any) -> str:
    words = here.texts()
    shown = words(f"known.{name}") if words.has(f"known.{name}") else name.replace("_", " ")
    if isinstance(value, Mapping):
        value = value.get("reference", "")
    return f"{shown} {value}".strip() if isinstance(value, str | int) and not isinstance(value, bool) else shown


def _transfer_note(session: Session, ticket_id: str) -> str:
    """The note of the last transfer: it is written for whoever has the ticket now."""
    query = select(_entry.c.data).where(
        _entry.c.ticket_id == ticket_id, _entry.c.kind.in_(("transfer_to_agent", "transfer_to_queue"))
    )
    data = session.execute(query.order_by(_entry.c.entry_id.desc()).limit(1)).scalar()
    return str((data or {}).get("note", ""))


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


def language_name(code: str) -> str:
    """A language in the agent's words: `português` is `portugués` to a Spanish reader."""
    words = here.texts()
    if code in LANGUAGES:
        return words(f"languages.{code}")
    return Locale.parse(LOCALES[here.language()]).languages.get(code, code)


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
