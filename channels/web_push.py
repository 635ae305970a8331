"""Web Push: a message to a browser whose page is closed, sealed so that its push service cannot read it.

RFC 8030 (the request), RFC 8188 and RFC 8291 (aes128gcm, one record), RFC 8292 (VAPID: we say who we are). The address
of the push service comes from the browser, so it is asked as any stranger's: public addresses only (`fetch.py`).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import fetch

LIMITS = fetch.Limits(size_bytes=64 * 1024, total_seconds=10.0, connect_seconds=5.0, redirects=0)
LONGEST_BYTES = 3_000  # services take 4,096 with the head and the seal
RECORD_SIZE = 4_096
TOKEN_FOR = timedelta(hours=12)  # RFC 8292: a day at most
SEED_BYTES = 48
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_GONE = frozenset((400, 401, 403, 404, 410))  # no such browser, or one that another key subscribed


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser is rung, and its two keys as it told them (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Ring:
    """What it is told: JSON for our service worker. A later one of the same `topic` replaces what waits."""

    told: Mapping[str, str]
    topic: str = ""
    lasts: timedelta = timedelta(hours=4)


class Pusher:
    """Rings browsers. `contact` is where a push service reaches whoever runs this house (https: or mailto:)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str, allowed: frozenset[str] = frozenset()) -> None:
        self._key, self._contact = key, contact
        self._client = fetch.Client(allowed, LIMITS)

    def __call__(self, browser: Browser, ring: Ring, now: datetime) -> str:
        """`sent`, `gone` (never again), or `later`."""
        try:
            body = sealed(json.dumps(ring.told, ensure_ascii=False).encode("utf-8")[:LONGEST_BYTES], browser)
            headers = {"Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", "Urgency": "high",
                       "TTL": str(int(ring.lasts.total_seconds())), **({"Topic": ring.topic} if ring.topic else {})}
            who = {"Authorization": authorization(self._key, browser.endpoint, self._contact, now)}
            status = self._client.fetch(fetch.Request(browser.endpoint, "POST", headers, who, body)).status
        except ValueError:  # keys that are none
            return "gone"
        except fetch.FetchError as error:
            return "gone" if error.permanent else "later"
        return "sent" if status < 300 else "gone" if status in _GONE else "later"

    def close(self) -> None:
        self._client.close()


def key_of(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The key of this house, always the same for the same 48 bytes."""
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, _CURVE)


def public_of(key: ec.EllipticCurvePrivateKey) -> str:
    """What browsers are told when they subscribe (`applicationServerKey`)."""
    return _text(_point(key.public_key()))


def sealed(payload: bytes, browser: Browser, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"") -> bytes:
    """The body only this browser can read; `own` and `salt` are drawn anew each time. Raises ValueError."""
    own, salt = own or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    theirs = _bytes(browser.p256dh)
    point, ours = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs), _point(own.public_key())
    shared = own.exchange(ec.ECDH(), point)
    key = _derived(shared, _bytes(browser.auth), b"WebPush: info\0" + theirs + ours, 32)
    content_key = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(content_key).encrypt(nonce, payload + b"\x02", None)


def authorization(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: datetime) -> str:
    """The header that says who rings: a JWT (ES256) for this push service alone, and our public key."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + TOKEN_FOR).timestamp()), "sub": contact}
    signed = ".".join(_text(json.dumps(one, separators=(",", ":")).encode()) for one in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"vapid t={signed}.{_text(signature)}, k={public_of(key)}"


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode("ascii")


def _bytes(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
