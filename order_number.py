"""One order is one key, however its number is written: the shop, the desk, its cases and its news fold it alike."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 64

_not_alphanumeric = re.compile(r"[\W_]+")


def fold(reference: str) -> str:
    """`ab 12345`, `#AB-12345` and `AB12345` are the same order: capitals and digits alone. Too long is empty."""
    if len(reference) > MAX_CHARACTERS:
        return ""
    if not reference.isascii():
        reference = unicodedata.normalize("NFKC", reference)
    return _not_alphanumeric.sub("", reference).upper()
