"""What a file is: told from its bytes, never from what its sender says of it. Pure.

`recognize` knows what we keep (an allow-list); what it does not know is None and is not kept. What the sender declared
only decides between types that look alike from outside and are never opened: Word, Excel and PowerPoint are all ZIP.
Signatures: puremagic's table (gathered from Gary Kessler's and others'), and below those that it misses or where a
customer's file must not be mistaken: text that a browser would run is told apart from text that is only read.
"""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from typing import Literal

import puremagic

Family = Literal["image", "audio", "video", "document"]
HEAD_BYTES = 4096  # a signature stands at the head; more is never handed to a library, which might unpack it
# Shown in the page. Everything else is only ever offered for saving.
PICTURES = frozenset(("image/jpeg", "image/png", "image/webp", "image/gif"))
PLAYED = frozenset(("audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/webm", "audio/flac",
                    "video/mp4", "video/webm", "video/ogg"))
ACTIVE = frozenset(("text/html", "image/svg+xml", "application/xml", "application/xhtml+xml"))
_STORED = frozenset((
    "image/heic", "image/heif", "image/avif", "image/tiff", "image/bmp",
    "audio/amr", "audio/3gpp", "audio/x-aiff", "audio/midi",
    "video/3gpp", "video/quicktime", "video/x-matroska", "video/x-msvideo", "video/mpeg",
    "application/pdf", "application/rtf", "application/zip", "application/gzip", "application/vnd.rar",
    "application/x-7z-compressed", "application/epub+zip", "application/msword", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint", "application/vnd.ms-outlook", "application/postscript",
    "application/json", "text/plain", "text/csv", "text/vcard", "text/calendar",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
))
ALLOWED = PICTURES | PLAYED | ACTIVE | _STORED

_ZIPPED = {".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub"}
_COMPOUND = {".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
             ".msg": "application/vnd.ms-outlook"}
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"), (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"), (0, b"GIF89a", "image/gif"), (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"), (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"), (0, b"{\\rtf", "application/rtf"), (0, b"%!PS", "application/postscript"),
    (0, b"fLaC", "audio/flac"), (0, b"#!AMR", "audio/amr"), (0, b"ID3", "audio/mpeg"), (0, b"MThd", "audio/midi"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"), (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b\x08", "application/gzip"), (0, b"\x00\x00\x01\xba", "video/mpeg"),
)
# ISO/IEC 14496-12: the brand of a file stands after `ftyp`.
_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"hevc": "image/heic", b"heim": "image/heic", b"heis": "image/heic",
    b"mif1": "image/heif", b"msf1": "image/heif", b"avif": "image/avif", b"avis": "image/avif",
    b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"F4A ": "audio/mp4",
}
# 0xFF and three bits more begin an MPEG frame; layer 0 is ADTS, which is AAC (ISO/IEC 13818-7).
_MPEG_AUDIO = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xfd]")
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")
_MARKUP = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:(!doctype\s+html|html|head|body|script|iframe|style|title|meta|table|"
                     rb"div|a|p|br|h[1-6])\b|(svg)\b|(\?xml|[a-z!]))", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Hint:
    """What the sender says of a file. Believed only between types that look alike and are never opened."""

    mime: str = ""
    filename: str = ""

    @property
    def suffix(self) -> str:
        found = re.search(r"\.[A-Za-z0-9]{1,5}\Z", self.filename)
        return found[0].lower() if found else mimetypes.guess_extension(self.mime.partition(";")[0].strip()) or ""


def recognize(content: bytes, hint: Hint = Hint()) -> str | None:
    """The type of these bytes; None for nothing, for programs, and for whatever is not on the list."""
    head = content[:HEAD_BYTES]
    found = _signed(head, hint) or _text(content, hint) or _by_table(head)
    return found if found in ALLOWED else None


def family(mime: str) -> Family:
    """Whether it is looked at, heard, watched, or a document. Pictures no browser shows are documents."""
    if mime in PICTURES:
        return "image"
    if mime in PLAYED:
        return "audio" if mime.startswith("audio/") else "video"
    return "document"


def _signed(head: bytes, hint: Hint) -> str | None:
    for place, signature, mime in _SIGNATURES:
        if head.startswith(signature, place):
            return mime
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso(head, hint)
    if head[:4] == b"OggS":
        return "video/ogg" if b"theora" in head[:256] else "audio/ogg"
    if head[:4] == b"\x1aE\xdf\xa3":
        return _matroska(head, hint)
    if head[:4] == b"PK\x03\x04":
        return _zipped(hint)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _COMPOUND.get(hint.suffix, "application/msword")
    if _ADTS.match(head):
        return "audio/aac"
    return "audio/mpeg" if _MPEG_AUDIO.match(head) else None


def _iso(head: bytes, hint: Hint) -> str:
    brand = head[8:12]
    if brand in _BRANDS:
        return _BRANDS[brand]
    is_sound = hint.mime.startswith("audio/") or b"vide" not in head and b"soun" in head
    if brand.startswith(b"3g"):
        return "audio/3gpp" if is_sound else "video/3gpp"
    return "audio/mp4" if is_sound else "video/mp4"


def _matroska(head: bytes, hint: Hint) -> str:
    if b"webm" not in head[:64]:
        return "video/x-matroska"
    return "audio/webm" if hint.mime.startswith("audio/") else "video/webm"


def _zipped(hint: Hint) -> str:
    return (mimetypes.guess_type(f"x{hint.suffix}")[0] if hint.suffix in _ZIPPED else None) or "application/zip"


def _text(content: bytes, hint: Hint) -> str | None:
    """Text, if every byte of it is; markup is told from what is only read, wherever a browser would."""
    bare = content.removeprefix(b"\xef\xbb\xbf")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        bare = content.decode("utf-16", "replace").encode("utf-8", "replace")
    markup = _MARKUP.match(bare[:HEAD_BYTES])
    if markup:
        if b"<svg" in bare[:HEAD_BYTES].lower():
            return "image/svg+xml"
        return "text/html" if markup[1] else "application/xml"
    if not bare.strip() or bare.startswith(b"#!") or _CONTROL.search(bare):
        return None
    if bare[:11].upper() == b"BEGIN:VCARD":
        return "text/vcard"
    if bare[:15].upper() == b"BEGIN:VCALENDAR":
        return "text/calendar"
    if bare[:1] in b"{[" and hint.suffix == ".json":
        return "application/json"
    return "text/csv" if hint.suffix == ".csv" else "text/plain"


def _by_table(head: bytes) -> str | None:
    """What puremagic knows of the head alone; never the file itself, whose parts it would unpack."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    return next((str(one.mime_type) for one in found if one.mime_type in _STORED and one.confidence >= 0.4), None)
