"""How long a recording is, read from its own head or tail. Pure; None where it does not say.

Ogg: the last page's granule position over its rate (RFC 3533, RFC 7845: Opus counts in 48 kHz). MP4 and QuickTime: the
box `mvhd` (ISO/IEC 14496-12). WAV: bytes over bytes per second. AMR: 20 ms a frame (RFC 4867).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

LONGEST_SECONDS = 24 * 3600.0
_AMR_FRAME_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6)


def seconds_of(content: bytes, mime: str) -> float | None:
    """Its length in seconds."""
    reader = _READERS.get(mime)
    try:
        found = reader(content) if reader else None
    except (struct.error, IndexError, ZeroDivisionError):
        return None
    return found if found is not None and 0 < found < LONGEST_SECONDS else None


def _ogg(content: bytes) -> float | None:
    last = content.rfind(b"OggS")
    (granule,) = struct.unpack_from("<q", content, last + 6)
    opus = content.find(b"OpusHead", 0, 4096)
    if opus >= 0:
        return float((granule - struct.unpack_from("<H", content, opus + 10)[0]) / 48_000)
    vorbis = content.find(b"\x01vorbis", 0, 4096)
    return float(granule / struct.unpack_from("<I", content, vorbis + 12)[0]) if vorbis >= 0 else None


def _iso(content: bytes) -> float | None:
    at = content.find(b"mvhd")
    if at < 0:
        return None
    is_long = content[at + 4] == 1
    scale, units = struct.unpack_from(">IQ" if is_long else ">II", content, at + (24 if is_long else 16))
    return float(units / scale)


def _wav(content: bytes) -> float | None:
    at, form = content.find(b"data", 12), content.find(b"fmt ", 12)
    if at < 0 or form < 0:
        return None
    return float(struct.unpack_from("<I", content, at + 4)[0] / struct.unpack_from("<I", content, form + 16)[0])


def _amr(content: bytes) -> float | None:
    if not content.startswith(b"#!AMR\n"):
        return None
    at = frames = 0
    body = content[6:]
    while at < len(body):
        kind = body[at] >> 3 & 15
        at += _AMR_FRAME_BYTES[kind] if kind < len(_AMR_FRAME_BYTES) else 1
        frames += 1
    return frames * 0.02


_READERS: Mapping[str, Callable[[bytes], float | None]] = {
    "audio/ogg": _ogg, "video/ogg": _ogg, "audio/mp4": _iso, "video/mp4": _iso, "video/quicktime": _iso,
    "audio/3gpp": _iso, "video/3gpp": _iso, "audio/wav": _wav, "audio/amr": _amr,
}
