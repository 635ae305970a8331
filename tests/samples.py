"""Files as contacts send them, made for each test: photos with a place in them, voice notes, films, and worse."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

MADRID = {1: "N", 2: (40.0, 25.0, 0.48), 3: "W", 4: (3.0, 42.0, 13.32)}
MADRID_6709 = b"+40.4168-003.7038/"


def a_photo(size: tuple[int, int] = (640, 480), kind: str = "JPEG", **more: Any) -> bytes:
    """A picture that is red on its left half, so that one sees how it is held."""
    picture = Image.new("RGB", size, (30, 60, 200))
    picture.paste((200, 30, 30), (0, 0, size[0] // 2, size[1]))
    target = io.BytesIO()
    picture.save(target, kind, **more)
    return target.getvalue()


def a_photo_of_madrid(orientation: int = 6) -> bytes:
    """A photo of a telephone held upright: it says where it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = orientation, MADRID
    return a_photo(exif=exif)


def a_moving_picture(kind: str, frames: int = 4) -> bytes:
    drawn = [Image.new("RGB", (120, 120), (40 * n, 0, 0)) for n in range(frames)]
    target = io.BytesIO()
    drawn[0].save(target, kind, save_all=True, append_images=drawn[1:], duration=80)
    return target.getvalue()


def a_bomb(side: int = 20_000) -> bytes:
    """A PNG of a few hundred bytes a row that unpacks to hundreds of megabytes."""
    row = b"\x00" + b"\x00" * (side // 8)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(row * side, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_voice_note(seconds: float = 3.0) -> bytes:
    """The pages of an Ogg file of Opus sound, as far as anybody looks who does not play it."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    last = struct.pack("<q", int(seconds * 48_000) + 312)
    return b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13" + head + b"OggS\x00\x04" + last + b"\x00" * 40


def a_film(place: bytes = MADRID_6709, seconds: float = 4.0) -> bytes:
    """An MP4 whose head says how long it is and where it was taken."""
    mvhd = b"mvhd" + struct.pack(">IIIII", 0, 0, 0, 1000, int(seconds * 1000)) + b"\x00" * 80
    xyz = b"\xa9xyz" + struct.pack(">HH", len(place), 0x15C7) + place
    inside = _box(mvhd) + _box(b"udta" + _box(xyz))
    return _box(b"ftypmp42\x00\x00\x00\x00mp42isom") + _box(b"moov" + inside) + _box(b"mdat" + b"\x07" * 64)


def _box(content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 4) + content


def a_heic(place: bool = True) -> bytes:
    """The outside of an HEIC photo, with its EXIF data in the middle."""
    exif = Image.Exif()
    if place:
        exif[0x8825] = MADRID
    exif[0x010F] = "Camera"
    return _box(b"ftypheic\x00\x00\x00\x00mif1heic") + _box(b"mdat" + exif.tobytes())


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF_AND_SCRIPT = b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)"
PROGRAM = b"MZ\x90\x00\x03" + b"\x00" * 200
VCARD = (b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:R\xc3\xados;Marta;;;\r\nFN:Marta R\xc3\xados\r\nitem1.TEL;waid=34600111222:"
         b"+34 600 111\r\n  222\r\nEND:VCARD\r\n")
