"""Secrets at rest: what must be read again later (the key of an authenticator) lies in the tables sealed.

Fernet (AES-128-CBC with HMAC-SHA256) under a key that follows from SECRET_KEY by HKDF. With another SECRET_KEY nothing
opens any more: recovery codes, which are hashes, still work then, and an admin's reset does.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FOR_SECOND_FACTORS = b"relevo second factor"


def derived(secret_key: str | bytes, purpose: bytes, length: int) -> bytes:
    """Bytes that follow from SECRET_KEY, others for each purpose; nobody gets back from them to the key."""
    given = secret_key if isinstance(secret_key, bytes) else secret_key.encode("utf-8")
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(given)


class Seal:
    """Closes and opens texts of one house."""

    def __init__(self, secret_key: str | bytes) -> None:
        self._box = Fernet(base64.urlsafe_b64encode(derived(secret_key, _FOR_SECOND_FACTORS, 32)))

    def close(self, text: str) -> str:
        return self._box.encrypt(text.encode("utf-8")).decode("ascii")

    def open(self, sealed: str) -> str | None:
        """What was closed; None for anything that this house did not close."""
        try:
            return self._box.decrypt(sealed.encode("ascii", "replace")).decode("utf-8")
        except InvalidToken:
            return None
