"""One message of ours in the shape a channel can show: split, numbered, cut, and said so.

Pure. A part is plain JSON and becomes one request: `text`; a file (`media_url`, `media_type`, `filename`), a `location`;
below the text `buttons`, `rows` or `replies` of {id, label, description, section}, `taps` of those and of {label, url},
one `link`, a `form`, or `location_request`; `header`, `footer`; `template`; `content` (channels/twilio_content.py);
`reply_to`; `segments`, what an SMS is paid as. What was changed is named in `degraded` with the words of
docs/channels.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import regex  # type: ignore[import-untyped,unused-ignore]

from channels import templates
from channels.base import Outgoing, Rendered
from channels.choices import Shown, shape, tidy
from channels.files import attach
from channels.limits import Limits
from channels.marks import without_marks
from channels.splitting import cut, split

EMPTY_BODY = "…"  # an interactive message needs some text
_HEADED = frozenset(("buttons", "rows", "link", "form"))
_PICTOGRAPH = regex.compile(r"\p{Extended_Pictographic}\p{M}*|[\u200d\ufe0f\U0001F1E6-\U0001F1FF\U0001F3FB-\U0001F3FF]")
NOTHING = "There is nothing in this message that could be sent."


def render(message: Outgoing, limits: Limits) -> Rendered:
    """The parts of `message`, in order: files and place, text, and what may be tapped on the last one."""
    notes: list[str] = []
    if _is_plain(message):
        return _plainly(_words(message.text, limits, notes), limits, notes)
    if message.template is not None:
        rendered = _template(message, limits)
        if rendered is not None:
            return rendered
        notes.append("template_as_text")
        message = replace(message, text=message.template.text or message.text, template=None)
    if message.form is not None and (why := _why_no_form(message, limits)):
        return Rendered((), ("form_refused",), why)
    text = _words(message.text, limits, notes)
    parts, lines = attach(message, limits, notes) if message.media or message.location is not None else ([], [])
    if lines:
        text = "\n".join((text, *(_words(one, limits, notes) for one in lines))).strip()
    shown = shape(message, text, limits, notes) if message.choices else Shown(text)
    if limits.fold:
        shown = shown._replace(text=limits.fold(shown.text))
    if message.form is not None or message.request_location:
        shown = _with_asked(message, shown, limits, notes)
    if message.header or message.footer:
        shown = _framed(message, shown, limits, notes)
    parts = _parts(shown, parts, limits, notes)
    if not parts:
        return Rendered((), tuple(dict.fromkeys(notes)), NOTHING)
    if message.reply_to:
        if limits.quotes:
            parts[0]["reply_to"] = message.reply_to
        else:
            notes.append("quote_left_out")
    return Rendered(tuple(parts), tuple(dict.fromkeys(notes)) if notes else (), more=shown.more)


def _is_plain(message: Outgoing) -> bool:
    """Words and nothing else, as most messages are."""
    return not (
        message.choices or message.media or message.header or message.footer or message.reply_to or message.template
        or message.form or message.location or message.request_location
    )  # fmt: skip


def _plainly(text: str, limits: Limits, notes: list[str]) -> Rendered:
    parts = _parts(Shown(text), [], limits, notes)
    return Rendered(tuple(parts), tuple(notes)) if parts else Rendered((), tuple(notes), NOTHING)


def _template(message: Outgoing, limits: Limits) -> Rendered | None:
    """The template as such; None where the channel has none and its words are said plainly."""
    template = message.template
    assert template is not None
    if limits.template_name:
        return templates.render(message, template, limits)
    if (template.text or message.text).strip():
        return None
    return Rendered((), refused="This kind of channel has no templates, and this one came without its words.")


def _why_no_form(message: Outgoing, limits: Limits) -> str:
    form = message.form
    assert form is not None
    if not limits.forms:
        return "This kind of channel has no forms: ask its questions one by one."
    if not form.flow_id.strip() or not _plain_label(form.cta):
        return "The form needs its id (flow_id) and the words of its button (cta)."
    return ""


def _plain_label(text: str) -> str:
    """Words without pictures: Meta takes none on a form's button."""
    return tidy(_PICTOGRAPH.sub("", text))


def _words(text: str, limits: Limits, notes: list[str]) -> str:
    """The text without marks the channel would show as stars, and with the characters it is cheap in."""
    text = text.strip()
    if not limits.keeps_marks:
        plain = without_marks(text)
        if plain != text:
            notes.append("marks_removed")
        text = plain
    return limits.fold(text).strip() if limits.fold else text


def _with_asked(message: Outgoing, shown: Shown, limits: Limits, notes: list[str]) -> Shown:
    """A form, or the button that shares where she is."""
    form = message.form
    if form is not None:
        label = cut(_plain_label(form.cta), limits.button_label)
        if label != form.cta:
            notes.append("label_cut")
        asked = {"flow_id": form.flow_id, "cta": label, "screen": form.screen, "data": dict(form.data)}
        return shown._replace(fields={"form": asked}, body=limits.body)
    if message.request_location:
        if limits.location_requests:
            return shown._replace(fields={"location_request": True}, body=limits.body)
        notes.append("location_request_as_text")
    return shown


def _framed(message: Outgoing, shown: Shown, limits: Limits, notes: list[str]) -> Shown:
    """Header and footer as such where the channel has them, else as the first and the last line.

    A header as such stands on the last part: where the text becomes several messages it would stand in its middle.
    """
    fields, text = dict(shown.fields), shown.text
    is_headed = not _HEADED.isdisjoint(fields)
    is_whole = limits.measure.size(text) <= shown.body
    for name, words, limit in (("header", message.header, limits.header), ("footer", message.footer, limits.footer)):
        said = _words(tidy(words), limits, notes)
        if not said:
            continue
        if is_headed and limits.measure.size(said) <= limit and (is_whole or name == "footer"):
            fields[name] = said
            continue
        notes.append(f"{name}_as_text")
        text = f"{said}\n{text}".strip() if name == "header" else f"{text}\n{said}".strip()
    return shown._replace(text=text, fields=fields)


def _parts(shown: Shown, parts: list[dict[str, Any]], limits: Limits, notes: list[str]) -> list[dict[str, Any]]:
    text, fields = shown.text, shown.fields
    is_interactive = bool(fields) and "content" not in fields
    if not text:
        if not is_interactive:
            return parts
        text = EMPTY_BODY
    if not fields and len(parts) == 1 and _rides(parts[0], text, limits):
        return [{"text": text, **parts[0]}]
    pieces = [text]
    if limits.measure.size(text) > (shown.body if is_interactive else limits.text):
        pieces = split(text, limits.text, limits.measure)
        if is_interactive and limits.measure.size(pieces[-1]) > shown.body:
            pieces[-1:] = split(pieces[-1], shown.body, limits.measure)
        notes.append("text_split")
    said: list[dict[str, Any]] = [{"text": piece} for piece in pieces]
    if limits.segments is not None:
        for part in said:
            part["segments"] = limits.segments(part["text"])
    if fields:
        said[-1] |= fields
    return parts + said


def _rides(part: dict[str, Any], text: str, limits: Limits) -> bool:
    is_bare = "text" not in part and part.get("media_type") in limits.captioned
    return is_bare and limits.measure.size(text) <= limits.caption
