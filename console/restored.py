"""What stands in a composer again: a text that was refused, a saved reply she chose, or her drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console import here, saved
from console.transcripts import agent_names
from console.writing import Writing
from handoff import drafts, saved_replies
from handoff.access import Sight, Viewer
from handoff.writing_errors import UnknownSavedReply


@dataclass(frozen=True, slots=True)
class Restored:
    """The text of each mode, when it was kept, and what it was made of.

    `overtaken_by` says who answered the contact after the draft was written; `seq` is what its page had shown.
    """

    texts: Mapping[str, str]
    saved_reply_id: str = ""
    saved_at: datetime | None = None
    overtaken_by: str = ""
    seq: int = 0


def restored(session: Session, viewer: Viewer, sight: Sight, wrote: Writing) -> Restored:
    """What she just wrote comes before a saved reply she asks for, and that before her draft."""
    key = sight.conversation["conversation_id"]
    kept = drafts.of(session, key, viewer.agent_id)
    texts = {mode: kept[mode]["text"] if mode in kept else "" for mode in drafts.MODES}
    chosen = "" if wrote.text else _chosen(session, viewer, sight, wrote.saved_reply_id)
    if chosen or wrote.text:
        texts[wrote.mode] = wrote.text or chosen
    draft: Mapping[str, Any] = kept.get("reply", {})
    saved_reply_id = wrote.saved_reply_id or draft.get("saved_reply_id") or ""
    saved_at = kept[wrote.mode]["updated_at"] if wrote.mode in kept and texts[wrote.mode] == kept[wrote.mode]["text"] else None
    if not draft or texts["reply"] != draft["text"]:
        return Restored(texts, saved_reply_id, saved_at)
    newer = drafts.overtaken_by(session, key, viewer.agent_id, draft["seq"])
    name = here.texts()("thread.person")
    if newer is not None:
        name = _name(session, newer["agent_id"]) or name
    return Restored(texts, saved_reply_id, saved_at, name if newer is not None else "", draft["seq"])


def _chosen(session: Session, viewer: Viewer, sight: Sight, saved_reply_id: str) -> str:
    if not saved_reply_id:
        return ""
    try:
        row = saved_replies.one(session, viewer, saved_reply_id)
    except UnknownSavedReply:
        return ""
    return str(saved.shown(row, sight.conversation["language"], saved.values(session, sight))["text"])


def _name(session: Session, agent_id: str) -> str:
    return agent_names(session).get(agent_id, "")
