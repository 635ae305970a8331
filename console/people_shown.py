"""Contacts as pages name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import naming
from conversation.tables import Contact

_contact = Contact.__table__


def contact_name(session: Session, conversation: Mapping[str, Any]) -> str:
    """Whose conversation it is."""
    name = session.execute(select(_contact.c.name).where(_contact.c.contact_id == conversation["contact_id"])).scalar()
    return naming.shown_name(name or "", conversation["address"])
