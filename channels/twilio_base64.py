"""A long SMS that arrives as base64: what she wrote is what it says, not how a carrier packed it.

Some carriers hand a concatenated SMS over in base64, its last character cut in two (seen in courier's public handler of
Twilio's webhooks, read 2026-11-22). A word of sixty characters and more that is base64 of readable text with white
space in it is nothing a person types.
"""

from __future__ import annotations

import re
from base64 import b64decode

SHORTEST = 60
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CUT_BYTES = 3  # of a character of four


def decoded(text: str) -> str:
    """`text`, or what it says when it is readable text in base64."""
    if len(text) < SHORTEST or " " in text:
        return text
    packed = "".join(text.split())
    if len(packed) < SHORTEST or len(packed) % 4 or not _BASE64.fullmatch(packed):
        return text
    return _readable(b64decode(packed)) or text


def _readable(raw: bytes) -> str:
    for cut in range(_CUT_BYTES + 1):
        try:
            found = raw[: len(raw) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        is_prose = any(char.isspace() for char in found) and not _CONTROL.search(found)
        return found if is_prose else ""
    return ""
