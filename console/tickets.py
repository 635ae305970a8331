"""The conversation behind a ticket or a message, as far as this agent may see it."""

from __future__ import annotations

from sqlalchemy import select

from console import here, naming
from conversation.tables import Contact, Conversation
from handoff import access

_conversation, _contact = Conversation.__table__, Contact.__table__


def conversation_of(ticket_id: str) -> str:
    """Raises UnknownTicket."""
    with here.desk().database.reading() as session:
        return access.ticket_for(session, here.viewer(), ticket_id)["conversation_id"]


def conversation_of_message(message_id: str) -> str:
    """Raises UnknownTicket."""
    with here.desk().database.reading() as session:
        return access.message_for(session, here.viewer(), message_id)["conversation_id"]


def name_of(conversation_id: str) -> str:
    """The contact's first name, for a sentence about her."""
    query = select(_contact.c.name, _conversation.c.address).where(
        _contact.c.contact_id == _conversation.c.contact_id, _conversation.c.conversation_id == conversation_id
    )
    with here.desk().database.reading() as session:
        row = session.execute(query).one()
    return naming.first_name(naming.shown_name(row.name, row.address))
