"""Pictures, drawn anew by a process that may not do or use much (reliability, abuse 19).

A decoder is the piece of software that a stranger's bytes attack. It runs in a child with a bound on memory, processor
time, pixels and files, for a bounded time, without our settings, secrets or working folder; what comes back is a fresh
picture and a thumbnail. Where the child dies, the picture is one that cannot be shown, and nothing else happens.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from conversation.filetypes import PICTURES

CHILD = Path(__file__).with_name("picture_child.py")
THUMBNAIL_SIDE = 480
LONGEST_SIDE = 4096
MOST_FRAMES = 120
PATIENCE_SECONDS = 25.0
AT_ONCE = 2  # each may use a gigabyte
_room = threading.BoundedSemaphore(AT_ONCE)


class NotDrawn(Exception):
    """The picture cannot be shown; `reason` is the decoder's word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The picture cannot be drawn: {reason}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A fresh picture and its thumbnail (WebP, at most THUMBNAIL_SIDE)."""

    content: bytes
    mime: str
    width: int
    height: int
    thumbnail: bytes


def drawn(content: bytes, formats: frozenset[str] = PICTURES, side: int = LONGEST_SIDE) -> Picture:
    """The picture in these bytes, in its own format where that is one of `formats`. Raises NotDrawn."""
    asked = json.dumps({"side": side, "thumb": THUMBNAIL_SIDE, "formats": sorted(formats), "frames": MOST_FRAMES})
    with _room:
        answer = _asked(asked.encode() + b"\n" + content)
    head, _, parts = answer.partition(b"\n")
    try:
        told = json.loads(head)
    except ValueError:
        raise NotDrawn("the child ended") from None
    if "error" in told:
        raise NotDrawn(str(told["error"]))
    length = told["sizes"][0]
    return Picture(parts[:length], told["mime"], told["width"], told["height"], parts[length:])


def _asked(question: bytes) -> bytes:
    try:
        done = subprocess.run([sys.executable, "-I", str(CHILD)], input=question, capture_output=True, check=False,
                              timeout=PATIENCE_SECONDS, env={}, cwd="/")
    except subprocess.TimeoutExpired:
        raise NotDrawn("TimeoutExpired") from None
    return done.stdout
