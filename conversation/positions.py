"""Takes the place where it was recorded out of a file that is kept as it came. Pure; lengths never change.

Pictures are drawn anew (`conversation/pictures.py`) and lose everything that is not a picture. What is kept as it is —
films, sound, Apple's HEIC — may say where it was taken in a few known places; those are blanked in place, so that
nothing else of the file moves:

- QuickTime and MP4: the text `+40.4168-003.7038/` (ISO 6709) anywhere in `moov` or `meta`, and the box `loci`
  (Apple, "QuickTime File Format: Metadata"; 3GPP TS 26.244, 8.10).
- EXIF in HEIC, AVIF, TIFF: the directory that tag 0x8825 points to (CIPA DC-008, 4.6.3).
- XMP packets: attributes and elements `exif:GPS…` (Adobe, "XMP specification part 2").
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import islice

GPS_TAG = 0x8825
MOST_ENTRIES = 512
MOST_BLOCKS, MOST_PLACES = 64, 4  # EXIF blocks of a file, places of a block: an honest one has one of each
_FILMS = ("video/", "audio/mp4", "audio/3gpp")
_STILLS = ("image/",)
_ISO_6709 = re.compile(rb"[+-]\d{1,3}(?:\.\d{1,8})?[+-]\d{1,3}(?:\.\d{1,8})?(?:[+-]\d{1,6}(?:\.\d{1,8})?)?(?:CRS[\w:]{0,16})?/")
_XMP_ATTRIBUTE = re.compile(rb"(exif:GPS\w{1,24}\s{0,4}=\s{0,4}[\"'])([^\"'<]{0,200})")
_XMP_ELEMENT = re.compile(rb"(<exif:GPS\w{1,24}[^>]{0,200}>)([^<]{0,200})")
_EXIF = re.compile(rb"Exif\x00\x00(?=II\*\x00|MM\x00\*)")
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}


def without_position(content: bytes, mime: str) -> bytes:
    """The same file without the place it was made at, as far as the places above go."""
    if mime.startswith(_FILMS):
        return _film(content)
    return _still(content, mime) if mime.startswith(_STILLS) else content


def _film(content: bytes) -> bytes:
    changed = bytearray(content)
    for start, end in _boxes(content, (b"moov", b"meta", b"udta")):
        for found in _ISO_6709.finditer(content, start, end):
            changed[found.start() : found.end()] = b" " * len(found[0])
        at = content.find(b"loci", start, end)
        while at > 0:
            size = int.from_bytes(content[at - 4 : at])
            if 16 <= size <= 512 and at - 4 + size <= end:
                changed[at : at - 4 + size] = b"free".ljust(size - 4, b"\x00")
            at = content.find(b"loci", at + 4, end)
    return bytes(changed)


def _boxes(content: bytes, wanted: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Where the outer boxes of these names lie; the picture data between them is never looked at."""
    at = 0
    while at + 8 <= len(content):
        size, header = int.from_bytes(content[at : at + 4]), 8
        if size == 1:
            size, header = int.from_bytes(content[at + 8 : at + 16]), 16
        end = len(content) if size == 0 else at + size
        if size and size < header:
            return
        if content[at + 4 : at + 8] in wanted:
            yield at + header, min(end, len(content))
        at = end


def _still(content: bytes, mime: str) -> bytes:
    changed = bytearray(content)
    for n, found in enumerate(_EXIF.finditer(content)):
        if n < MOST_BLOCKS:
            _blank_gps(changed, found.end())
        else:  # made to keep us busy: no reader shall take it for one of the camera's either
            changed[found.start() : found.end()] = b"\x00" * len(found[0])
    if mime == "image/tiff":
        _blank_gps(changed, 0)
    for pattern in (_XMP_ATTRIBUTE, _XMP_ELEMENT):
        for found in pattern.finditer(content):
            changed[found.start(2) : found.end(2)] = b" " * len(found[2])
    return bytes(changed)


def _blank_gps(changed: bytearray, base: int) -> None:
    """Empty the directory of the position in the EXIF data that begins at `base`."""
    order = "<" if changed[base : base + 2] == b"II" else ">"
    try:
        entries = _entries(changed, base, order, struct.unpack_from(f"{order}I", changed, base + 4)[0])
        for value in islice((value for _, tag, _, _, value in entries if tag == GPS_TAG), MOST_PLACES):
            _blank(changed, base, order, value)
    except struct.error:
        return  # it points out of the file: no reader finds a position in it either


def _blank(changed: bytearray, base: int, order: str, place: int) -> None:
    for at, _, kind, count, value in list(_entries(changed, base, order, place)):
        length = _SIZES.get(kind, 0) * min(count, MOST_ENTRIES)
        if length > 4:
            end = min(base + value + length, len(changed))
            changed[base + value : end] = b"\x00" * max(0, end - base - value)
        changed[at : at + 12] = b"\x00" * 12
    struct.pack_into(f"{order}H", changed, base + place, 0)


def _entries(data: bytearray, base: int, order: str, place: int) -> Iterator[tuple[int, int, int, int, int]]:
    """(where it lies, tag, type, count, value or offset) of each entry of one directory."""
    (count,) = struct.unpack_from(f"{order}H", data, base + place)
    for n in range(min(count, MOST_ENTRIES)):
        at = base + place + 2 + 12 * n
        yield (at, *struct.unpack_from(f"{order}HHII", data, at))
