"""One message of ours in the shape a channel can show: split, numbered, cut, and said so.

Pure. A part is plain JSON: `text`, `media_url` with `media_type`, and `buttons`, `rows` or `replies` where the channel
has them. Lengths are counted in UTF-16 units, the strictest count any provider uses. What was changed is named in
`degraded` with the words of docs/channels.md.
"""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from channels.base import Outgoing, OutgoingChoice, Rendered

MAX_PAYLOAD = 200
EMPTY_BODY = "…"  # an interactive message needs some text
_URL = re.compile(r"https?://\S+")
_MARKS = re.compile(r"(?<![\w*_~`])([*_~]|`{1,3})(?=\S)([^\n]*?\S)\1(?![\w*_~`])")
_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_MODIFIERS = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can carry. 0: it cannot.

    `text` a message, `caption` a text that rides on media or choices; `buttons`, `rows`, `replies` how many, with the
    lengths of their labels; `media_types` what may be sent as a file, `captioned` which of them may carry a text.
    """

    text: int
    caption: int
    buttons: int = 0
    rows: int = 0
    replies: int = 0
    button_label: int = 20
    row_label: int = 24
    row_description: int = 72
    media_types: frozenset[str] = frozenset()
    captioned: frozenset[str] = frozenset()
    keeps_marks: bool = True
    fold: Callable[[str], str] | None = None


def render(message: Outgoing, limits: Limits) -> Rendered:
    """The parts of `message`, in order: media, text, and the choices on the last one."""
    degraded: list[str] = []
    text = _allowed(message.text.strip(), limits, degraded)
    url = message.media[0].url if message.media else ""
    media = _media(url)
    if media and media["media_type"] not in limits.media_types:
        degraded.append("media_as_link")
        text, media = f"{text}\n{url}".strip(), {}
    choices, text = _choices(message, text, limits, degraded)
    parts = _parts(text, choices, media, limits)
    if len(parts) > 1 and sum("text" in part for part in parts) > 1:
        degraded.append("text_split")
    return Rendered(tuple(parts), tuple(dict.fromkeys(degraded)))


def _allowed(text: str, limits: Limits, degraded: list[str]) -> str:
    """The text without marks the channel would show as stars, and with the characters it is cheap in."""
    if not limits.keeps_marks:
        plain = without_marks(text)
        if plain != text:
            degraded.append("marks_removed")
        text = plain
    return limits.fold(text) if limits.fold else text


def without_marks(text: str) -> str:
    """`text` without WhatsApp's marks (*bold*, _italic_, ~struck~, `code`); links and AB_12_C are left alone."""
    urls = [match.span() for match in _URL.finditer(text)]

    def bare(match: re.Match[str]) -> str:
        inside = any(start <= match.start() < end for start, end in urls)
        return match[0] if inside else match[2]

    return _MARKS.sub(bare, text)


def _media(url: str) -> dict[str, Any]:
    if not url:
        return {}
    mime = mimetypes.guess_type(url.partition("?")[0].partition("#")[0])[0] or "application/octet-stream"
    family = mime.partition("/")[0]
    return {"media_url": url, "media_type": family if family in ("image", "audio", "video") else "document"}


def _choices(message: Outgoing, text: str, limits: Limits, degraded: list[str]) -> tuple[dict[str, Any], str]:
    """The tappable form of the choices, and the text that goes with it (a menu where nothing can be tapped)."""
    choices = message.choices
    if not choices:
        return {}, text
    if any(len(choice.id) > MAX_PAYLOAD for choice in choices) or not _fits(choices, limits):
        degraded.append("choices_as_menu")
        whole = f"{text}\n{menu(choices)}".strip()
        return {}, limits.fold(whole) if limits.fold else whole
    if _as_buttons(choices, limits):
        return {"buttons": _labelled(choices, limits.button_label, degraded)}, text or EMPTY_BODY
    if len(choices) <= limits.rows:
        rows = _rows(choices, limits, degraded)
        return {"rows": rows}, text or EMPTY_BODY
    replies = _labelled(choices, limits.button_label, degraded)
    lost = [one for one, shown in zip(choices, replies) if one.description or shown["label"] != one.label]
    full = "\n".join(_line(one) for one in lost)
    return {"replies": replies}, f"{text}\n{full}".strip() or EMPTY_BODY


def _fits(choices: Sequence[OutgoingChoice], limits: Limits) -> bool:
    return len(choices) <= max(limits.buttons, limits.rows, limits.replies)


def _as_buttons(choices: Sequence[OutgoingChoice], limits: Limits) -> bool:
    """Buttons show short labels and nothing else; a list shows more, so longer ones go there."""
    if len(choices) > limits.buttons:
        return False
    short = all(units(choice.label) <= limits.button_label and not choice.description for choice in choices)
    return short or not limits.rows


def _labelled(choices: Sequence[OutgoingChoice], limit: int, degraded: list[str]) -> list[dict[str, str]]:
    """Choices with labels short enough and all different: WhatsApp refuses two equal ones."""
    found: list[dict[str, str]] = []
    seen: set[str] = set()
    for n, choice in enumerate(choices, 1):
        label = cut(choice.label or choice.id, limit)
        if label in seen:
            label = f"{cut(label, limit - len(f' {n}'))} {n}"
        if label != choice.label:
            degraded.append("label_cut")
        seen.add(label)
        found.append({"id": choice.id, "label": label})
    return found


def _rows(choices: Sequence[OutgoingChoice], limits: Limits, degraded: list[str]) -> list[dict[str, str]]:
    rows = _labelled(choices, limits.row_label, degraded)
    for row, choice in zip(rows, choices):
        full = choice.description or (choice.label if row["label"] != choice.label else "")
        short = cut(full, limits.row_description)
        if short != full:
            degraded.append("description_cut")
        if short:
            row["description"] = short
    return rows


def menu(choices: Sequence[OutgoingChoice]) -> str:
    """The choices as numbered lines: `1. Sí`, with a description after a dash."""
    return "\n".join(f"{n}. {_line(choice)}" for n, choice in enumerate(choices, 1))


def _line(choice: OutgoingChoice) -> str:
    label = choice.label or choice.id
    return f"{label} - {choice.description}" if choice.description else label


def _parts(text: str, choices: dict[str, Any], media: dict[str, Any], limits: Limits) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    can_ride = not choices and media.get("media_type") in limits.captioned and 0 < units(text) <= limits.caption
    if media and not can_ride:
        parts.append(media)
        media = {}
    if not text:
        return parts
    pieces = split(text, limits.text)
    if choices and units(pieces[-1]) > limits.caption:
        pieces[-1:] = split(pieces[-1], limits.caption)
    parts += [{"text": piece} for piece in pieces]
    parts[-1] |= media | choices
    return parts


def units(text: str) -> int:
    """Length in UTF-16 units: an emoji counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """At most `limit` units of `text`; what was cut ends with “…”."""
    if units(text) <= limit:
        return text
    return text[: _last_whole(text, limit - 1)].rstrip() + "…"


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` units: cut at lines, else at spaces, never inside a grapheme; a link stays whole."""
    pieces: list[str] = []
    while units(text) > limit:
        end = _last_whole(text, limit)
        at = _breaking_place(text, end)
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [piece for piece in (*pieces, text) if piece]


def _breaking_place(text: str, end: int) -> int:
    """Where to cut `text[:end]`: after the last line or word in its second half, before a link, else at `end`."""
    if end < len(text) and text[end].isspace():
        return end
    line = text.rfind("\n", end // 2, end)
    if line > 0:
        return line
    space = max(text.rfind(gap, end // 2, end) for gap in " \t\n\u00a0")
    if space > 0:
        return space
    for match in _URL.finditer(text):
        if 0 < match.start() < end < match.end():
            return match.start()
    any_space = max(text.rfind(gap, 1, end) for gap in " \t\n")
    return any_space if any_space > 0 else end


def _last_whole(text: str, limit: int) -> int:
    """The largest number of characters of `text` that fit into `limit` units and end between two graphemes."""
    end, used = 0, 0
    for character in text:
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            break
        end += 1
    at = end
    while 0 < at < len(text) and _joined(text, at):
        at -= 1
    return at or max(end, 1)


def _joined(text: str, at: int) -> bool:
    """Do the characters before and after `at` belong to one grapheme?"""
    before, after = text[at - 1], text[at]
    if before == _JOINER or after == _JOINER or (before == "\r" and after == "\n"):
        return True
    if unicodedata.category(after) in ("Mn", "Me", "Mc") or ord(after) in _MODIFIERS or ord(after) in _TAGS:
        return True
    if ord(after) not in _REGIONAL:
        return False
    # Flags are pairs of regional letters: an odd number of them before means the pair is cut.
    run = at
    while run and ord(text[run - 1]) in _REGIONAL:
        run -= 1
    return (at - run) % 2 == 1
