"""Offers: a waiting ticket is kept for one agent for a moment, who takes it or not; then the next one is asked.

Who declined or let it lapse is asked again only after ten minutes, unless there is nobody else. `excluded` of a ticket
holds both kinds of “not her, not yet”: `{agent: until}` of who gave it back or lost it, `{asked:agent: until}` of who was
asked and did not take it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conversation.work import Work
from handoff import ledger, notices, skills
from handoff.ledger import Standing

ASKED_AGAIN_AFTER = timedelta(minutes=10)
DECLINED, LAPSED, GONE = "declined", "lapsed", "gone"
ASKED = "asked:"


@dataclass(frozen=True, slots=True)
class Kept:
    """For whom a ticket is kept, and until when."""

    agent_id: str
    until: datetime


def make(work: Work, held: Standing, agent: Mapping[str, Any], seconds: int) -> None:
    """Keep a waiting ticket for this agent for so long, and ring her."""
    until = work.now + timedelta(seconds=seconds)
    relaxed = skills.steps_to(held.ticket["skills"], held.language, agent)
    ledger.note_ticket(work, held.ticket_id, {
        "offered_to": agent["agent_id"], "offered_until": until, "relaxed": relaxed})
    data = {"agent": agent["name"], "until": until.isoformat()}
    ledger.log(work, held, "offer", "router", data)
    notices.add(work, "offered", [agent["agent_id"]], held.conversation_id, held.ticket_id, data=data)


def end(work: Work, held: Standing, why: str, actor: str) -> None:
    """The offer is over without a holder: the ticket waits as before."""
    agent_id = held.ticket["offered_to"]
    again = work.now if why == GONE else work.now + ASKED_AGAIN_AFTER
    ledger.note_ticket(work, held.ticket_id, {
        "offered_to": None, "offered_until": None, "relaxed": 0,
        "excluded": excluding(held.ticket, f"{ASKED}{agent_id}", again, work.now)})
    ledger.log(work, held, "offer_over", actor, {"agent": ledger.name_of(work, agent_id), "why": why})


def is_open(ticket: Mapping[str, Any], agent_id: str, now: datetime) -> bool:
    """Whether it is on offer to her now. Pure."""
    return ticket["offered_to"] == agent_id and ticket["offered_until"] is not None and now < ticket["offered_until"]


def kept_for(ticket: Mapping[str, Any], now: datetime, offers_are_open: bool) -> Kept | None:
    """For whom it is kept now: a reservation goes before an offer. Pure."""
    if ticket["reserved_for"] and ticket["reserved_until"] and now < ticket["reserved_until"]:
        return Kept(ticket["reserved_for"], ticket["reserved_until"])
    if not offers_are_open and ticket["offered_to"] and ticket["offered_until"] and now < ticket["offered_until"]:
        return Kept(ticket["offered_to"], ticket["offered_until"])
    return None


def excluding(ticket: Mapping[str, Any], who: str, until: datetime, now: datetime) -> dict[str, str]:
    """The exclusions of a ticket with one more; those that are over are dropped. Pure."""
    return {key: at for key, at in ticket["excluded"].items() if datetime.fromisoformat(at) > now} | {who: until.isoformat()}


def is_excluded(ticket: Mapping[str, Any], agent_id: str, now: datetime) -> bool:
    """Whether she gave it back, or lost it, too short a time ago. Pure."""
    return _until(ticket, agent_id, now) is not None


def asked_at(ticket: Mapping[str, Any], agent_id: str, now: datetime) -> datetime | None:
    """When she was last asked and did not take it, if that still counts. Pure."""
    until = _until(ticket, f"{ASKED}{agent_id}", now)
    return until - ASKED_AGAIN_AFTER if until else None


def waited(ticket: Mapping[str, Any], now: datetime) -> timedelta:
    """How long it has lain in this queue. Pure."""
    return now - (ticket["requeued_at"] or ticket["opened_at"])


def _until(ticket: Mapping[str, Any], key: str, now: datetime) -> datetime | None:
    at = ticket["excluded"].get(key)
    until = datetime.fromisoformat(at) if at else None
    return until if until and until > now else None
