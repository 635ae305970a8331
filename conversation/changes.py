"""What happens to a message after it was said: it is edited, taken back, reacted to. It stays the message it was.

An edit shows the new words and keeps the old ones with their times, for the people of the desk. What a contact takes
back is gone for everybody: she asked for that, Meta asks for it (“honor the user's intent”), and a copy for the desk
would be a record she was told does not exist; only that something was said, and when, remains. Neither wakes anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from conversation import inbox
from conversation.events import TimelineLine
from conversation.inbox import PREVIEW_CHARACTERS, Talk
from conversation.tables import Attachment, Message, OutboxPart
from conversation.work import Work

MOST_EDITS = 20
DELETED = "deleted"

_message, _part, _attachment = Message.__table__, OutboxPart.__table__, Attachment.__table__
_said = select(_message).where(
    _message.c.conversation_id == bindparam("conversation"), _message.c.provider_id == bindparam("id"))
_sent = select(_message).join(_part, _part.c.message_id == _message.c.message_id).where(
    _part.c.conversation_id == bindparam("conversation"), _part.c.provider_id == bindparam("id"))


def apply(work: Work, talk: Talk, event: Mapping[str, Any], by: str = "contact") -> bool:
    """Edit, take back or react to the message `target`; False where there is none that `by` may change.

    A contact changes what came in, and people of ours (`agent`) what went out; both react to anything.
    """
    inbox.write(work, [talk])  # what is changed may have come in with this very group
    message = _target(work, talk, event.get("target", ""))
    if message is None or message["content"].get(DELETED):
        return False
    if event["kind"] != "reaction" and message["direction"] != ("inbound" if by == "contact" else "outbound"):
        return False
    change = {"reaction": _reacted, "edited": _edited, "deleted": _taken_back}[event["kind"]]
    changed = change(message, event, by, work.now)
    work.connection.execute(
        update(_message).where(_message.c.message_id == message["message_id"]).values(**changed))
    if event["kind"] == "deleted":
        _let_go(work, message["message_id"])
    if message["seq"] == talk.row["last_seq"] and "text" in changed:
        talk.row["preview"] = changed["text"][:PREVIEW_CHARACTERS]
        talk.changed = True
    work.record(TimelineLine(event["kind"], talk.conversation_id, by, epoch=talk.row["epoch"],
                             data={"message": message["message_id"], "seq": message["seq"]}))
    return True


def _target(work: Work, talk: Talk, provider_id: str) -> dict[str, Any] | None:
    if not provider_id:
        return None
    wanted = {"conversation": talk.conversation_id, "id": provider_id}
    for query in (_said, _sent):
        if found := work.connection.execute(query, wanted).mappings().first():
            return dict(found)
    return None


def _reacted(message: Mapping[str, Any], event: Mapping[str, Any], by: str, now: datetime) -> dict[str, Any]:
    """One reaction a person; without an emoji she takes hers back."""
    kept = [one for one in message["content"].get("reactions", ()) if one["by"] != by]
    if event.get("text"):
        kept.append({"by": by, "emoji": event["text"], "at": _time(event, now)})
    content = {name: value for name, value in message["content"].items() if name != "reactions"}
    return {"content": {**content, **({"reactions": kept} if kept else {})}}


def _edited(message: Mapping[str, Any], event: Mapping[str, Any], _by: str, now: datetime) -> dict[str, Any]:
    """The newest words are shown; an edit that comes late is kept among the older ones."""
    content, at = message["content"], _time(event, now)
    edits = list(content.get("edits", ()))
    new = event.get("text", "" if "media" in event else message["text"])
    if edits and at < edits[-1]["at"]:
        edits = sorted([*edits, {"text": new, "at": at}], key=lambda one: one["at"])
        return {"content": {**content, "edits": edits[-MOST_EDITS:]}}
    edits.append({"text": message["text"], "at": at})
    return {"text": new, "content": {**content, "edits": edits[-MOST_EDITS:]}}


def _taken_back(message: Mapping[str, Any], event: Mapping[str, Any], _by: str, now: datetime) -> dict[str, Any]:
    kept = {"elsewhere": True} if message["content"].get("elsewhere") else {}
    return {"text": "", "payload": None, "content": {**kept, DELETED: True, "deleted_at": _time(event, now)}}


def _let_go(work: Work, message_id: str) -> None:
    """Its files are neither fetched nor shown any more; what is stored of them belongs to nothing and is swept."""
    work.connection.execute(delete(_attachment).where(_attachment.c.message_id == message_id))


def _time(event: Mapping[str, Any], now: datetime) -> str:
    at_ms = event.get("at_ms")
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC) if at_ms else now
    except (ValueError, OverflowError, OSError):
        at = now
    return at.isoformat(timespec="milliseconds")
