"""Who holds a conversation, as one sentence, with the promise that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from console import here, transcripts
from console.formats import as_utc
from console.rows import queue_titles
from handoff import queues
from handoff.access import Sight, Viewer

RESOLVED_SHOWN = timedelta(hours=48)


def state(session: Session, viewer: Viewer, sight: Sight, holder: str) -> dict[str, str]:
    """The state sentence, with the promise that belongs to it."""
    ticket, words = sight.live_ticket, here.texts()
    if ticket is None:
        return {"state": _with_bot(session, sight), "due": "", "due_press": ""}
    if ticket["state"] == "queued":
        return _queued(session, ticket)
    if ticket["holder_id"] == viewer.agent_id:
        sentence = words("state.mine")
    else:
        sentence = words("state.other", name=holder)
    return {"state": sentence} | _held(sight, ticket)


def unanswered() -> dict[str, str]:
    return {"state": here.texts()("state.blocked"), "due": "", "due_press": ""}


def _with_bot(session: Session, sight: Sight) -> str:
    """The bot has it; for two days it is also told who settled the last matter."""
    words, last = here.texts(), sight.ticket
    if last is None or last["state"] != "resolved" or not last["closed_by"]:
        return words("state.bot")
    if here.formats().now - as_utc(last["closed_at"]) > RESOLVED_SHOWN:
        return words("state.bot")
    return words("state.resolved", name=transcripts.agent_names(session).get(last["closed_by"], ""))


def _queued(session: Session, ticket: Mapping[str, Any]) -> dict[str, str]:
    words, formats = here.texts(), here.formats()
    queue = queue_titles(session, here.language()).get(ticket["queue_id"], ticket["queue_id"])
    queue = words("state.placed", queue=queue, place=queues.ahead(session, ticket["queue_id"], ticket["waiting_since"]) + 1)
    waited, due = formats.since(ticket["waiting_since"]), ticket["due_at"]
    if due is None:
        return {"state": words("state.queue", queue=queue, span=waited), "due": "", "due_press": ""}
    if as_utc(due) < formats.now:
        return {
            "state": words("state.queue_late", queue=queue),
            "due": words("state.late", span=formats.since(due)),
            "due_press": "late",
        }
    minutes = round((as_utc(due) - as_utc(ticket["opened_at"])).total_seconds() / 60)
    return {"state": words("state.queue_due", queue=queue, span=waited, minutes=minutes), "due": "", "due_press": ""}


def _held(sight: Sight, ticket: Mapping[str, Any]) -> dict[str, str]:
    words, formats = here.texts(), here.formats()
    waiting, due = sight.conversation["waiting_since"], ticket["due_at"]
    if ticket["state"] == "snoozed" and not ticket["snoozed_until"]:
        return {"due": words("state.snoozed_reply"), "due_press": "calm"}
    if ticket["state"] == "snoozed":
        return {"due": words("state.snoozed", time=formats.soon(ticket["snoozed_until"])), "due_press": "calm"}
    if waiting is None:
        return {"due": words("state.theirs"), "due_press": "calm"}
    if due is None or ticket["first_reply_at"] is not None:
        return {"due": words("state.waits", span=formats.since(waiting)), "due_press": ""}
    if as_utc(due) < formats.now:
        return {"due": words("state.late", span=formats.since(due)), "due_press": "late"}
    return {"due": words("state.due", time=formats.clock(due)), "due_press": ""}
