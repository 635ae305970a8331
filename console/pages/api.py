"""The JSON twin: list, conversation and events, under the same permissions as the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import jsonify, request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import filters, here, nav, panels, screens, sightings, spoken, threads, transcripts
from console.formats import as_utc
from console.listing import window_left
from console.route import Route
from console.rows import PAGE_ROWS
from console.stretches import Bubble, Stretch
from console.tail import GAP_SECONDS
from conversation.tables import TimelineEntry
from handoff.access import Sight

EVENTS_AT_ONCE = 500
TICKET = (
    "state", "queue_id", "reason", "summary", "priority", "score", "threshold", "epoch", "holder_id",
    "opened_at", "waiting_since", "due_at", "claimed_at", "first_reply_at", "closed_at", "disposition", "vip",
    "skills", "relaxed", "ahead", "told", "promised", "late_at", "broken_at", "breached_at", "reply_due_at",
    "resolve_due_at", "snoozed_until", "former_snooze", "offered_to", "offered_until", "reserved_for",
    "reserved_until", "requeued_at", "rating_asked_at",
)  # fmt: skip
TICKET_OF_ROW = ("state", "queue_id", "reason", "priority", "holder_id",
                 "waiting_since", "due_at", "opened_at", "epoch")
_entry = TimelineEntry.__table__
_after = select(_entry).where(_entry.c.entry_id > bindparam("last")).order_by(_entry.c.entry_id).limit(EVENTS_AT_ONCE)


def conversations() -> Response:
    """`?tab=mine|queued|unanswered|snoozed|all&queue=…&channel=…&language=…&reason=…&tag=…&page=…`."""
    asked = screens.asked()
    with here.desk().database.reading() as session:
        as_of = nav.as_of(session)
        counts = here.reckoning().counts(session, here.viewer(), as_of).tabs
        rows = here.reckoning().rows(session, here.viewer(), filters.wanted(session, asked, PAGE_ROWS), as_of)
    return jsonify(
        {
            "tab": asked.tab,
            "page": asked.page,
            "counts": dict(counts),
            "latest": as_of.line,
            "conversations": [_row(row) for row in rows],
        }
    )


def conversation(conversation_id: str) -> Response:
    """Everything of one conversation: messages with their states, evidence, card, order."""
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        thread = threads.thread(session, here.viewer(), sight)
        return jsonify(_conversation(session, sight, thread))


def events() -> Response:
    """`?after=<id>`: lines of the timeline she may see, oldest first; `latest` is where to go on."""
    text = request.args.get("after", "0")
    last = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
    with here.desk().database.reading() as session:
        rows = _settled(session, session.execute(_after, {"last": last}).mappings().all(), last)
        seen = sightings.visible(session, here.viewer(), {row["conversation_id"] or "" for row in rows})
    return jsonify(
        {
            "latest": rows[-1]["entry_id"] if rows else last,
            "more": len(rows) == EVENTS_AT_ONCE,
            "events": [_event(row) for row in rows if (row["conversation_id"] or "") in seen],
        }
    )


def _settled(session: Session, rows: Sequence[Mapping[str, Any]], last: int) -> Sequence[Mapping[str, Any]]:
    """Lines up to a number that is missing and may still come: PostgreSQL gives numbers before it commits."""
    if session.get_bind().dialect.name == "sqlite":
        return rows
    recent = here.formats().now - timedelta(seconds=GAP_SECONDS)
    for place, row in enumerate(rows):
        if last and row["entry_id"] != last + 1 and as_utc(row["at"]) > recent:
            return rows[:place]
        last = row["entry_id"]
    return rows


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    ticket = {name: _plain(row[f"ticket_{name}"]) for name in TICKET_OF_ROW}
    return {
        "conversation": row["conversation_id"],
        "name": row["contact_name"],
        "address": row["address"],
        "channel": row["kind"],
        "owner": row["owner"],
        "epoch": row["epoch"],
        "language": row["language"],
        "unread": row["unread"],
        "preview": row["preview"],
        "preview_author": row["preview_author"],
        "waiting_since": _plain(row["waiting_since"]),
        "last_message_at": _plain(row["last_message_at"]),
        "holder": row["holder_name"],
        "ticket": {"ticket": row["ticket_id"], **ticket} if row["ticket_id"] else None,
    }


def _conversation(session: Session, sight: Sight, thread: Mapping[str, Any]) -> dict[str, Any]:
    conversation = sight.conversation
    left = window_left(here.desk().window(thread["kind"]), conversation, here.formats().now)
    return {
        "conversation": conversation["conversation_id"],
        "name": thread["name"],
        "address": conversation["address"],
        "channel": thread["kind"],
        "owner": conversation["owner"],
        "epoch": conversation["epoch"],
        "language": conversation["language"],
        "unread": conversation["unread"],
        "last_seq": conversation["last_seq"],
        "waiting_since": _plain(conversation["waiting_since"]),
        "actions": list(thread["actions"]),
        "window_seconds": None if left is None else round(left.total_seconds()),
        "ticket": _ticket(session, sight.ticket),
        "card": _card(session, sight, thread),
        **spoken.beside(session, sight),
        "messages": [_message(bubble, stretch) for stretch in thread["stretches"] for bubble in stretch.bubbles],
        "latest": nav.latest_entry(session),
    }


def _card(session: Session, sight: Sight, thread: Mapping[str, Any]) -> dict[str, Any]:
    """The panel: why, evidence, score, and the order."""
    made = panels.panel(session, sight, thread)
    card = made["card"]
    return {"why": card and {**card, "at": _plain(card["at"])}, "order": made["order"]}


def _ticket(session: Session, ticket: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if ticket is None:
        return None
    names = transcripts.agent_names(session)
    evidence = [asdict(one) for one in transcripts.evidence_of(session, ticket)]
    holder = names.get(ticket["holder_id"] or "", "")
    rated = spoken.rating(session, ticket)
    return {"ticket": ticket["ticket_id"], "holder": holder, "evidence": evidence, "rating": rated} | {
        name: _plain(ticket[name]) for name in TICKET
    }


def _message(bubble: Bubble, stretch: Stretch) -> dict[str, Any]:
    return {
        "id": bubble.key,
        "seq": bubble.seq,
        "author": bubble.author,
        "name": bubble.name,
        "text": bubble.text,
        "at": _plain(bubble.at),
        "state": bubble.state,
        "error_code": bubble.error_code,
        "error": bubble.error_text,
        "evidence": list(bubble.cites),
        "choices": list(bubble.choices),
        "media": list(bubble.media),
        "held_by": stretch.owner,
    }


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["entry_id"],
        "conversation": row["conversation_id"],
        "ticket": row["ticket_id"],
        "kind": row["kind"],
        "actor": row["actor"],
        "epoch": row["epoch"],
        "at": _plain(row["at"]),
        "data": row["data"],
    }


def _plain(value: Any) -> Any:
    return as_utc(value).isoformat() if hasattr(value, "tzinfo") else value


ROUTES = (
    Route("/api/conversations", "api_conversations", conversations),
    Route("/api/conversations/<conversation_id>", "api_conversation", conversation),
    Route("/api/events", "api_events", events),
)
