"""Whether a photo counts: how alike it is to others, how large, and when it was sent. Pure but for decoding our own thumbnail."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import date, datetime

LEAST_SIDE = 300  # of the longer side: below it nobody can see a crack
ALIKE = 4  # so many of 64 edges may differ where two photos show the same
COLOUR = 12  # and so much of 255 each colour of a quarter
LEAST_EDGES = 6  # a picture with fewer is like all others with hardly anything on them
_WIDE, _HIGH, _EDGES, _NOISE = 9, 8, 16, 2


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def likeness(picture: bytes) -> str:
    """A fingerprint that survives another size or another compression: where it gets brighter from left to right, and
    the colours of its quarters. Empty for a picture of hardly anything, and for what cannot be read.
    """
    from PIL import Image, UnidentifiedImageError  # only who looks at photos needs it

    try:
        with Image.open(io.BytesIO(picture), formats=("WEBP", "JPEG", "PNG")) as opened:
            small = opened.convert("L").resize((_WIDE, _HIGH), Image.Resampling.LANCZOS).tobytes()
            quarters = opened.convert("RGB").resize((2, 2), Image.Resampling.BOX).tobytes()
    except (UnidentifiedImageError, OSError, ValueError):
        return ""
    bits = 0
    for place in range(_WIDE * _HIGH):
        if place % _WIDE < _WIDE - 1:
            bits = bits << 1 | int(small[place] < small[place + 1] - _NOISE)
    return f"{bits:016x}{quarters.hex()}" if bits.bit_count() >= LEAST_EDGES else ""


def is_alike(one: str, other: str) -> bool:
    if not one or not other:
        return False
    edges = (int(one[:_EDGES], 16) ^ int(other[:_EDGES], 16)).bit_count()
    colours = zip(bytes.fromhex(one[_EDGES:]), bytes.fromhex(other[_EDGES:]), strict=True)
    return edges <= ALIKE and all(abs(a - b) <= COLOUR for a, b in colours)


def twin(sha256: str, fingerprint: str, others: Iterable[tuple[str, str, str]]) -> str:
    """The id of a photo that shows the same, of (id, sha256, likeness); empty where there is none."""
    for key, digest_of, likeness_of in others:
        if sha256 == digest_of or is_alike(fingerprint, likeness_of):
            return key
    return ""


def is_too_small(width: int | None, height: int | None) -> bool:
    return bool(width and height) and max(width or 0, height or 0) < LEAST_SIDE


def is_too_early(said_at: datetime, delivered_on: date | None) -> bool:
    """Sent before the parcel was there: it cannot show what arrived."""
    return delivered_on is not None and said_at.date() < delivered_on
