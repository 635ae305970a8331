"""Public ids: a prefix that says what it is and 16 random base32 characters (80 bits), safe in URLs."""

from __future__ import annotations

import base64
import secrets

RANDOM_BYTES = 10


def new(prefix: str) -> str:
    """A fresh id such as `cnv_k3v7…`."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode('ascii').lower()}"
