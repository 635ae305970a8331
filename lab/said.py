"""What reached a contact, as the provider took it and as we meant it: who wrote it, and what can be tapped below it.

The provider's log holds words alone; which payload a tap would bring back is known to whoever sent it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.tables import Message, OutboxPart

SHAPES = ("buttons", "rows", "replies", "taps")  # of a part that is shown with something to tap (channels/render.py)
AT_ONCE = 500
_part, _message = OutboxPart.__table__, Message.__table__
_meant = (
    select(_part.c.provider_id, _part.c.request, _part.c.position, _message.c.message_id, _message.c.author,
           _message.c.content)
    .join(_message, _message.c.message_id == _part.c.message_id)
)


def told(session: Session, sent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """These messages with `message`, `author` and `taps` ({label, payload}, and the `shape` they had on this channel)."""
    sids = [one["sid"] for one in sent]
    rows = [row for start in range(0, len(sids), AT_ONCE)
            for row in session.execute(_meant.where(_part.c.provider_id.in_(sids[start:start + AT_ONCE]))).mappings()]
    meant = {row["provider_id"]: row for row in rows}
    last: dict[str, int] = {}
    for row in rows:
        last[row["message_id"]] = max(row["position"], last.get(row["message_id"], 0))
    return [{**one, **_meaning(meant.get(one["sid"]), last)} for one in sent]


def _meaning(row: Mapping[str, Any] | None, last: Mapping[str, int]) -> dict[str, Any]:
    if row is None:
        return {"message": "", "author": "", "shape": "", "taps": []}
    is_last = row["position"] == last[row["message_id"]]  # what may be tapped stands below the last part
    choices = row["content"].get("choices", []) if is_last else []
    shape = next((name for name in SHAPES if row["request"].get(name)), "text" if choices else "")
    return {"message": row["message_id"], "author": row["author"], "shape": shape,
            "taps": [{"label": one["label"], "payload": one["id"]} for one in choices]}
