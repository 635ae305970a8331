"""Hosts of files on loopback: Twilio's media with its CDN, and WhatsApp's media ids, each asking for its credentials.

Two servers: `api` (Twilio's REST interface and Meta's Graph in one) and `cdn`, another host to every client that looks.
The CDN refuses whoever brings credentials with them: they were not given for it.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "twilio-token"
ACCESS_TOKEN = "meta-token"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up on a slow host is what some tests want."""


class MediaStandIn:
    """`with MediaStandIn() as host`: `host.put(name, content)` makes a file; `fail` says how the next answers go wrong."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, str]] = []  # (server, path, Authorization)
        self.closing = threading.Event()
        self._failures: list[str] = []
        self.api = _Server(("127.0.0.1", 0), _handler(self, "api"))
        self.cdn = _Server(("127.0.0.1", 0), _handler(self, "cdn"))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api.server_port}"

    @property
    def cdn_host(self) -> str:
        return f"127.0.0.1:{self.cdn.server_port}"

    def put(self, name: str, content: bytes) -> str:
        """A file; returns its name, which is also its media id at WhatsApp."""
        self.files[name] = content
        return name

    def twilio_url(self, name: str, account_sid: str = ACCOUNT_SID) -> str:
        """The address Twilio's webhook gives."""
        return f"{self.url}/2010-04-01/Accounts/{account_sid}/Messages/MM{'1' * 32}/Media/{name}"

    def cdn_url(self, name: str) -> str:
        """The address that needs no credentials, as Messenger and Instagram give it."""
        return f"http://{self.cdn_host}/{name}"

    def fail(self, *modes: str) -> None:
        """The next requests for files are answered so: a status, or one of `_MODES`."""
        self._failures.extend(modes)

    def next_failure(self) -> str:
        return self._failures.pop(0) if self._failures else ""

    def secrets_seen_by(self, server: str) -> list[str]:
        """The credentials that came with requests to one of the two."""
        return [secret for asked, _, secret in self.asked if asked == server and secret]

    def __enter__(self) -> Self:
        for server in (self.api, self.cdn):
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        for server in (self.api, self.cdn):
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    host: MediaStandIn
    name: str

    def do_GET(self) -> None:
        secret = self.headers.get("Authorization", "")
        self.host.asked.append((self.name, self.path, secret))
        path = urlsplit(self.path).path
        mode = self.host.next_failure()
        if mode in _MODES:
            _MODES[mode](self)
        elif mode:
            self.answer(int(mode), b"", {"Retry-After": "7"} if mode == "429" else {})
        elif self.name == "cdn":
            self.answer(400, b"credentials of another host") if secret else self.file(path.rpartition("/")[2])
        elif path.startswith("/2010-04-01/"):
            self.twilio(path, secret)
        else:
            self.graph(path, secret)

    def twilio(self, path: str, secret: str) -> None:
        right = "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        if secret != right or path.split("/")[3] != ACCOUNT_SID:
            self.answer(401, b"")
        else:
            name = path.rpartition("/")[2]
            self.answer(307, b"", {"Location": self.host.cdn_url(name)})

    def graph(self, path: str, secret: str) -> None:
        if secret != f"Bearer {ACCESS_TOKEN}":
            self.answer(401, b'{"error": {"code": 190}}')
        elif path.startswith("/whatsapp_business/"):
            self.file(path.rpartition("/")[2])
        else:
            name = path.rpartition("/")[2]
            url = f"{self.host.url}/whatsapp_business/attachments/{name}"
            known = name in self.host.files
            body = {"url": url, "id": name, "messaging_product": "whatsapp"} if known else {"error": {"code": 100}}
            self.answer(200 if known else 404, json.dumps(body).encode())

    def file(self, name: str) -> None:
        found = self.host.files.get(name)
        self.answer(404 if found is None else 200, found or b"")

    def answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Tests read `asked` instead."""


def _handler(host: MediaStandIn, name: str) -> type[_Handler]:
    return type("Handler", (_Handler,), {"host": host, "name": name})


def _drip(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not handler.host.closing.wait(0.05):
        handler.wfile.write(b"\xff")
        handler.wfile.flush()


def _endless(handler: _Handler) -> None:
    """No length is told, and there is no end."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    while not handler.host.closing.is_set():
        handler.wfile.write(b"\xff" * 65_536)


def _elsewhere(handler: _Handler) -> None:
    """Towards a service that no file comes from, on a port that no allow-list names."""
    handler.answer(302, b"", {"Location": "http://127.0.0.1:9/latest/meta-data"})


def _reset(handler: _Handler) -> None:
    handler.close_connection = True


_MODES: Mapping[str, Callable[[_Handler], None]] = {
    "drip": _drip, "endless": _endless, "elsewhere": _elsewhere, "reset": _reset,
}
