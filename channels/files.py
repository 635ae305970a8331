"""Files and places in a message of ours: what the channel takes as such, and what becomes an address in the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from channels.base import Outgoing
from channels.choices import is_address, tidy
from channels.limits import Limits
from conversation.events import OutgoingLocation, OutgoingMedia

DOCUMENT = "document"
NAME_LENGTH = 200
# Our own table: what Python guesses depends on the machine it runs on.
_FORMATS = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "aac": "audio/aac", "amr": "audio/amr", "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg",
    "opus": "audio/ogg", "oga": "audio/ogg", "wav": "audio/wav", "mp4": "video/mp4", "3gp": "video/3gpp",
    "ogv": "video/ogg", "mov": "video/quicktime", "avi": "video/x-msvideo", "webm": "video/webm",
    "pdf": "application/pdf", "txt": "text/plain", "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "svg": "image/svg+xml", "tif": "image/tiff", "tiff": "image/tiff", "bmp": "image/bmp", "heic": "image/heic",
    "flac": "audio/flac", "mkv": "video/x-matroska", "zip": "application/zip", "csv": "text/csv",
}  # fmt: skip
_ALSO = {
    "image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4",
    "audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/opus": "audio/ogg", "video/avi": "video/x-msvideo",
    "audio/3gpp": "video/3gpp",
}  # fmt: skip
_TYPES = frozenset(("image", "audio", "video", DOCUMENT, "sticker"))


def attach(message: Outgoing, limits: Limits, notes: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """The parts that files and a place become, and the lines that say in the text what they could not be."""
    parts: list[dict[str, Any]] = []
    lines: list[str] = []
    for media in message.media:
        part, said = _file(media, limits, notes)
        parts += [part] if part else []
        lines += said
    if message.location is not None:
        part, said = _place(message.location, limits, notes)
        parts += [part] if part else []
        lines += said
    return parts, lines


def _file(media: OutgoingMedia, limits: Limits, notes: list[str]) -> tuple[dict[str, Any], list[str]]:
    caption = media.caption.strip()
    if not is_address(media.url):
        notes.append("media_left_out")
        return {}, [caption] if caption else []
    kind = _kind(media, limits)
    if not kind:
        notes.append("media_as_link")
        named = f"{tidy(media.filename)}: {media.url}" if media.filename.strip() else media.url
        return {}, [caption, named] if caption else [named]
    part = {"media_url": media.url, "media_type": kind}
    lines: list[str] = []
    if kind in limits.named:
        part["filename"] = _name(media)
    elif kind == DOCUMENT and media.filename.strip():
        notes.append("filename_as_text")
        lines.append(tidy(media.filename))
    if caption and kind in limits.captioned and limits.measure.size(caption) <= limits.caption:
        part["text"] = caption
    elif caption:
        lines.append(caption)
    return part, lines


def _kind(media: OutgoingMedia, limits: Limits) -> str:
    """As what the channel takes the file; '' where it does not."""
    mime = _mime(media)
    family = mime.partition("/")[0]
    wished = media.type if media.type in _TYPES else family if family in ("image", "audio", "video") else DOCUMENT
    for kind in (wished, "image") if wished == "sticker" else (wished,):
        formats = limits.files.get(kind)
        if formats is not None and (not formats or not mime or mime in formats):
            return kind
    return ""


def _mime(media: OutgoingMedia) -> str:
    mime = media.mime.partition(";")[0].strip().lower()
    if not mime:
        ending = urlsplit(media.url).path.rpartition("/")[2].rpartition(".")[2].lower()
        mime = _FORMATS.get(ending, "")
    return _ALSO.get(mime, mime)


def _name(media: OutgoingMedia) -> str:
    name = media.filename or unquote(urlsplit(media.url).path.rpartition("/")[2])
    return tidy(name.replace("/", " ").replace("\\", " "))[-NAME_LENGTH:] or DOCUMENT


def _place(place: OutgoingLocation, limits: Limits, notes: list[str]) -> tuple[dict[str, Any], list[str]]:
    if not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):  # not a number is neither
        notes.append("location_left_out")
        return {}, _said([place.name, place.address])
    if limits.locations:
        facts = {"name": tidy(place.name), "address": tidy(place.address)}
        return {"location": {"lat": place.lat, "lon": place.lon, **{k: v for k, v in facts.items() if v}}}, []
    notes.append("location_as_link")
    # Google, "Maps URLs, get started", read 2026-11-22: opens the place in whatever shows maps on the phone
    link = f"https://www.google.com/maps/search/?api=1&query={place.lat:.6f}%2C{place.lon:.6f}"
    return {}, _said([place.name, place.address, link])


def _said(texts: Sequence[str]) -> list[str]:
    return [tidy(one) for one in texts if one.strip()]
