"""The foot of a conversation: a field to write in, or why there is none and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.windows import State
from console import here, picker, uploads
from console.formats import left as time_left
from console.listing import heard, window_left
from console.stretches import Bubble
from handoff.access import Sight, Viewer

WINDOW_PRESSES = timedelta(hours=4)
# the longest text a provider takes in one message is 4,096 characters; longer ones are split by the channel
MAX_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Writing:
    """What stands in the composer: the mode, a text that was not sent, and what a colleague wrote meanwhile.

    `filled` is what stood in the blanks of a message template that was not sent: its name, and the values. `upload_id` is
    a file that was attached to it.
    """

    mode: str = "reply"
    text: str = ""
    guard: tuple[Bubble, ...] = ()
    focus: bool = False
    filled: tuple[str, tuple[str, ...]] = ("", ())
    upload_id: str = ""
    upload_name: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """Why nothing can be written to the contact: a code, a sentence with its icon, and whether a template still may."""

    code: str = ""
    text: str = ""
    icon: str = ""
    takes_templates: bool = False


def composer(viewer: Viewer, sight: Sight, thread: Mapping[str, Any], wrote: Writing) -> dict[str, Any]:
    """What `_composer.html` needs."""
    conversation, ticket = sight.conversation, sight.live_ticket
    state = window_state(sight, thread["kind"])
    closed = _closed(viewer, sight, thread, state)
    holder = (ticket["holder_id"] if ticket else "") or ""
    templates = picker.offered(sight, thread, wrote.filled) if closed.takes_templates else []
    return {
        "key": f"{conversation['epoch']}.{conversation['owner']}.{holder}.{closed.code or state}",
        "can_reply": not closed.code,
        "notice": closed.text,
        "notice_icon": closed.icon,
        "templates": templates,
        "mode": wrote.mode,
        "text": wrote.text,
        "guard": wrote.guard,
        "focus": wrote.focus,
        "upload_id": wrote.upload_id,
        "upload_name": wrote.upload_name,
        "accept": uploads.accept(thread["kind"]),
        "status": [] if closed.code in ("blocked", "optout") else _status(sight, thread, state, bool(templates)),
    }


def window_state(sight: Sight, kind: str) -> State:
    """`free`, `human` (a person's words only) or `closed`."""
    last, until = heard(sight.conversation)
    return here.desk().window(kind).state(last, here.formats().now, until)


def _closed(viewer: Viewer, sight: Sight, thread: Mapping[str, Any], state: State) -> Closed:
    words, ticket, name = here.texts(), sight.live_ticket, thread["first_name"]
    if thread["contact"]["blocked_at"] is not None:
        return Closed("blocked", words("composer.blocked", name=name), "ban")
    if ticket is None:
        return Closed("bot", words("composer.bot_holds"), "bot")
    if ticket["holder_id"] is None:
        return Closed("queue", words("composer.queue_holds"), "inbox")
    if ticket["holder_id"] != viewer.agent_id:
        return Closed("other", words("composer.other_holds", name=thread["holder_name"]), "user-round")
    if sight.conversation["opted_out_at"] is not None:
        return Closed("optout", words("composer.optout", name=name, channel=thread["channel"]), "ban")
    return Closed() if state != "closed" else _window_closed(sight, thread)


def _window_closed(sight: Sight, thread: Mapping[str, Any]) -> Closed:
    words, name = here.texts(), thread["first_name"]
    last, _ = heard(sight.conversation)
    takes = here.desk().window(thread["kind"]).templates
    if last is None:
        return Closed("closed", words("composer.closed_never", name=name, channel=thread["channel"]), "hourglass", takes)
    waited = here.formats().since(last)
    return Closed("closed", words("composer.closed", name=name, channel=thread["channel"], span=waited), "hourglass", takes)


def _status(sight: Sight, thread: Mapping[str, Any], state: State, has_templates: bool) -> list[dict[str, str]]:
    """The line under the field: until when, and by whom, the channel lets us write."""
    words, formats, window = here.texts(), here.formats(), here.desk().window(thread["kind"])
    if window.free is None:
        return [_line("clock", words("composer.no_window", channel=thread["channel"]))]
    if state == "closed":
        key = "closed_template" if has_templates else "closed_next" if window.templates else "closed_elsewhere"
        return [_line("lock-open", words(f"composer.{key}", name=thread["first_name"]))]
    left = window_left(window, sight.conversation, formats.now) or timedelta(0)
    press = "soon" if left < WINDOW_PRESSES else ""
    if state == "human":
        until = formats.within(formats.now + left)
        return [_line("user-round", words("composer.human", channel=thread["channel"], time=until), press)]
    return [_line("hourglass", words("composer.window", channel=thread["channel"], span=time_left(left)), press)]


def _line(icon: str, text: str, press: str = "") -> dict[str, str]:
    return {"icon": icon, "text": text, "press": press}
