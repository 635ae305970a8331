"""What agents write: to the contact, to each other, and once more."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, func, select
from werkzeug.wrappers import Response

from console import failures, here, picker, sending, uploads
from console.answers import Said, perform, refused
from console.bodies import NoteBody, ReplyBody, TemplateBody
from console.composer import MAX_TEXT, Writing
from console.errors import BadField, BadFile
from console.route import Route, Twin
from console.tickets import conversation_of, conversation_of_message
from console.writing_bodies import WhisperBody
from conversation import media
from conversation.tables import OutboxPart
from conversation.work import Work
from handoff import access, replies, undoing
from handoff.errors import HandoffError, NothingToRetry
from handoff.replies import Reply

MOST_BLANKS = 20

_part = OutboxPart.__table__
_undelivered = select(_part.c.state, func.coalesce(_part.c.error_code, "").label("error_code")).where(
    _part.c.message_id == bindparam("id"), _part.c.state.in_(("failed", "expired", "unknown")))


def reply(ticket_id: str) -> Response:
    """To the contact. The form carries what the page showed, so that nothing goes out over a colleague's answer."""
    conversation_id, text = conversation_of(ticket_id), here.text_field("text")
    wrote = Writing("reply", text[:MAX_TEXT], focus=True, saved_reply_id=here.text_field("saved_reply")[:80])
    try:
        used = sending.used(conversation_id, wrote)
        attached = uploads.attached(used.kind) or uploads.of_saved_reply(used.row, used.kind)
    except (BadFile, HandoffError) as error:
        return refused(conversation_id, error, wrote)
    if attached:
        wrote = replace(wrote, upload_id=attached.upload_id, upload_name=attached.filename)
    written = Reply(
        used.text,
        here.number_field("epoch"),
        here.number_field("last_seen_seq", 0),
        here.text_field("force") == "1",
        here.desk().window(used.kind),
        media=(attached.outgoing(),) if attached else (),
        hold_seconds=here.desk().undo_seconds,
    )

    def send(work: Work) -> tuple[str, list[str]]:
        message_id = replies.reply(work, ticket_id, here.viewer().agent_id, _bounded(written))
        if attached:
            media.attach(work, message_id, attached.type, attached.filename, attached.kept)
        return message_id, sending.do_the_rest(work, ticket_id, used)

    return sending.keep_unsent(conversation_id, wrote, perform(conversation_id, send, sending.said, wrote))


def send_template(ticket_id: str) -> Response:
    """A message template with its blanks filled in, for when the window is closed."""
    conversation_id, name = conversation_of(ticket_id), here.text_field("template")
    values = tuple(here.text_field(f"value_{n}")[:MAX_TEXT] for n in range(1, MOST_BLANKS + 1))
    epoch, seen, force = here.number_field("epoch"), here.number_field("last_seen_seq", 0), here.text_field("force") == "1"
    kind = sending.kind_of(conversation_id)

    def send(work: Work) -> str:
        sight = access.conversation_for(work.connection, here.viewer(), conversation_id)
        template, purpose = picker.chosen(sight, kind, name, values)
        written = Reply("", epoch, seen, force, here.desk().window(kind), template=template, purpose=purpose)
        return replies.reply(work, ticket_id, here.viewer().agent_id, written)

    return perform(
        conversation_id,
        send,
        lambda message_id: Said(here.texts()("done.replied"), {"message_id": message_id}, quiet=True),
        Writing("reply", filled=(name, values)),
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
        lambda note_id: Said(here.texts()("done.noted"), {"note_id": note_id}, focus=True, mode="note", quiet=True),
        Writing("note", text[:MAX_TEXT], focus=True),
    )


def ticket_note(ticket_id: str) -> Response:
    return conversation_note(conversation_of(ticket_id))


def retry(message_id: str) -> Response:
    """A new message with the same words: never a second try of the old one."""
    conversation_id, agent_id = conversation_of_message(message_id), here.viewer().agent_id
    window = sending.window_of(conversation_id)

    kind = sending.kind_of(conversation_id)

    def send_again(work: Work) -> str:
        undelivered = work.connection.execute(_undelivered, {"id": message_id}).all()
        if undelivered and not any(failures.may_send_again(part, kind) for part in undelivered):
            raise NothingToRetry(undelivered[0].state)  # the button is not there either: it would be refused again
        again = replies.retry(work, message_id, agent_id, window)
        media.carry_over(work, message_id, again)
        return again

    return perform(
        conversation_id,
        send_again,
        lambda again: Said(here.texts()("done.retried"), {"message_id": again}),
    )


def undo(message_id: str) -> Response:
    """Call it back before it leaves; its text is a draft again."""
    return perform(
        conversation_of_message(message_id),
        lambda work: undoing.undo(work, message_id, here.viewer().agent_id),
        lambda _: Said(here.texts()("done.undone"), {"message_id": message_id, "undone": True}, focus=True),
    )


def whisper(conversation_id: str) -> Response:
    """Of who supervises, to the holder: a note that rings."""
    text = here.text_field("text")

    def save(work: Work) -> str:
        if len(text) > MAX_TEXT:
            raise BadField("text", "error.too_long")
        return replies.whisper(work, conversation_id, here.viewer().agent_id, text)

    return perform(
        conversation_id,
        save,
        lambda note_id: Said(here.texts()("done.whispered"), {"note_id": note_id}),
        Writing("note", text[:MAX_TEXT], focus=True),
    )


def _bounded(written: Reply) -> Reply:
    if len(written.text) > MAX_TEXT:
        raise BadField("text", "error.too_long")
    return written


ROUTES = (
    Route("/messages/<message_id>/undo", "undo", undo, ("POST",), twin=Twin("Call a reply back before it leaves")),
    Route("/conversations/<conversation_id>/whispers", "whisper", whisper, ("POST",),
          twin=Twin("A note of who supervises, which rings at the holder's", WhisperBody, "conversations")),
    Route("/tickets/<ticket_id>/replies", "reply", reply, ("POST",), twin=Twin("Write to the contact", ReplyBody)),
    Route("/tickets/<ticket_id>/templates", "send_template", send_template, ("POST",),
          twin=Twin("Send a message template, where the window is closed", TemplateBody)),
    Route("/tickets/<ticket_id>/notes", "ticket_note", ticket_note, ("POST",), twin=Twin("Write to the team", NoteBody)),
    Route("/conversations/<conversation_id>/notes", "conversation_note", conversation_note, ("POST",),
          twin=Twin("Write to the team", NoteBody, "conversations")),
    Route("/messages/<message_id>/retry", "retry", retry, ("POST",), twin=Twin("Send again what did not arrive", None, "messages")),
)
