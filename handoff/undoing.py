"""Undo: a reply waits some seconds before it leaves; until then its writer can call it back.

What the reply changed of the clocks is kept with it in the timeline, so that they stand afterwards as if it had never
been written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from conversation.tables import Message, OutboxPart, TimelineEntry
from conversation.work import Work
from handoff import access, drafts, ledger
from handoff.drafts import Typed
from handoff.errors import NotHolder
from handoff.ledger import Standing
from handoff.writing_errors import TooLate

UNDONE = "undone"
HELD = "reply_held"

_message, _part, _entry = Message.__table__, OutboxPart.__table__, TimelineEntry.__table__
_call_back = (
    update(_part)
    .where(_part.c.message_id == bindparam("id"), _part.c.state == "queued", _part.c.attempt == 0)
    .values(state="suppressed", error_code=UNDONE)
)
_parts_of = select(func.count()).where(_part.c.message_id == bindparam("id"))
_called_back = select(_part.c.message_id).where(_part.c.error_code == UNDONE)
_said_after = (
    select(_message.c.message_id)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.author == "agent", _message.c.seq > bindparam("seq"),
           _message.c.message_id.not_in(_called_back)).limit(1)
)
_kept = select(_entry.c.data).where(_entry.c.conversation_id == bindparam("id"), _entry.c.kind == HELD).order_by(
    _entry.c.entry_id.desc()).limit(50)


def remember(work: Work, held: Standing, message_id: str, changed: Mapping[str, Any]) -> None:
    """Keep how the clocks stood before this reply; `changed` are the columns of the ticket that it writes."""
    ticket = {name: _plain(held.ticket.get(name)) for name in changed}
    conversation = {name: _plain(held.conversation[name]) for name in ledger.AT_REST}
    ledger.log(work, held, HELD, "system", {"message": message_id, "ticket": ticket, "conversation": conversation})


def undo(work: Work, message_id: str, agent_id: str) -> str:
    """Call a reply of hers back: it never leaves, its text is her draft again (before what she has typed since), the
    contact waits as before.

    Returns the conversation. Raises TooLate once any part of it has left, NotHolder, UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    message = access.message_for(work.connection, viewer, message_id)
    conversation_id = message["conversation_id"]
    conversation = ledger.lock(work, conversation_id)
    if message["author"] != "agent" or message["agent_id"] != agent_id:
        raise NotHolder(ledger.name_of(work, message["agent_id"]), "undo")
    called_back = work.connection.execute(_call_back, {"id": message_id}).rowcount
    if not called_back or called_back < work.connection.execute(_parts_of, {"id": message_id}).scalar_one():
        raise TooLate()  # the transaction ends here: what was called back of it goes out with the rest
    typed = drafts.of(work.connection, conversation_id, agent_id).get("reply")
    text = _before(message["text"], typed["text"] if typed else "")
    drafts.save(work, conversation_id, agent_id, Typed("reply", text, conversation["last_seq"]))
    ticket = ledger.live(work, conversation_id)
    if ticket is not None and ticket["ticket_id"] == message["ticket_id"]:
        _wait_again(work, Standing(ticket, conversation), message)
    return str(conversation_id)


def _before(text: str, typed: str) -> str:
    """Both, unless what was typed is the reply itself, kept by a page a moment too late."""
    return text if typed.strip() in ("", text.strip()) else f"{text}\n\n{typed}"


def _wait_again(work: Work, held: Standing, message: Mapping[str, Any]) -> None:
    """The clocks as they stood before it; a later reply that is on its way has set them since."""
    ledger.log(work, held, UNDONE, message["agent_id"], {"message": message["message_id"]})
    key = {"id": held.conversation_id, "seq": message["seq"]}
    if work.connection.execute(_said_after, key).first() is not None:
        return
    kept = work.connection.execute(_kept, {"id": held.conversation_id}).scalars()
    before = next((data for data in kept if data["message"] == message["message_id"]), None)
    if before is None:
        return
    ledger.note_ticket(work, held.ticket_id, _columns(before["ticket"]))
    waited = _columns(before["conversation"])
    ledger.note_conversation(work, held.conversation_id, {
        "waiting_since": waited["waiting_since"] or held.conversation["waiting_since"],
        "unread": waited["unread"] + held.conversation["unread"]})


def _plain(value: Any) -> Any:
    """As JSON keeps it: a time is told from a text."""
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON kept, as the columns of a table want it."""
    return {name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for name, value in values.items()}
