"""Files of a conversation: whoever may read it may look at them, nobody else; and asking for one again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from console import here
from console.answers import Said, perform
from console.errors import NothingHere
from console.file_answers import answer_file, dated
from console.route import Route, Twin
from conversation import media
from conversation.files import Folder
from conversation.work import Work
from handoff import access

LASTING = "private, max-age=600"


def media_file(attachment_id: str) -> Response:
    """The file itself. Raises NothingHere."""
    attachment, message = _seen(attachment_id)
    return _file(attachment, message, attachment["stored_name"], attachment["mime"] or "")


def media_thumb(attachment_id: str) -> Response:
    """Its small picture. Raises NothingHere."""
    attachment, message = _seen(attachment_id)
    return _file(attachment, message, attachment["thumbnail"], "image/webp")


def retry_media(attachment_id: str) -> Response:
    """Fetch it again."""
    attachment, message = _seen(attachment_id)
    conversation_id, agent_id = message["conversation_id"], here.viewer().agent_id

    def ask(work: Work) -> bool:
        return media.ask_again(work, attachment, conversation_id, agent_id)

    return perform(conversation_id, ask, lambda _: Said(here.texts()("media.asked_again")))


def _seen(attachment_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The attachment and its message, as far as this agent may see the conversation."""
    with here.desk().database.reading() as session:
        attachment = media.attachment_of(session, attachment_id)
        if attachment is None:
            raise NothingHere(f"There is no file {attachment_id[:40]}.")
        return attachment, access.message_for(session, here.viewer(), attachment["message_id"])


def _file(attachment: Mapping[str, Any], message: Mapping[str, Any], name: str | None, mime: str) -> Response:
    path = Folder(here.desk().media_dir).path(name or "")
    if path is None:
        raise NothingHere("The file is not kept any more.")
    kind = here.texts().either(f"media.{attachment['kind']}", "media.other")
    called = attachment["filename"] or dated(kind, message["said_at"], mime)
    return answer_file(path, mime, called, LASTING)


ROUTES = (
    Route("/media/<attachment_id>", "media_file", media_file, twin=Twin("A file of a message", None, "messages")),
    Route("/media/<attachment_id>/thumb", "media_thumb", media_thumb),
    Route("/media/<attachment_id>/fetch", "retry_media", retry_media, ("POST",),
          twin=Twin("Fetch a file again that could not be had", None, "messages")),
)
