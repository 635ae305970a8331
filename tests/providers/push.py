"""A push service for tests, on loopback, with a browser behind it (RFC 8030, 8188, 8291, 8292).

Written from the RFCs, apart from channels/web_push.py: it checks who rings (the VAPID token, its key and its audience) and
opens what it gets with the browser's own keys. It can be told that the browser is gone, or that it is busy.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def text(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


def plain(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


def extracted(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF with one block (RFC 5869)."""
    first = hmac.HMAC(salt, hashes.SHA256())
    first.update(secret)
    second = hmac.HMAC(first.finalize(), hashes.SHA256())
    second.update(info + b"\x01")
    return second.finalize()[:length]


@dataclass
class PushStandIn:
    """`with PushStandIn() as service:` — `service.subscription` is what its browser tells; `service.shown` what it got."""

    status: int = 201
    shown: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    server_key: str = ""

    def __enter__(self) -> Self:
        self._key, self._auth = ec.generate_private_key(CURVE), os.urandom(16)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(outer.take(dict(self.headers), body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *values: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def subscription(self) -> dict[str, str]:
        return {"endpoint": f"http://{self.host}/push/abc", "p256dh": text(self._point), "auth": text(self._auth)}

    @property
    def _point(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """What the service answers to one request."""
        why = self._wrong(headers)
        if why:
            self.refused.append(why)
            return 403
        if self.status < 300:
            self.headers.append(headers)
            self.shown.append(json.loads(self._opened(body)))
        return self.status

    def _wrong(self, headers: dict[str, str]) -> str:
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        told = dict(one.strip().split("=", 1) for one in rest.split(","))
        signed, _, signature = told["t"].rpartition(".")
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, plain(told["k"]))
        raw, claims = plain(signature), json.loads(plain(signed.split(".")[1]))
        halves = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        try:
            key.verify(encode_dss_signature(*halves), signed.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return "signature"
        if scheme != "vapid" or claims["aud"] != f"http://{self.host}" or not claims["sub"]:
            return "claims"
        if headers.get("Content-Encoding") != "aes128gcm" or not headers.get("TTL", "").isdigit():
            return "headers"
        return "key" if self.server_key and told["k"] != self.server_key else ""

    def _opened(self, body: bytes) -> bytes:
        salt, theirs, box = body[:16], body[21 : 21 + body[20]], body[21 + body[20] :]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        key = extracted(self._auth, shared, b"WebPush: info\0" + self._point + theirs, 32)
        content_key = extracted(salt, key, b"Content-Encoding: aes128gcm\0", 16)
        nonce = extracted(salt, key, b"Content-Encoding: nonce\0", 12)
        return AESGCM(content_key).decrypt(nonce, box, None).rstrip(b"\0").removesuffix(b"\x02")
