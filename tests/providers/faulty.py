"""A server on loopback that speaks some shop's interface, and can be told to fail in every way a shop can.

A stand-in fills in `reply`: what the real shop would answer. `mode(name, count)` says how the next answers go wrong:
a status ("503"), one of `MODES`, or one that the stand-in itself knows. `tests/orders/faults.py` goes through them all.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit

BIG_BYTES = 10 * 1024 * 1024


class Asked(NamedTuple):
    """One request that came in; names of headers are in small letters."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""

    @property
    def route(self) -> str:
        return unquote(urlsplit(self.path).path)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()}


@dataclass(frozen=True)
class Reply:
    """What the shop answers. `tree` is JSON; bytes are sent as they are."""

    tree: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return self.tree if isinstance(self.tree, bytes) else json.dumps(self.tree).encode()


class _Server(ThreadingHTTPServer):
    broke: list[BaseException]

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up on a slow shop is what some tests want; anything else is a mistake of the stand-in."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.broke.append(error)


class FaultyShop:
    """`with …(…) as shop`: serves until the end of the block. Requests are served by threads, one `reply` at a time.

    A stand-in counts in `done` what it changed, by the kinds of `orders.acting.CHANGES`, and reads `swapped` (answer
    with another order than the one asked for) and `unfiltered` (a search that finds everybody's orders). `bend` gets
    every tree that it tells.
    """

    modes: ClassVar[Mapping[str, Callable[[Handler], None]]] = {}

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.swapped = self.unfiltered = False
        self.bend: Callable[[Any], Any] | None = None
        self.done: Counter[str] = Counter()
        self._mode = ""
        self._left = 0
        self._only_changes = False
        self._in_turn = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"shop": self}))
        self._server.daemon_threads = True
        self._server.broke = []

    def reply(self, asked: Asked) -> Reply:
        """What the shop answers if nothing goes wrong."""
        raise NotImplementedError

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mode(self, name: str, count: int = 1_000_000, only_changes: bool = False) -> None:
        """The next `count` answers are of this kind; `only_changes`: to requests that change something."""
        self._mode, self._left, self._only_changes = name, count, only_changes

    def changes(self, asked: Asked) -> bool:
        """Whether this request changes something."""
        return asked.method not in ("GET", "HEAD")

    def next_mode(self, asked: Asked) -> str:
        if not self._left or (self._only_changes and not self.changes(asked)):
            return ""
        self._left -= 1
        return self._mode

    def answered(self, asked: Asked, mode: str = "") -> Reply:
        with self._in_turn:
            self.swapped, self.unfiltered = mode == "other_order", mode == "everybody"
            reply = self.reply(asked)
        if self.bend is None or isinstance(reply.tree, bytes):
            return reply
        return Reply(self.bend(reply.tree), reply.status, reply.headers)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        if self._server.broke:
            raise self._server.broke[0]


class Handler(BaseHTTPRequestHandler):
    """One connection to the stand-in."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    shop: FaultyShop

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.request_now = Asked(self.path, headers, self.command, body)
        self.shop.asked.append(self.request_now)
        mode = self.shop.next_mode(self.request_now)
        if mode in self.shop.modes:
            self.shop.modes[mode](self)
        elif mode in MODES:
            MODES[mode](self)
        elif mode.isdigit():
            self.send(Reply({"error": "told to fail"}, int(mode), {"Retry-After": "1"} if mode == "429" else {}))
        else:
            self.send(self.shop.answered(self.request_now, mode))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def send(self, reply: Reply, kind: str = "application/json", length: int = -1) -> None:
        body = reply.body
        self.send_response(reply.status)
        named = {"Content-Type": kind, "Content-Length": str(len(body) if length < 0 else length)}
        for name, value in {**named, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Tests read `asked` instead."""


def _drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10000")
    handler.end_headers()
    while not handler.shop.closing.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def _drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.shop.closing.wait(0.05):
        handler.wfile.write(b"a")
        handler.wfile.flush()


def _slow(handler: Handler) -> None:
    handler.shop.closing.wait(20)


def _reset(handler: Handler) -> None:
    handler.close_connection = True


def _reset_after(handler: Handler) -> None:
    """Does what it is asked, and hangs up before it says so."""
    handler.shop.answered(handler.request_now)
    handler.close_connection = True


def _truncated(handler: Handler) -> None:
    """Half of the truth, as if that were all."""
    body = handler.shop.answered(handler.request_now).body
    handler.send(Reply(body[: len(body) // 2]))


def _cut(handler: Handler) -> None:
    """Half of the truth, and the line breaks."""
    body = handler.shop.answered(handler.request_now).body
    handler.send(Reply(body[: len(body) // 2]), length=len(body))
    handler.close_connection = True


def _redirect(handler: Handler) -> None:
    elsewhere = f"http://localhost:{handler.shop.port}/stolen"
    handler.send(Reply({}, 302, {"Location": elsewhere}))


def answering(tree: Any, kind: str = "application/json") -> Callable[[Handler], None]:
    """A mode that always answers this, with status 200."""
    return lambda handler: handler.send(Reply(tree), kind)


MODES: Mapping[str, Callable[[Handler], None]] = {
    "drip": _drip,
    "drip_headers": _drip_headers,
    "slow": _slow,
    "reset": _reset,
    "reset_after": _reset_after,
    "truncated": _truncated,
    "cut": _cut,
    "redirect": _redirect,
    "html": answering(b"<html><h1>Maintenance</h1></html>", "text/html"),
    "error_object": answering(b'{"error": "the shop is having a bad day", "code": 17}'),
    "nothing": answering(b""),
    "word": answering(b'"ok"'),
    "deep": answering(b"[" * 200_000),
    "nan": answering(b'{"data": {"number": NaN}}'),
    "big": answering(b" " * BIG_BYTES),
}
