"""The card of a ticket: why it came to people, sentence by sentence, and what an agent says of those reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import case_facts, here, labels
from console.evidence import Numbered
from console.transcripts import agent_names, evidence_of
from conversation.tables import TimelineEntry
from handoff import card as cards
from handoff import verdicts
from handoff.access import Sight
from handoff.tables import VERDICTS
from handoff.verdicts import LONGEST_NOTE

_entry = TimelineEntry.__table__
_VERDICT_ICONS = {"not_a_reason": "circle-x", "bot_should_know": "bot"}


def card(session: Session, sight: Sight) -> dict[str, Any] | None:
    """The card of the live ticket, or of the one that was just closed while its reason can still be judged."""
    ticket, viewer = sight.ticket, here.viewer()
    if ticket is None or not (sight.live_ticket or verdicts.is_open_to_verdicts(ticket, here.formats().now)):
        return None
    evidence = evidence_of(session, ticket)
    reasons = [_reason(one) for one in evidence]
    return {
        "at": ticket["opened_at"],
        "ticket_id": ticket["ticket_id"],
        "is_live": sight.live_ticket is not None,
        "sentence": ticket["summary"] or _sentence(ticket, evidence),
        "reasons": reasons,
        "meanings": _meanings(evidence),
        "score": _score(ticket["score"], ticket["threshold"]),
        "facts": _facts(ticket["card"]),
        "case": case_facts.facts(session, sight, ticket),
        "note": _transfer_note(session, ticket["ticket_id"]),
        "verdict": _verdict(session, ticket, reasons, verdicts.may_judge(viewer, ticket, here.formats().now)),
    }


def _sentence(ticket: Mapping[str, Any], evidence: Sequence[Numbered]) -> str:
    """Why it came here, with the first words of hers that tell it: of the ticket's order, not of the numbers'."""
    said = sorted((one for one in evidence if one.is_said), key=lambda one: one.place)
    quotes = [cards.shortened(one.quote) for one in said]
    sentence = cards.sentence(ticket["reason"], quotes, here.language())
    return sentence if sentence.endswith((".", "»", "”", "…")) else f"{sentence}."


def _reason(one: Numbered) -> dict[str, Any]:
    """One line of the card. `places` are the anchors of the messages that it counts, the last one being its own."""
    words, places = here.texts(), one.stands_in
    return {
        "number": one.number,
        "place": one.place,
        "text": _told(one),
        "message_id": places[-1] if places else "",
        "places": [f"mark-{one.number}-{at}" for at in range(1, len(places))] if places else [],
        "weight": one.weight,
        "weight_text": words(f"evidence.{one.weight}"),
    }


def _told(one: Numbered) -> str:
    """The reason as a sentence: with her words, with what was counted, or its name alone."""
    words, language = here.texts(), here.language()
    label = cards.label(one.code, language)
    if one.is_said:
        return words("evidence.quote", what=label, quote=cards.shortened(one.quote))
    count = one.quote.removesuffix("×")
    counting = cards.counting(one.code, labels.known(words, count), language) if count and count != "1" else ""
    return counting or label


def _meanings(evidence: Sequence[Numbered]) -> list[tuple[str, str]]:
    """Name and meaning of every signal on the card, each once."""
    language = here.language()
    codes = dict.fromkeys(one.code for one in evidence)
    meant = ((cards.label(code, language), cards.explained(code, language)) for code in codes)
    return [(name, meaning) for name, meaning in meant if meaning]


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


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) == len("2026-11-17")


def _facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    words, formats = here.texts(), here.formats()
    known = [
        labels.shown(words, name, formats.day_text(value) if _is_day(value) else value)
        for name, value in (card.get("known") or {}).items()
        if value not in (None, "", [], {})
    ]
    facts = ((words("card.path"), case_facts.path(str(card.get("path") or ""))), (words("card.known"), ", ".join(known)))
    return [fact for fact in facts if fact[1]]


def _transfer_note(session: Session, ticket_id: str) -> str:
    """The note of the last transfer: it is written for whoever has the ticket now."""
    query = select(_entry.c.data).where(
        _entry.c.ticket_id == ticket_id, _entry.c.kind.in_(("transfer_to_agent", "transfer_to_queue"))
    )
    data = session.execute(query.order_by(_entry.c.entry_id.desc()).limit(1)).scalar()
    return str((data or {}).get("note", ""))


def _verdict(
    session: Session, ticket: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]], may: bool
) -> dict[str, Any] | None:
    """What was said of the reason, and what may be said; nothing where neither is anything."""
    said = verdicts.verdict_of(session, ticket["ticket_id"])
    if said is None and not may:
        return None
    kind = said["kind"] if said else ""
    return {
        "kind": kind,
        "key": f"{said['said_at']:%Y%m%d%H%M%S%f}" if said else "",  # of another word, another form
        "sentence": _said(session, said) if said else "",
        "note": said["note"] if said else "",
        "may": may,
        "choices": [
            {"kind": one, "icon": _VERDICT_ICONS[one], "text": here.texts()(f"verdict.{one}"), "is_said": one == kind}
            for one in VERDICTS
        ],
        "pieces": [
            {**reason, "is_wrong": bool(said) and reason["place"] in said["wrong"]} for reason in reasons
        ] if len(reasons) > 1 else [],
        "longest_note": LONGEST_NOTE,
    }


def _said(session: Session, said: Mapping[str, Any]) -> str:
    words, formats = here.texts(), here.formats()
    name = agent_names(session).get(said["agent_id"], "")
    return words(f"verdict.said.{said['kind']}", name=name, time=formats.moment(said["said_at"]))
