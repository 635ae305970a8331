"""A customer as her own page shows her: facts, ways to write to her, tickets, orders, wishes, ratings, notes, and what was
said on all channels of the one person she is, as far as this agent may see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import case_views, here, naming, panels
from console.attachments import preview
from console.formats import as_utc
from console.listing import initials
from console.segments import plain
from console.transcripts import agent_names
from conversation.tables import Address, Conversation, Message
from handoff import access, lists, people_merge, search_words
from handoff.errors import UnknownTicket
from handoff.tables import Note, Rating, Ticket
from incidents import case_rows

SHOWN = 40
TICKETS = 30
ORDERS = 6

_ticket, _note, _rating = Ticket.__table__, Note.__table__, Rating.__table__
_message, _conversation, _address = Message.__table__, Conversation.__table__, Address.__table__


def card(session: Session, contact_id: str, before: int = 0) -> dict[str, Any]:
    """Everything of `contact.html`; `before` pages back in what was said. Raises UnknownTicket."""
    viewer = here.viewer()
    access.conversations_of(session, viewer, contact_id)
    visible = [row for row in people_merge.contacts_of(session, contact_id) if _may_see(session, row["contact_id"])]
    own = visible[0]
    talks = _talks(session, [row["contact_id"] for row in visible])
    keys = [talk["id"] for talk in talks]
    names = agent_names(session)
    tickets = _tickets(session, keys, names)
    return {
        "id": contact_id,
        "name": own["name"] or (talks[0]["address"] if talks else ""),
        "initials": initials(own["name"]),
        "email": own["email"],
        "language": panels.language_name(own["language"] or (talks[0]["language"] if talks else here.language())),
        "vip": bool((own["facts"] or {}).get("vip")),
        "since": as_utc(own["created_at"]),
        "blocked": own["blocked_at"] and as_utc(own["blocked_at"]),
        "people": [_person(row) for row in visible[1:]],
        "addresses": _addresses(session, [row["contact_id"] for row in visible]),
        "talks": talks,
        "tags": sorted({tag for talk in talks for tag in talk["tags"]}),
        "tickets": tickets,
        "ratings": [one for one in tickets if one["rating"]],
        "orders": [panels.order({"known": {"order_ref": one}}) for one in _references(tickets)],
        "cases": [case_views.brief(case) for case in case_rows.of_conversations(session, keys)],
        "notes": _notes(session, keys, names),
        "said": _said(session, talks, names, before),
    }


def _may_see(session: Session, contact_id: str) -> bool:
    try:
        access.conversations_of(session, here.viewer(), contact_id)
    except UnknownTicket:
        return False
    return True


def _person(row: Mapping[str, Any]) -> dict[str, str]:
    return {"id": row["contact_id"], "name": row["name"] or here.texts()("list.nobody"),
            "url": url_for("console.contact", contact_id=row["contact_id"])}


def _addresses(session: Session, contact_ids: Sequence[str]) -> list[str]:
    query = select(_address.c.value).where(_address.c.contact_id.in_(contact_ids)).order_by(_address.c.value)
    return list(dict.fromkeys(session.execute(query).scalars()))


def _talks(session: Session, contact_ids: Sequence[str]) -> list[dict[str, Any]]:
    keys = session.execute(select(_conversation.c.conversation_id).where(
        _conversation.c.contact_id.in_(contact_ids))).scalars().all()
    words = here.texts()
    return [
        {
            "id": row["conversation_id"],
            "channel": words(f"channels.{naming.channel(row['kind'])}"),
            "address": row["address"],
            "owner": row["owner"],
            "holder": row["holder_name"] or "",
            "language": row["language"],
            "tags": list(row["tags"] or ()),
            "at": as_utc(row["last_message_at"]),
            "text": preview(row["preview"], words) or plain(row["preview"]),
            "opted_out": row["opted_out_at"] and as_utc(row["opted_out_at"]),
            "no_ads": row["marketing_stopped_at"] and as_utc(row["marketing_stopped_at"]),
            "unreachable": row["unreachable_at"] and as_utc(row["unreachable_at"]),
            "url": url_for("console.conversation", conversation_id=row["conversation_id"]),
        }
        for row in lists.seen(session, here.viewer(), keys)
    ]


def _tickets(session: Session, keys: Sequence[str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    words = here.texts()
    query = (
        select(_ticket, _rating.c.score.label("rating"), _rating.c.comment)
        .outerjoin(_rating, _rating.c.ticket_id == _ticket.c.ticket_id)
        .where(_ticket.c.conversation_id.in_(keys)).order_by(_ticket.c.opened_at.desc()).limit(TICKETS)
    )
    return [
        {
            "at": as_utc(row["opened_at"]),
            "why": words(f"reasons.{naming.why(row['reason']).key}"),
            "state": words.either(f"contact_page.states.{row['state']}", "contact_page.states.resolved"),
            "by": names.get(row["closed_by"] or row["holder_id"] or "", ""),
            "rating": row["rating"],
            "comment": row["comment"] or "",
            "references": search_words.references(row["card"]),
            "url": url_for("console.conversation", conversation_id=row["conversation_id"]),
        }
        for row in session.execute(query).mappings()
    ]


def _references(tickets: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(one for ticket in tickets for one in ticket["references"]))[:ORDERS]


def _notes(session: Session, keys: Sequence[str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    query = select(_note).where(_note.c.conversation_id.in_(keys)).order_by(_note.c.created_at.desc()).limit(TICKETS)
    return [{"text": row["text"], "by": names.get(row["agent_id"], ""), "at": as_utc(row["created_at"])}
            for row in session.execute(query).mappings()]


def _said(
    session: Session, talks: Sequence[Mapping[str, Any]], names: Mapping[str, str], page: int
) -> dict[str, Any]:
    """The messages of all channels in one line of time, the latest page at its end."""
    channels = {talk["id"]: talk["channel"] for talk in talks}
    query = (
        select(_message.c.message_id, _message.c.conversation_id, _message.c.seq, _message.c.author, _message.c.text,
               _message.c.agent_id, _message.c.said_at)
        .where(_message.c.conversation_id.in_(list(channels)))
        .order_by(_message.c.said_at.desc(), _message.c.seq.desc()).limit(SHOWN + 1).offset(page * SHOWN)
    )
    rows = session.execute(query).mappings().all()
    words = here.texts()
    lines = [
        {
            "author": row["author"],
            "by": names.get(row["agent_id"] or "", "") or words(
                f"thread.{'person' if row['author'] == 'agent' else row['author']}"),
            "text": plain(row["text"]) or words("media.other"),
            "at": as_utc(row["said_at"]),
            "channel": channels[row["conversation_id"]],
            "url": url_for("console.conversation", conversation_id=row["conversation_id"],
                           before=row["seq"] + 12) + f"#{row['message_id']}",
        }
        for row in reversed(rows[:SHOWN])
    ]
    return {"lines": lines, "older": page + 1 if len(rows) > SHOWN else 0, "several": len(set(channels.values())) > 1}
