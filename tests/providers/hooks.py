"""A shop's program that hears of tickets: it keeps what came, checks signatures, and answers what it is told to."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, in order; `answers` are the next statuses, then 200."""

    url: str = ""
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    came: list[dict[str, Any]] = field(default_factory=list)
    forged: int = 0

    @property
    def events(self) -> list[str]:
        return [one["event"] for one in self.came]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        parts = dict(part.split("=", 1) for part in headers["Relevo-Signature"].split(","))
        right = hmac.new(self.secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
        self.forged += not hmac.compare_digest(right, parts["v1"])
        status = self.answers.pop(0) if self.answers else 200
        if 200 <= status < 300:
            self.came.append(json.loads(body))
        return status


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A program on loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = receiver.take(dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/relevo"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
