"""In whose name a reply goes out: “*Ana:* …”, on the channels where the shop wants it. What colleagues read is without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from conversation.tables import Channel
from conversation.work import Work
from handoff import settings

_kind = select(Channel.__table__.c.kind).where(Channel.__table__.c.channel_id == bindparam("id"))


def speaker(work: Work, conversation: Mapping[str, Any], name: str) -> str:
    """The display name that this channel shows before an agent's words; empty where it shows none."""
    kind = work.connection.execute(_kind, {"id": conversation["channel_id"]}).scalar_one()
    key = f"names_{kind.rpartition('-')[2]}"
    return name if key in settings.SETTINGS and settings.get(work.connection, key) else ""
