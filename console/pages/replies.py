"""What agents write: to the contact, to each other, and once more."""

from __future__ import annotations

from sqlalchemy import select
from werkzeug.wrappers import Response

from console import here
from console.answers import Said, perform
from console.errors import BadField
from console.route import Route
from console.threads import MAX_TEXT, Writing
from console.tickets import conversation_of, conversation_of_message
from conversation.tables import Channel, Conversation
from conversation.work import Work
from handoff import replies
from handoff.replies import Reply

_conversation, _channel = Conversation.__table__, Channel.__table__


def reply(ticket_id: str) -> Response:
    """To the contact. The form carries what the page showed, so that nothing goes out over a colleague's answer."""
    conversation_id, text = conversation_of(ticket_id), here.text_field("text")
    written = Reply(
        text,
        here.number_field("epoch"),
        here.number_field("last_seen_seq", 0),
        here.text_field("force") == "1",
        _window_hours(conversation_id),
    )

    def send(work: Work) -> str:
        return replies.reply(work, ticket_id, here.viewer().agent_id, _bounded(written))

    return perform(
        conversation_id,
        send,
        lambda message_id: Said(here.texts()("done.replied"), {"message_id": message_id}, focus=True, quiet=True),
        Writing("reply", text[:MAX_TEXT], focus=True),
    )


def conversation_note(conversation_id: str) -> Response:
    """To the team."""
    text = here.text_field("text")

    def save(work: Work) -> str:
        if len(text) > MAX_TEXT:
            raise BadField("text", "error.too_long")
        return replies.note(work, conversation_id, here.viewer().agent_id, text)

    return perform(
        conversation_id,
        save,
        lambda note_id: Said(here.texts()("done.noted"), {"note_id": note_id}, quiet=True),
        Writing("note", text[:MAX_TEXT], focus=True),
    )


def ticket_note(ticket_id: str) -> Response:
    return conversation_note(conversation_of(ticket_id))


def retry(message_id: str) -> Response:
    """A new message with the same words: never a second try of the old one."""
    conversation_id, agent_id = conversation_of_message(message_id), here.viewer().agent_id
    return perform(
        conversation_id,
        lambda work: replies.retry(work, message_id, agent_id),
        lambda again: Said(here.texts()("done.retried"), {"message_id": again}),
    )


def _bounded(written: Reply) -> Reply:
    if len(written.text) > MAX_TEXT:
        raise BadField("text", "error.too_long")
    return written


def _window_hours(conversation_id: str) -> float | None:
    query = select(_channel.c.kind).where(
        _channel.c.channel_id == _conversation.c.channel_id, _conversation.c.conversation_id == conversation_id
    )
    with here.desk().database.reading() as session:
        return here.desk().window_hours(session.execute(query).scalar_one())


ROUTES = (
    Route("/tickets/<ticket_id>/replies", "reply", reply, ("POST",)),
    Route("/tickets/<ticket_id>/notes", "ticket_note", ticket_note, ("POST",)),
    Route("/conversations/<conversation_id>/notes", "conversation_note", conversation_note, ("POST",)),
    Route("/messages/<message_id>/retry", "retry", retry, ("POST",)),
)
