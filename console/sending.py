"""A reply on its way: the saved reply it was made of, what is done after it, how it can be called back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import bindparam, select
from werkzeug.wrappers import Response

from channels.windows import Window
from console import here, saved, snoozes
from console.answers import Said
from console.composer import Writing
from console.errors import BadField
from conversation.tables import Channel, Conversation
from conversation.work import Work
from handoff import access, afterwards, drafts, saved_replies
from handoff.afterwards import Then
from handoff.drafts import Typed
from handoff.errors import HandoffError

_conversation, _channel = Conversation.__table__, Channel.__table__
_kind = select(_channel.c.kind).where(
    _channel.c.channel_id == _conversation.c.channel_id, _conversation.c.conversation_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class Used:
    """What is sent, by which kind of channel; the saved reply it was made of, and what the form wants done after it."""

    text: str
    kind: str
    row: Mapping[str, Any] | None = None
    then: str = ""


def used(conversation_id: str, wrote: Writing) -> Used:
    """What the form says. Without a text of its own a saved reply goes out as we fill it in. Raises UnknownSavedReply."""
    kind = kind_of(conversation_id)
    with here.desk().database.reading() as session:
        text, then = here.text_field("text"), here.text_field("then")
        if not wrote.saved_reply_id:
            return Used(text, kind, None, then)
        row = saved_replies.one(session, here.viewer(), wrote.saved_reply_id)
        if not text:
            sight = access.conversation_for(session, here.viewer(), conversation_id)
            text = saved.shown(row, sight.conversation["language"], saved.values(session, sight))["text"]
    return Used(text, kind, row, then)


def kind_of(conversation_id: str) -> str:
    """The kind of its channel."""
    with here.desk().database.reading() as session:
        return str(session.execute(_kind, {"id": conversation_id}).scalar_one())


def window_of(conversation_id: str) -> Window:
    """When its channel lets us write."""
    return here.desk().window(kind_of(conversation_id))


def do_the_rest(work: Work, ticket_id: str, sent: Used) -> list[str]:
    """What was asked for once it is sent: by the button, and by the saved reply. Returns what was done."""
    if sent.then not in ("", "resolve"):
        raise BadField("then")
    window = here.desk().window(sent.kind)
    then = [Then("resolve", window=window)] if sent.then else []
    name = ""
    if sent.row is not None:
        saved_replies.count_use(work, sent.row["saved_reply_id"])
        name = sent.row["name"]
        then += [_then(action, window) for action in afterwards.of_row(sent.row) if action["do"] != sent.then]
    note = here.texts()("saved.note", name=name)
    return afterwards.run(work, ticket_id, here.viewer().agent_id, then, note)


def said(result: tuple[str, list[str]]) -> Said:
    """It is on its way, and for how long it can be called back."""
    message_id, did = result
    words, seconds = here.texts(), here.desk().undo_seconds
    facts: dict[str, Any] = {"message_id": message_id, "did": did}
    if not seconds:
        return Said(words("done.replied"), facts, focus=True, quiet=not did)
    until = here.formats().now + timedelta(seconds=seconds)
    address = url_for("console.undo", message_id=message_id)
    offer = {"action": address, "label": words("undo.button"), "fields": {}, "key": "Z", "testid": "undo",
             "seconds": round(seconds), "count": words("undo.count", n="{n}"), "icon": "send-horizontal"}
    return Said(words("undo.count", n=round(seconds)), {**facts, "undo_until": until.isoformat(), "undo": address},
                focus=True, offer=offer)


def keep_unsent(conversation_id: str, wrote: Writing, answer: Response) -> Response:
    """What was refused is a draft: nothing that was typed is lost."""
    if answer.status_code in (409, 422) and wrote.text.strip():
        try:
            with here.desk().database.work() as work:
                typed = Typed(wrote.mode, wrote.text, saved_reply_id=wrote.saved_reply_id)
                drafts.save(work, conversation_id, here.viewer().agent_id, typed)
        except HandoffError:
            pass  # she may not see it any more
    return answer


def _then(action: Mapping[str, Any], window: Window) -> Then:
    value = str(action.get("value") or "")
    formats = here.formats()
    until = snoozes.read(value, formats.now, formats.zone) if action["do"] == "snooze" else None
    return Then(action["do"], value, until, window)
