"""The foot of a conversation: a field to write in, or why there is none and what to do instead.

What an agent typed and did not send stands in it again, wherever she opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.lists import format_list
from sqlalchemy.orm import Session

from channels import adapter, gsm
from channels.windows import State
from console import here, people, picker, restored, saved, uploads
from console.formats import left as time_left
from console.listing import heard, window_left
from console.restored import Restored
from console.writing import MAX_TEXT, Writing
from handoff import blanks, viewing
from handoff.access import Sight, Viewer

WINDOW_PRESSES = timedelta(hours=4)
__all__ = ("MAX_TEXT", "Writing", "composer", "status_of")


@dataclass(frozen=True, slots=True)
class Closed:
    """Why nothing can be written to the contact: a code, a sentence with its icon, and whether a template still may."""

    code: str = ""
    text: str = ""
    icon: str = ""
    takes_templates: bool = False


def composer(
    session: Session, viewer: Viewer, sight: Sight, thread: Mapping[str, Any], wrote: Writing
) -> dict[str, Any]:
    """What `_composer.html` needs."""
    conversation, ticket = sight.conversation, sight.live_ticket
    state = window_state(sight, thread["kind"])
    closed = _closed(viewer, sight, thread, state)
    holder = (ticket["holder_id"] if ticket else "") or ""
    templates = picker.offered(sight, thread, wrote.filled) if closed.takes_templates else []
    kept = restored.restored(session, viewer, sight, wrote)
    return {
        "key": f"{conversation['epoch']}.{conversation['owner']}.{holder}.{closed.code or state}",
        "can_reply": not closed.code,
        "notice": closed.text,
        "notice_icon": closed.icon,
        "templates": templates,
        "mode": wrote.mode,
        "text": kept.texts[wrote.mode],
        "texts": kept.texts,
        "blanks": blanks.gaps(kept.texts["reply"]),
        "saved_reply_id": kept.saved_reply_id,
        "stale": kept.overtaken_by,
        "seen_seq": conversation["last_seq"] if wrote.guard or not kept.overtaken_by else kept.seq,
        "suggestions": [] if closed.code else saved.suggestions(session, sight),
        "undo_seconds": here.desk().undo_seconds,
        "guard": wrote.guard,
        "focus": wrote.focus,
        "upload_id": wrote.upload_id,
        "upload_name": wrote.upload_name,
        "accept": uploads.accept(thread["kind"]),
        "status": _lines(session, viewer, sight, thread, (closed, bool(templates), kept)),
    }


def status_of(session: Session, viewer: Viewer, sight: Sight, wrote: Writing) -> list[dict[str, str]]:
    """The line under the field by itself, for a page whose field is being written in."""
    thread = people.who(session, sight) | {"holder_name": ""}
    closed = _closed(viewer, sight, thread, window_state(sight, thread["kind"]))
    has = closed.takes_templates and bool(picker.offered(sight, thread, ("", ())))
    kept = restored.restored(session, viewer, sight, wrote)
    return _lines(session, viewer, sight, thread, (closed, has, kept))


def _lines(
    session: Session, viewer: Viewer, sight: Sight, thread: Mapping[str, Any], stands: tuple[Closed, bool, Restored]
) -> list[dict[str, str]]:
    """Window, length of an SMS, who else is here, and whether what is typed is safe."""
    closed, has_templates, kept = stands
    state = window_state(sight, thread["kind"])
    lines = [] if closed.code in ("blocked", "optout") else _status(sight, thread, state, has_templates)
    if not closed.code:
        lines += sms_length(thread["kind"], kept.texts["reply"])
    lines += company(session, viewer, sight)
    if kept.saved_at is not None:
        lines.append(_line("cloud-check", here.texts()("status.drafted"), "extra"))
    return lines


def sms_length(kind: str, text: str) -> list[dict[str, str]]:
    """Into how many SMS a text goes, and how full they are; nothing on other channels."""
    limits = adapter(kind).limits
    if limits.segments is None or not text.strip():
        return []
    sent = limits.fold(text.strip()) if limits.fold else text.strip()
    parts, is_short = limits.segments(sent), gsm.is_gsm(sent)
    single, each = (gsm.SINGLE_UNITS, gsm.PART_UNITS) if is_short else (gsm.SINGLE_UCS2, gsm.PART_UCS2)
    room = single if parts == 1 else each * parts
    return [_line("text-cursor-input", here.texts()("status.sms", n=parts, used=gsm.units(sent), room=room))]


def company(session: Session, viewer: Viewer, sight: Sight) -> list[dict[str, str]]:
    """Colleagues who look at this conversation or write in it."""
    words, key = here.texts(), sight.conversation["conversation_id"]
    found = viewing.others(session, key, viewer.agent_id, here.formats().now)
    typing, looking = ([one.name for one in found if one.types is types] for types in (True, False))
    lines = [_line("pencil-line", words("status.types", n=len(typing), names=_and(typing)), "types")] if typing else []
    return lines + ([_line("eye", words("status.looks", n=len(looking), names=_and(looking)), "looks")] if looking else [])


def _and(names: list[str]) -> str:
    return format_list(names, locale=here.formats().locale)


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
