"""A shop that speaks HTTP on loopback, for the connector `rest`: bearer authentication, JSON, and many ways to fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

TOKEN = "shop-token"
BIG_BYTES = 10 * 1024 * 1024


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that hangs up on a slow shop is what some tests want."""


class ShopStandIn:
    """`with ShopStandIn(orders) as shop`: answers `GET /orders/<number>`; `mode` says how the next answers fail."""

    def __init__(self, orders: Mapping[str, Mapping[str, Any]]) -> None:
        self.orders = dict(orders)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self._mode = ""
        self._left = 0
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mode(self, name: str, count: int = 1_000_000) -> None:
        """The next `count` answers are of this kind: a status, or one of `_MODES`."""
        self._mode, self._left = name, count

    def next_mode(self) -> str:
        if not self._left:
            return ""
        self._left -= 1
        return self._mode

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    shop: ShopStandIn

    def do_GET(self) -> None:
        self.shop.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        mode = self.shop.next_mode()
        if mode in _MODES:
            _MODES[mode](self)
        elif mode:
            self.answer(int(mode), {"error": "told to fail"}, {"Retry-After": "1"} if mode == "429" else {})
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(401, {"error": "who are you"})
        else:
            self.order(unquote(self.path.rpartition("/")[2]))

    def order(self, number: str) -> None:
        found = self.shop.orders.get(number)
        self.answer(200 if found else 404, {"data": found} if found else {"error": "no such order"})

    def answer(self, status: int, tree: Any, headers: Mapping[str, str] | None = None) -> None:
        self.raw(status, json.dumps(tree).encode(), "application/json", headers)

    def raw(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Tests read `asked` instead."""


def _handler(shop: ShopStandIn) -> type[_Handler]:
    return type("Handler", (_Handler,), {"shop": shop})


def _drip(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10000")
    handler.end_headers()
    while not handler.shop.closing.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def _drip_headers(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.shop.closing.wait(0.05):
        handler.wfile.write(b"a")
        handler.wfile.flush()


def _slow(handler: _Handler) -> None:
    handler.shop.closing.wait(20)


def _reset(handler: _Handler) -> None:
    handler.close_connection = True


def _other_order(handler: _Handler) -> None:
    handler.answer(200, {"data": next(iter(handler.shop.orders.values())) | {"number": "ZZ-99999"}})


def _redirect(handler: _Handler) -> None:
    handler.answer(302, {}, {"Location": f"http://localhost:{handler.shop.port}/orders/stolen"})


_MODES: Mapping[str, Callable[[_Handler], None]] = {
    "drip": _drip,
    "drip_headers": _drip_headers,
    "slow": _slow,
    "reset": _reset,
    "other_order": _other_order,
    "redirect": _redirect,
    "html": lambda handler: handler.raw(200, b"<html><h1>Maintenance</h1></html>", "text/html"),
    "list": lambda handler: handler.answer(200, {"data": [1, 2]}),
    "empty": lambda handler: handler.answer(200, {"data": None}),
    "bad_day": lambda handler: handler.answer(200, {"data": {"number": "AB-12345", "days": {"eta": "soon"}}}),
    "deep": lambda handler: handler.raw(200, b"[" * 200_000, "application/json"),
    "nan": lambda handler: handler.raw(200, b'{"data": {"number": NaN}}', "application/json"),
    "big": lambda handler: handler.raw(200, b" " * BIG_BYTES, "application/json"),
}
