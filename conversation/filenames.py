"""What a file is called when it is shown, sent or saved: the sender's word, made harmless. Pure.

Never a path, never a sign that writes backwards, and always with an ending that says what the bytes are: “foto.jpg.exe”
and “factura.js” open as nothing but text.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGEST = 100
ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",), "image/gif": (".gif",),
    "image/heic": (".heic",), "image/heif": (".heif",), "image/avif": (".avif",), "image/tiff": (".tif", ".tiff"),
    "image/bmp": (".bmp",),
    "audio/ogg": (".ogg", ".oga", ".opus"), "audio/mpeg": (".mp3",), "audio/mp4": (".m4a", ".mp4"),
    "audio/aac": (".aac",), "audio/wav": (".wav",), "audio/webm": (".webm",), "audio/flac": (".flac",),
    "audio/amr": (".amr",), "audio/3gpp": (".3gp",), "audio/midi": (".mid",), "audio/x-aiff": (".aif", ".aiff"),
    "video/mp4": (".mp4", ".m4v"), "video/webm": (".webm",), "video/ogg": (".ogv",), "video/3gpp": (".3gp",),
    "video/quicktime": (".mov",), "video/x-matroska": (".mkv",), "video/x-msvideo": (".avi",), "video/mpeg": (".mpg",),
    "application/pdf": (".pdf",), "application/rtf": (".rtf",), "application/zip": (".zip",),
    "application/gzip": (".gz",), "application/vnd.rar": (".rar",), "application/x-7z-compressed": (".7z",),
    "application/epub+zip": (".epub",), "application/msword": (".doc",), "application/vnd.ms-excel": (".xls",),
    "application/vnd.ms-powerpoint": (".ppt",), "application/vnd.ms-outlook": (".msg",),
    "application/postscript": (".ps",), "application/json": (".json",), "application/xml": (".xml",),
    "text/plain": (".txt", ".log", ".md"), "text/csv": (".csv",), "text/vcard": (".vcf",), "text/calendar": (".ics",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
}
_OTHERS = (".txt",)  # a page or a drawing that a browser would run is read, not opened
_FORBIDDEN = re.compile(r'[\\/:*?"<>|%;]')


def harmless(filename: str, mime: str, otherwise: str = "archivo") -> str:
    """The name under which a file of this type may be shown and saved; never empty."""
    last = re.split(r"[\\/]", filename)[-1]
    visible = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    name = " ".join(_FORBIDDEN.sub("_", visible).split()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    endings = ENDINGS.get(mime, _OTHERS)
    if dot and stem and f".{ending.lower()}" in endings:
        return stem[:LONGEST].rstrip(" .") + f".{ending}"
    return (name[:LONGEST].rstrip(" .") or otherwise) + endings[0]


def ending(mime: str) -> str:
    """The ending of a file of this type."""
    return ENDINGS.get(mime, _OTHERS)[0]


def disposition(filename: str, *, inline: bool) -> str:
    """The header Content-Disposition for a harmless name (RFC 6266): plain for old programs, whole for the others."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()+,-]", "_", plain).strip() or "file"
    how = "inline" if inline else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
