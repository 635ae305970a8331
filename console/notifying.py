"""Notices as a page shows them: a sentence each, where it leads, and what the sound and the title say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here, naming, sightings
from conversation.tables import Contact, Conversation
from handoff import ringing
from handoff.access import Viewer

QUIET: Mapping[str, Any] = {"count": 0, "newest": 0, "sounds": False, "notices": ()}

_conversation, _contact = Conversation.__table__, Contact.__table__


def notices(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Count, number of the newest, and the notices. Those of conversations she may not see any more are left out; that one
    was taken from her says so without a name."""
    rung = ringing.unseen(session, viewer.agent_id, here.formats().now)
    seen = sightings.visible(session, viewer, {row["conversation_id"] for row in rung if row["conversation_id"]})
    found = [row if row["conversation_id"] in seen else {**row, "conversation_id": None} for row in rung
             if row["conversation_id"] in (None, *seen) or row["kind"] == "moved"]
    names = _names(session, {row["conversation_id"] for row in found if row["conversation_id"]})
    return {
        "count": len(found), "newest": found[0]["notice_id"] if found else 0, "sounds": bool(here.agent()["sounds"]),
        "notices": [_told(row, names.get(row["conversation_id"], "")) for row in found],
    }


def _told(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    words, data = here.texts(), row["data"] or {}
    somebody = words("notice.somebody")
    key, said = row["conversation_id"], f"notice.{row['kind']}_{data.get('what', '')}"
    return {
        "id": row["notice_id"], "kind": row["kind"], "conversation": key, "ticket": row["ticket_id"],
        "text": words(said if words.has(said) else f"notice.{row['kind']}", name=name or somebody,
                      by=data.get("by") or somebody, to=data.get("to") or somebody),
        "more": str(data.get("text") or data.get("note") or ""), "at": here.formats().iso(row["created_at"]),
        "url": url_for("console.approvals") if row["kind"] == "approval" else
        url_for("console.conversation", conversation_id=key) if key else url_for("console.conversations"),
    }


def _names(session: Session, keys: set[str]) -> dict[str, str]:
    query = (select(_conversation.c.conversation_id, _contact.c.name, _conversation.c.address)
             .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
             .where(_conversation.c.conversation_id.in_(sorted(keys))))
    return {row.conversation_id: naming.first_name(naming.shown_name(row.name, row.address))
            for row in session.execute(query)}
