"""The bench's HTTP client: as little work as possible, so that the generator does not measure itself.

Requests are ready-made bytes; of an answer only its status is read. Connections are kept and used again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
REQUEST_SECONDS = 30.0


def post_bytes(path: str, netloc: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST request, ready to be written to a socket."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: {netloc}\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def get_bytes(path: str, netloc: str) -> bytes:
    """A GET request, ready to be written to a socket."""
    return f"GET {path} HTTP/1.1\r\nHost: {netloc}\r\nAccept: */*\r\n\r\n".encode()


class Connection(asyncio.Protocol):
    """One kept connection; one request at a time."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.is_alive = True
        self.used = 0
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:
        self.is_alive = False
        if self.answer and not self.answer.done():
            self.answer.set_exception(ConnectionResetError("The connection was closed before the answer."))

    def data_received(self, data: bytes) -> None:
        self._data += data
        head_end = self._data.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._data[:head_end]
        length = LENGTH.search(head)
        size = int(length[1]) if length else 0
        status = int(head[9:12])
        if length is None and status not in (204, 304):
            self.is_alive = False  # chunked, or until the end: the status is all we want of it
        body = self._data[head_end + 4:]
        if len(body) < size:
            return
        if b"connection: close" in head.lower():
            self.is_alive = False
        self._data = b""
        if self.answer and not self.answer.done():
            self.answer.set_result((status, body))


class Pool:
    """Connections to one address, opened as they are needed."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.opened = 0
        self._idle: list[Connection] = []

    async def warm(self, count: int) -> None:
        """Open `count` connections before the clock runs."""
        self._idle += await asyncio.gather(*(self._connect() for _ in range(count)))

    async def send(self, request: bytes, timeout_seconds: float = REQUEST_SECONDS) -> tuple[int, bytes]:
        """Write the request; its status and body. Raises OSError or TimeoutError."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_alive and not connection.transport.is_closing():
                break
        else:
            connection = await self._connect()
        try:
            return await self._ask(connection, request, timeout_seconds)
        except ConnectionResetError:
            if connection.used == 1:
                raise
        return await self._ask(await self._connect(), request, timeout_seconds)  # a kept connection had gone stale

    async def _ask(self, connection: Connection, request: bytes, timeout_seconds: float) -> tuple[int, bytes]:
        connection.answer = asyncio.get_running_loop().create_future()
        connection.used += 1
        connection.transport.write(request)
        try:
            answer = await asyncio.wait_for(connection.answer, timeout_seconds)
        except TimeoutError:
            connection.transport.abort()
            raise
        if connection.is_alive:
            self._idle.append(connection)
        else:
            connection.transport.close()
        return answer

    async def _connect(self) -> Connection:
        self.opened += 1
        _, connection = await asyncio.get_running_loop().create_connection(Connection, self.host, self.port)
        return connection

    def close(self) -> None:
        """Cut every idle connection."""
        for connection in self._idle:
            connection.transport.abort()
        self._idle.clear()
