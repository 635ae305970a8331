"""Undo: a reply waits some seconds before it leaves; until then its writer can call it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, select, update

from conversation.tables import Message, OutboxPart
from conversation.work import Work
from handoff import access, drafts, ledger
from handoff.drafts import Typed
from handoff.errors import NotHolder
from handoff.ledger import Standing
from handoff.writing_errors import TooLate

UNDONE = "undone"

_message, _part = Message.__table__, OutboxPart.__table__
_call_back = (
    update(_part)
    .where(_part.c.message_id == bindparam("id"), _part.c.state == "queued", _part.c.attempt == 0)
    .values(state="suppressed", error_code=UNDONE)
)
_parts_of = select(func.count()).where(_part.c.message_id == bindparam("id"))
# What people said to the contact before it and did not call back: the times of the first and the last, and its number.
_called_back = select(_part.c.message_id).where(_part.c.error_code == UNDONE)
_said_before = (
    select(_message.c.seq, _message.c.created_at, _message.c.ticket_id)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.author == "agent",
           _message.c.message_id != bindparam("but"), _message.c.message_id.not_in(_called_back))
    .order_by(_message.c.seq)
)
_heard_since = (
    select(func.count(), func.min(_message.c.created_at))
    .where(_message.c.conversation_id == bindparam("id"), _message.c.author == "contact", _message.c.seq > bindparam("seq"))
)


def undo(work: Work, message_id: str, agent_id: str) -> str:
    """Call a reply of hers back: it never leaves, its text is her draft again, the contact waits as before.

    Returns the conversation. Raises TooLate once any part of it has left, NotHolder, UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    message = access.message_for(work.connection, viewer, message_id)
    conversation_id = message["conversation_id"]
    conversation = ledger.lock(work, conversation_id)
    if message["author"] != "agent" or message["agent_id"] != agent_id:
        raise NotHolder(ledger.name_of(work, message["agent_id"]))
    called_back = work.connection.execute(_call_back, {"id": message_id}).rowcount
    if not called_back or called_back < work.connection.execute(_parts_of, {"id": message_id}).scalar_one():
        raise TooLate()  # the transaction ends here: what was called back of it goes out with the rest
    drafts.save(work, conversation_id, agent_id, Typed("reply", message["text"], conversation["last_seq"]))
    ticket = ledger.live(work, conversation_id)
    if ticket is not None and ticket["ticket_id"] == message["ticket_id"]:
        _wait_again(work, Standing(ticket, conversation), message)
    return str(conversation_id)


def _wait_again(work: Work, held: Standing, message: Mapping[str, Any]) -> None:
    """The clocks as if it had never been written."""
    before = work.connection.execute(_said_before, {"id": held.conversation_id, "but": message["message_id"]}).all()
    of_ticket = [row for row in before if row.ticket_id == held.ticket_id]
    since = before[-1].seq if before else 0
    unread, first_at = work.connection.execute(_heard_since, {"id": held.conversation_id, "seq": since}).one()
    waits = held.ticket["waiting_since"] if not of_ticket else first_at
    ledger.note_ticket(work, held.ticket_id, {
        "first_reply_at": of_ticket[0].created_at if of_ticket else None,
        "replied_at": of_ticket[-1].created_at if of_ticket else None})
    if waits is not None:
        ledger.note_conversation(work, held.conversation_id, {"waiting_since": waits, "unread": unread})
    ledger.log(work, held, "undone", message["agent_id"], {"message": message["message_id"]})

