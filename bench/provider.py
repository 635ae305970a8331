"""The provider's side of the bench: the demo's stand-in for Twilio behind a bare socket, and the shop of `rest`.

In the generator's process and on its clock, so that "message to reply" is one subtraction. What is accepted, listed and
refused is `demo.twilio_account`'s business, the same as in the demo and the tests.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable

from bench.contract import order_json
from demo.twilio_account import Reply, Request, TwilioAccount
from demo.twilio_messages import Message

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SHOP_TOKEN = "shop-token-of-the-bench"
Arrived = Callable[[Message, float], None]


class Provider:
    """Serves both on a free port of loopback; `arrived(message, at)` is told of each send that is accepted."""

    def __init__(self, account: TwilioAccount, arrived: Arrived) -> None:
        self.account = account
        self.arrived = arrived
        self.delay_seconds = 0.0
        self.shop_delay_seconds = 0.0
        self.overlapping = 0
        self.counts: Counter[str] = Counter()
        self.wires: set[asyncio.Transport] = set()
        self._on_the_wire: Counter[str] = Counter()
        self.port = 0

    async def start(self) -> None:
        """Listen."""
        server = await asyncio.get_running_loop().create_server(lambda: _Wire(self), "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._server = server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: Request, respond: Callable[[Reply], None]) -> None:
        """Answer now or, with a delay, later."""
        arrived_at = time.perf_counter()
        if request.path.startswith("/orders/"):
            self.counts["shop"] += 1
            self._later(self.shop_delay_seconds, respond, self._order(request))
            return
        self.counts["send" if request.method == "POST" else "list"] += 1
        reply = self.account.answer(request)
        if reply.accepted is None:
            respond(reply)
            return
        to = reply.accepted.to
        self.overlapping += self._on_the_wire[to] > 0
        self._on_the_wire[to] += 1
        self.arrived(reply.accepted, arrived_at)
        self._later(self.delay_seconds, self._finish, to, respond, reply)

    def _order(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {SHOP_TOKEN}":
            return Reply(401, b'{"error":"unauthorized"}')
        body = order_json(request.path.rpartition("/")[2])
        return Reply(404, b'{"error":"not found"}') if body is None else Reply(200, body)

    def _finish(self, to: str, respond: Callable[[Reply], None], reply: Reply) -> None:
        self._on_the_wire[to] -= 1
        if not self._on_the_wire[to]:
            del self._on_the_wire[to]
        respond(reply)

    def _later(self, seconds: float, function: Callable[..., None], *arguments: object) -> None:
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, function, *arguments)
        else:
            function(*arguments)

    def close(self) -> None:
        """Stop listening and cut every connection."""
        self._server.close()
        for wire in list(self.wires):
            wire.abort()


class _Wire(asyncio.Protocol):
    """HTTP/1.1 as far as a sender and a connector of ours speak it: bodies with a length, kept connections."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._provider.wires.add(self._transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._provider.wires.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._data, 0, end)
            size = int(length[1]) if length else 0
            if len(self._data) < end + 4 + size:
                return
            head, body = self._data[:end], self._data[end + 4:end + 4 + size]
            self._data = self._data[end + 4 + size:]
            self._provider.answer(_request(head, body), self._respond)

    def _respond(self, reply: Reply) -> None:
        if self._transport.is_closing():
            return
        head = f"HTTP/1.1 {reply.status} -\r\nContent-Type: {reply.content_type}\r\nContent-Length: {len(reply.body)}\r\n\r\n"
        self._transport.write(head.encode() + reply.body)


def _request(head: bytes, body: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    path, _, query = target.partition("?")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Request(method, path, query, headers, body, time.time())
