"""The middle of the page: who holds the conversation, what may be done, what was said, where to write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here, naming, transcripts
from console.formats import as_utc, span
from console.marks import marks
from console.rows import queue_titles
from console.stretches import Passing
from conversation.tables import Channel, Contact
from handoff import blocking
from handoff.access import Sight, Viewer
from handoff.tables import Agent, Membership

SOON = timedelta(minutes=5)
RESOLVED_SHOWN = timedelta(hours=48)
_ACTIONS = {
    "queued": {"agent": ("claim",), "supervisor": ("claim", "return", "resolve")},
    "assigned": {
        "holder": ("resolve", "return", "release", "transfer"),
        "supervisor": ("resolve", "return", "release", "transfer"),
    },
    "snoozed": {"holder": ("resolve", "return"), "supervisor": ("resolve", "return")},
}


def thread(session: Session, viewer: Viewer, sight: Sight, before: int = 0) -> dict[str, Any]:
    """What `_thread_head.html` and `_transcript.html` need."""
    conversation, ticket = sight.conversation, sight.live_ticket
    contact = (
        session.execute(select(Contact.__table__).where(Contact.__table__.c.contact_id == conversation["contact_id"]))
        .mappings()
        .one()
    )
    kind = session.execute(
        select(Channel.__table__.c.kind).where(Channel.__table__.c.channel_id == conversation["channel_id"])
    ).scalar_one()
    name = naming.shown_name(contact["name"], conversation["address"])
    found, first = transcripts.read(session, sight, before)
    actions, holder_id = allowed(viewer, sight, contact["blocked_at"] is not None), ticket["holder_id"] if ticket else None
    names = transcripts.agent_names(session)
    holder = names.get(holder_id, "") if holder_id else ""
    channel = here.texts()(f"channels.{naming.channel(kind)}")
    who = {"kind": kind, "contact": contact, "first_name": naming.first_name(name), "channel": channel}
    return {
        "id": conversation["conversation_id"],
        "name": name,
        **who,
        "marks": marks(session, sight, who, names),
        "ticket_id": ticket["ticket_id"] if ticket else "",
        "epoch": conversation["epoch"],
        "owner": conversation["owner"],
        "last_seq": conversation["last_seq"],
        "stretches": found,
        "actions": actions,
        "older_url": _older(conversation["conversation_id"], first),
        "targets": _targets(session, sight) if "transfer" in actions else (),
        "can_retry": holder_id == viewer.agent_id,
        "holder_name": holder,
        **(_state(session, viewer, sight, holder) if ticket or contact["blocked_at"] is None else _unanswered()),
    }


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


def _state(session: Session, viewer: Viewer, sight: Sight, holder: str) -> dict[str, str]:
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


def _unanswered() -> dict[str, str]:
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
    if ticket["state"] == "snoozed" and ticket["snoozed_until"]:
        return {"due": words("state.snoozed", time=formats.moment(ticket["snoozed_until"])), "due_press": "calm"}
    if waiting is None:
        return {"due": words("state.theirs"), "due_press": "calm"}
    if due is None or ticket["first_reply_at"] is not None:
        return {"due": words("state.waits", span=formats.since(waiting)), "due_press": ""}
    if as_utc(due) < formats.now:
        return {"due": words("state.late", span=formats.since(due)), "due_press": "late"}
    return {"due": words("state.due", time=formats.clock(due)), "due_press": ""}


def _targets(session: Session, sight: Sight) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """To whom the ticket may go: colleagues who may see its queue, and the other queues."""
    words, ticket = here.texts(), sight.live_ticket or {}
    agent, member = Agent.__table__, Membership.__table__
    colleagues = session.execute(
        select(agent.c.agent_id, agent.c.name)
        .distinct()
        .outerjoin(member, (member.c.agent_id == agent.c.agent_id) & (member.c.queue_id == ticket["queue_id"]))
        .where(
            agent.c.deactivated_at.is_(None),
            agent.c.agent_id != ticket["holder_id"],
            agent.c.password_hash != "",
            member.c.queue_id.is_not(None) | agent.c.role.in_(("supervisor", "admin")),
        )
        .order_by(agent.c.name)
    )
    people = [(f"agent:{row.agent_id}", row.name) for row in colleagues]
    queues = [
        (f"queue:{queue_id}", name)
        for queue_id, name in queue_titles(session, here.language()).items()
        if queue_id != ticket["queue_id"]
    ]
    return tuple(
        (words(label), found)
        for label, found in (("action.agent_group", people), ("action.queue_group", queues))
        if found
    )


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
