"""Notices: what one agent is to know now. Written in the transaction of what happened; pages ring, and e-mail and push
follow where no page of hers is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert

from conversation.work import Work
from handoff.house_tables import Notice

# given to her, waits in a queue of hers, offered to her, handed to her, a contact answered her, a colleague named her, a
# supervisor whispers, somebody else moved what she holds, or chose her presence, a promise runs out, a promise is broken,
# what a colleague asks of a shop waits for her word, hers was approved, declined, not done, or nobody knows whether it was
KINDS = ("assigned", "queued", "offered", "transferred", "replied", "mentioned", "whispered", "moved", "presence",
         "warned", "breached", "approval", "approved", "declined", "action_failed", "action_unsure")


def add(
    work: Work, kind: str, agents: Iterable[str], conversation_id: str = "", ticket_id: str = "", *,
    data: Mapping[str, Any] | None = None,
) -> None:
    """One notice of this kind for each of these agents; the same agent twice is told once."""
    rows = [{"agent_id": agent_id, "kind": kind, "conversation_id": conversation_id or None, "ticket_id": ticket_id or None,
             "data": dict(data or {}), "created_at": work.now, "tell_at": work.now, "told_by": [], "tries": 0}
            for agent_id in dict.fromkeys(agents)]
    if rows:
        work.connection.execute(insert(Notice.__table__), rows)
