"""What came or went with a message, as its bubble shows it. Pure: rows in, values for a template out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from console.words import Words
from conversation.filenames import ending
from conversation.filetypes import PICTURES, PLAYED
from conversation.media import FINAL_CODES

STICKER_SIDE = 128
PICTURE_SIDE = 260
ICONS = {"image": "image", "audio": "mic", "video": "video", "sticker": "sticker", "contact": "user-round",
         "location": "map-pin", "share": "link"}
_WORDLESS = re.compile(r"\[([a-z_]{2,20})\]")
FLOW_FILES = "/files/flows/"
WAITING = ("remote", "fetching")


@dataclass(frozen=True, slots=True)
class Shown:
    """One file. `look`: picture, sound, film, paper (offered for saving), or chip (only that there was something).

    `state` as in its row; `why` the code of a failure. `kind` is what its sender says it is, `form` its ending.
    """

    key: str
    look: str
    kind: str
    state: str = ""
    name: str = ""
    form: str = ""
    size: int | None = None
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    why: str = ""
    link: str = ""

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "file-text")

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_lost(self) -> bool:
        return self.state in ("failed", "too_big", "removed")

    @property
    def can_retry(self) -> bool:
        return self.state in ("failed", "too_big") and self.why not in FINAL_CODES


def shown(rows: Sequence[Mapping[str, Any]], content: Mapping[str, Any]) -> tuple[Shown, ...]:
    """What to show of a message: its rows, or, where it has none, what it says of itself."""
    if rows:
        return tuple(_of_row(row) for row in rows)
    return tuple(_of_word(entry) for entry in content.get("media") or ())


def _of_row(row: Mapping[str, Any]) -> Shown:
    kind, mime = row["kind"], row["mime"] or ""
    is_stored = row["state"] == "stored"
    width, height = _fitted(row["width"], row["height"], STICKER_SIDE if kind == "sticker" else PICTURE_SIDE)
    link = _http((row["remote"] or {}).get("url", "")) if kind == "share" and not is_stored else ""
    return Shown(
        key=row["attachment_id"],
        look=_look(kind, mime) if is_stored else "chip" if link or row["why"] == "no_source" else "paper",
        kind=kind,
        state=row["state"],
        name=row["filename"] or "",
        form=ending(mime).lstrip(".").upper() if is_stored else "",
        size=row["size"],
        seconds=row["seconds"],
        width=width,
        height=height,
        why=row["why"] or "",
        link=link,
    )


def _of_word(entry: Mapping[str, Any]) -> Shown:
    """A file of the flows is shown from where providers fetch it; anything else is a link, or only a word."""
    kind, url = str(entry.get("type", "")), _http(str(entry.get("url", "")))
    is_ours = urlsplit(url).path.startswith(FLOW_FILES)
    return Shown(
        key="",
        look="picture" if is_ours and kind == "image" else "chip",
        kind=kind,
        name=str(entry.get("filename", "")),
        link=urlsplit(url).path if is_ours else url,
    )


def _look(kind: str, mime: str) -> str:
    if mime in PICTURES:
        return "picture"
    if mime in PLAYED:
        return "sound" if mime.startswith("audio/") or kind == "audio" else "film"
    return "paper"


def _fitted(width: int | None, height: int | None, side: int) -> tuple[int | None, int | None]:
    """Its place on the page before it is there: nothing jumps when it comes."""
    if not width or not height:
        return None, None
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _http(url: str) -> str:
    """`url` where it is a plain link of the web; nothing else ever becomes one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname and not parts.username else ""


def map_link(location: Mapping[str, Any]) -> str:
    """A place on a map. Google, "Maps URLs", read 2026-11-22: `search/?api=1&query=lat,lon`."""
    point = f"{location['lat']:.6f},{location['lon']:.6f}"
    return f"https://www.google.com/maps/search/?api=1&query={quote(point, safe='')}"


def preview(text: str, words: Words) -> str:
    """What a list shows of a message without words (conversation/inbox.py); empty where it has some."""
    found = _WORDLESS.fullmatch(text)
    return words.either(f"media.{found[1]}", "media.other") if found else ""


def length(seconds: float) -> str:
    """`0:07`, `12:30`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
