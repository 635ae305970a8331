"""Public ids: a prefix that says what it is and 16 random base32 characters (80 bits), safe in URLs."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, lower case
RANDOM_BYTES = 10
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_SHIFTS = range(0, RANDOM_BYTES * 8, 10)


def new(prefix: str) -> str:
    """A fresh id such as `cnv_k3v7…`."""
    number = int.from_bytes(secrets.token_bytes(RANDOM_BYTES), "big")
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
