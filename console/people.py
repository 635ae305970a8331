"""Who a conversation is with, and by what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from console import here, naming
from conversation.tables import Channel, Contact
from handoff.access import Sight

_contact, _channel = Contact.__table__, Channel.__table__
_contact_by_id = select(_contact).where(_contact.c.contact_id == bindparam("id"))
_kind_by_id = select(_channel.c.kind).where(_channel.c.channel_id == bindparam("id"))


def who(session: Session, sight: Sight) -> dict[str, Any]:
    """The contact's row, her name, first name, and the channel: its kind and what it is called."""
    conversation = sight.conversation
    contact = session.execute(_contact_by_id, {"id": conversation["contact_id"]}).mappings().one()
    kind = session.execute(_kind_by_id, {"id": conversation["channel_id"]}).scalar_one()
    name = naming.shown_name(contact["name"], conversation["address"])
    return {"kind": kind, "contact": contact, "name": name, "first_name": naming.first_name(name),
            "channel": here.texts()(f"channels.{naming.channel(kind)}")}
