"""What a program reads of a conversation beside its messages: drafts, suggested replies, tags, how the contact rated it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from console import here, saved
from handoff import drafts
from handoff.access import Sight
from handoff.tables import Rating

_rating = Rating.__table__
_of_ticket = select(_rating.c.score, _rating.c.comment).where(_rating.c.ticket_id == bindparam("id"))


def beside(session: Session, sight: Sight) -> dict[str, Any]:
    """Hers: `drafts` by mode; of all: `suggestions`, `tags`."""
    return {
        "drafts": _drafts(session, sight),
        "suggestions": saved.suggestions(session, sight),
        "tags": list(sight.conversation["tags"]),
    }


def rating(session: Session, ticket: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the contact said of this ticket, if she has."""
    found = session.execute(_of_ticket, {"id": ticket["ticket_id"]}).mappings().first()
    return dict(found) if found else None


def _drafts(session: Session, sight: Sight) -> dict[str, dict[str, Any]]:
    formats, viewer, key = here.formats(), here.viewer(), sight.conversation["conversation_id"]
    found = {}
    for mode, row in drafts.of(session, key, viewer.agent_id).items():
        newer = drafts.overtaken_by(session, key, viewer.agent_id, row["seq"]) if mode == "reply" else None
        found[mode] = {"text": row["text"], "saved_at": formats.iso(row["updated_at"]), "saved_reply": row["saved_reply_id"],
                       "overtaken_by": newer["message_id"] if newer is not None else None}
    return found
