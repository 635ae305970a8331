"""The middle of the page: who holds the conversation, what may be done, what was said, where to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from console import here, naming, nav, people, snoozes, states, targets, transcripts
from console.formats import as_utc, span
from console.marks import marks
from console.stretches import Passing, Stretch
from handoff import blocking, offers, viewing
from handoff.access import Sight, Viewer

_ACTIONS = {
    "queued": {"agent": ("claim",), "supervisor": ("claim", "return", "resolve", "assign")},
    "assigned": {
        "holder": ("resolve", "return", "snooze", "release", "transfer"),
        "supervisor": ("resolve", "return", "snooze", "release", "transfer", "whisper"),
    },
    "snoozed": {"holder": ("resolve", "return"), "supervisor": ("resolve", "return", "whisper")},
}


def thread(session: Session, viewer: Viewer, sight: Sight, before: int = 0) -> dict[str, Any]:
    """What `_thread_head.html` and `_transcript.html` need."""
    conversation, ticket = sight.conversation, sight.live_ticket
    who = people.who(session, sight)
    is_blocked = who["contact"]["blocked_at"] is not None
    found, first, drawn = _said(session, sight, before)
    actions, holder_id = allowed(viewer, sight, is_blocked), ticket["holder_id"] if ticket else None
    names = transcripts.agent_names(session)
    holder = names.get(holder_id, "") if holder_id else ""
    groups = targets.targets(session, sight) if "transfer" in actions or "assign" in actions else ()
    return {
        "id": conversation["conversation_id"],
        **who,
        "marks": marks(session, sight, who, names),
        "ticket_id": ticket["ticket_id"] if ticket else "",
        "epoch": conversation["epoch"],
        "owner": conversation["owner"],
        "last_seq": conversation["last_seq"],
        "tags": tuple(conversation["tags"] or ()),
        "stretches": found,
        "drawn": drawn,
        "actions": actions,
        "older_url": _older(conversation["conversation_id"], first),
        "targets": groups,
        "takers": targets.people(groups),
        "snoozes": _snoozes(ticket) if "snooze" in actions else (),
        "offer_seconds": _offered(viewer, ticket),
        "more": _more(conversation["conversation_id"], conversation["contact_id"]),
        "viewers": viewing.others(session, conversation["conversation_id"], viewer.agent_id, here.formats().now),
        "can_retry": holder_id == viewer.agent_id,
        "holder_name": holder,
        **(states.state(session, viewer, sight, holder) if ticket or not is_blocked else states.unanswered()),
    }


def _said(session: Session, sight: Sight, before: int) -> tuple[Sequence[Stretch], int, dict[Any, str]]:
    """The transcript, and what was drawn of it; who is before the same conversation reads the same, so live pages read it
    once at a change."""
    conversation, ticket = sight.conversation, sight.ticket
    around = (conversation["waiting_since"], repr(ticket["evidence"]) if ticket else "")
    name = ("transcript", conversation["conversation_id"], before, here.language(), here.zone().key, around)
    return here.reckoning().once(session, nav.as_of(session), name, lambda: (*transcripts.read(session, sight, before), {}))


def _older(conversation_id: str, first: int) -> str:
    return url_for("console.conversation", conversation_id=conversation_id, before=first) if first > 1 else ""


def allowed(viewer: Viewer, sight: Sight, is_blocked: bool = False) -> tuple[str, ...]:
    """What this agent may do with a conversation as it stands."""
    ticket = sight.live_ticket
    may_block = blocking.may_block(viewer, sight)
    if ticket is None:
        return (("unblock",) if may_block else ()) if is_blocked else ("takeover", *(("block",) if may_block else ()))
    roles = _ACTIONS.get(ticket["state"], {})
    role = "holder" if ticket["holder_id"] == viewer.agent_id else "supervisor" if viewer.sees_everything else "agent"
    more = ("unblock" if is_blocked else "block",) if may_block else ()
    return (*roles.get(role, ()), *more)


def _more(conversation_id: str, contact_id: str) -> list[dict[str, str]]:
    """What the menu offers beside the moves of a ticket."""
    unread = url_for("console.mark_unread", conversation_id=conversation_id)
    customer = url_for("console.contact", contact_id=contact_id)
    return [{"key": "mark_unread", "method": "post", "url": unread, "icon": "eye-off"},
            {"key": "customer", "method": "get", "url": customer, "icon": "user-round"}]


def _snoozes(ticket: Mapping[str, Any]) -> list[dict[str, str]]:
    """What laying aside offers now, in words: the former time again where one was cut short."""
    words, formats = here.texts(), here.formats()
    former = ticket["former_snooze"]
    found = snoozes.choices(formats.now, formats.zone, as_utc(former) if former else None)
    return [{"key": one.key, "value": one.value, "text": words(f"snooze.{one.key}"),
             "time": _hour(one.until)} for one in found]


def _hour(until: datetime | None) -> str:
    formats = here.formats()
    if until is None:
        return ""
    today = formats.local(until).date() == formats.local(formats.now).date()
    return formats.clock(until) if today else f"{formats.moment(until)}, {formats.clock(until)}"


def _offered(viewer: Viewer, ticket: Mapping[str, Any] | None) -> int:
    """For how many seconds it is on offer to her; 0: it is not."""
    now = here.formats().now
    if ticket is None or not offers.is_open(ticket, viewer.agent_id, now):
        return 0
    return max(1, round((as_utc(ticket["offered_until"]) - now).total_seconds()))


def case_text(passing: Passing | None) -> str:
    """What a ticket is about, where it begins; empty elsewhere."""
    if passing is None or not passing.reason:
        return ""
    words = here.texts()
    return words("thread.ticket", why=words(f"reasons.{naming.why(passing.reason).key}"))


def passing_text(titles: Mapping[str, str], passing: Passing | None) -> str:
    """The line between two stretches, in words."""
    words, formats = here.texts(), here.formats()
    if passing is None:
        return words("pass.start")
    values = {
        "name": passing.agent or words("thread.contact"),
        "other": passing.other,
        "time": formats.moment(passing.at),
        "queue": titles.get(passing.queue, passing.queue),
        "span": "",
    }
    key = {
        "take_over": "takeover",
        "open": "handoff",
        "transfer_to_agent": "transfer",
        "transfer_to_queue": "transfer_queue",
    }.get(passing.kind, passing.kind)
    if key == "claim" and passing.waited_seconds is not None:
        key = "claim_waited" if passing.kept is None else "claim_kept" if passing.kept else "claim_late"
        values["span"] = span(timedelta(seconds=passing.waited_seconds))
    return words(f"pass.{key}" if words.has(f"pass.{key}") else "pass.other", **values)
