"""The only HTTP client towards addresses that we do not own: media, shops, anything a setting or a stranger names.

What it promises, whatever the URL says: the address of the connected socket is a public one, or its host and port
stand on the caller's own allow-list; redirects are few and each is checked again; credentials stay with the host
they were given for; size and total time are bounded; nothing but http and https; no proxy of the environment.

FetchError                 base: `permanent` says never, otherwise again
  AddressRefused           the URL, or the address it leads to, is not one we may reach
  TooManyRedirects         more than `Limits.redirects`, or one that leads nowhere
  TooBig                   the body is longer than `Limits.size_bytes`
  Unreachable              no name, no connection, or it broke; `written` says whether the request had gone out
    TooSlow                the same because `Limits.total_seconds` were over
"""

from __future__ import annotations

import base64
import http.client
import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

from urllib3 import connection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

# Others (22, 25, 6379 …) are no web servers; an allow-list may name any.
PORTS = frozenset({80, 443, 8080, 8443})
IDLE_CONNECTIONS_PER_HOST = 4

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REPEATABLE = frozenset({"GET", "HEAD"})
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_CHUNK_BYTES = 64 * 1024


class FetchError(Exception):
    """The answer could not be had. The message names host and port at most, never path, body or credentials."""

    def __init__(self, detail: str, *, permanent: bool = False) -> None:
        super().__init__(detail)
        self.permanent = permanent


class AddressRefused(FetchError):
    """A URL that we do not follow, or an address inside."""


class TooManyRedirects(FetchError):
    """A chain of redirects without an end in sight."""


class TooBig(FetchError):
    """The body is longer than allowed."""


class Unreachable(FetchError):
    """No answer. `written`: the request may have arrived; what is not repeatable must not be sent again blindly."""

    def __init__(self, detail: str, *, written: bool = False) -> None:
        super().__init__(detail)
        self.written = written


class TooSlow(Unreachable):
    """No whole answer in time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch, redirects included (reliability G19)."""

    size_bytes: int = 16 * 1024 * 1024
    total_seconds: float = 30.0
    connect_seconds: float = 5.0
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. `credentials` are headers for the host of `url` alone."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; names of headers are in small letters. `url` is the last one asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def basic(user: str, password: str) -> dict[str, str]:
    """The credentials header of HTTP basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Client:
    """Fetches within `limits`; hosts as "host:port" in `allowed` may also be private. Safe to share by threads."""

    def __init__(self, allowed: frozenset[str] = frozenset(), limits: Limits = Limits()) -> None:
        self._allowed = frozenset(one.lower() for one in allowed)
        self._limits = limits
        self._idle: dict[str, list[_Line]] = {}
        self._lock = threading.Lock()

    def fetch(self, request: Request, within_seconds: float = float("inf")) -> Answer:
        """The answer to `request`; redirects of GET and HEAD are followed. Raises FetchError.

        `within_seconds` may shorten the client's own time, for a caller that has used up some of it.
        """
        deadline = time.monotonic() + min(self._limits.total_seconds, within_seconds)
        for _ in range(self._limits.redirects + 1):
            answer = self._ask(request, deadline)
            if answer.status not in _REDIRECTS or request.method not in _REPEATABLE:
                return answer
            request = _redirected(request, answer)
        raise TooManyRedirects(f"{_shown(_checked_url(request.url))} redirects again and again.", permanent=True)

    def close(self) -> None:
        """Closes the connections that wait for the next fetch."""
        with self._lock:
            lines = [line for waiting in self._idle.values() for line in waiting]
            self._idle.clear()
        for line in lines:
            line.close()

    def _ask(self, request: Request, deadline: float) -> Answer:
        url = _checked_url(request.url)
        line = self._waiting_line(url) if request.method in _REPEATABLE else None
        if line is not None:
            try:
                return self._over(line, url, request, deadline)
            except TooSlow:
                raise
            except Unreachable:
                pass  # the other side had hung up a line that waited; a fresh one tells the truth
        return self._over(self._new_line(url, deadline), url, request, deadline)

    def _over(self, line: _Line, url: Url, request: Request, deadline: float) -> Answer:
        line.deadline = deadline
        done = False
        try:
            answer = _exchanged(line, url, request, self._limits.size_bytes)
            done = True
            return answer
        except TimeoutError as error:
            raise TooSlow(f"{_shown(url)} did not answer in time.", written=line.written) from error
        except (OSError, HTTPError, http.client.HTTPException) as error:
            detail = f"{_shown(url)} could not be read: {type(error).__name__}."
            late = time.monotonic() >= deadline
            raise (TooSlow if late else Unreachable)(detail, written=line.written) from error
        finally:
            self._keep(url, line) if done and line.is_connected else line.close()

    def _waiting_line(self, url: Url) -> _Line | None:
        with self._lock:
            waiting = self._idle.get(_origin(url))
            while waiting:
                line = waiting.pop()
                if line.is_connected:
                    return line
                line.close()
        return None

    def _keep(self, url: Url, line: _Line) -> None:
        with self._lock:
            waiting = self._idle.setdefault(_origin(url), [])
            if len(waiting) < IDLE_CONNECTIONS_PER_HOST:
                waiting.append(line)
                return
        line.close()

    def _new_line(self, url: Url, deadline: float) -> _Line:
        place = (url.host or "").strip("[]"), url.port or _DEFAULT_PORTS[url.scheme or ""]
        connected = _connected(place, self._is_allowed(place), deadline, self._limits.connect_seconds)
        if url.scheme == "https":
            return _TlsLine(place[0], place[1], connected)
        return _Line(place[0], place[1], connected)

    def _is_allowed(self, place: tuple[str, int]) -> bool:
        return f"{place[0]}:{place[1]}".lower() in self._allowed


def is_public(address: str) -> bool:
    """Whether this IP address is of the public internet, after unwrapping what carries another one inside."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _unwrapped(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local or ip in _LOCAL_NAT64:  # Python 3.11.2 knows neither as private
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _unwrapped(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _checked_url(text: str) -> Url:
    try:
        url = parse_url(text.strip())
    except (LocationParseError, ValueError):
        raise AddressRefused("This is not a URL that can be read.", permanent=True) from None
    if url.scheme not in _DEFAULT_PORTS:
        raise AddressRefused(f"Only http and https are fetched, not “{url.scheme}”.", permanent=True)
    if not url.host or url.auth:
        raise AddressRefused("A URL must name a host and carry no user or password.", permanent=True)
    return url


def _origin(url: Url) -> str:
    return f"{url.scheme}://{_shown(url)}"


def _shown(url: Url) -> str:
    return f"{url.host}:{url.port or _DEFAULT_PORTS[url.scheme or '']}"


def _redirected(request: Request, answer: Answer) -> Request:
    here = _checked_url(request.url)
    target = answer.headers.get("location", "")
    if not target:
        raise TooManyRedirects(f"{_shown(here)} redirects without saying where to.", permanent=True)
    there = urljoin(request.url, target)
    if _origin(_checked_url(there)) == _origin(here):
        return replace(request, url=there)
    harmless = {name: value for name, value in request.headers.items() if name.lower() not in _SECRET_HEADERS}
    return replace(request, url=there, headers=harmless, credentials={})


def _exchanged(line: _Line, url: Url, request: Request, size_bytes: int) -> Answer:
    headers = {"User-Agent": "Relevo", "Accept": "*/*"} | dict(request.headers) | dict(request.credentials)
    line.ask(request.method, url.request_uri, request.body, headers)
    response = line.getresponse()
    try:
        body = _body(response, url, size_bytes)
    finally:
        response.release_conn()
    named = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, MappingProxyType(named), body, request.url)


def _body(response: BaseHTTPResponse, url: Url, size_bytes: int) -> bytes:
    told = response.headers.get("content-length", "")
    chunks, length = [], int(told) if told.isdigit() else 0
    if length <= size_bytes:
        length = 0
        while chunk := response.read(_CHUNK_BYTES):
            chunks.append(chunk)
            length += len(chunk)
            if length > size_bytes:
                break
    if length > size_bytes:
        raise TooBig(f"{_shown(url)} answered with more than {size_bytes} bytes.", permanent=True)
    return b"".join(chunks)


def _connected(place: tuple[str, int], allowed: bool, deadline: float, connect_seconds: float) -> socket.socket:
    """A socket to `place` whose own far end was checked: a name may lead elsewhere than a moment ago."""
    host, port = place
    if not allowed and port not in PORTS:
        raise AddressRefused(f"Port {port} of {host} is not one that is fetched from.", permanent=True)
    failure: OSError | None = None
    for family, kind, protocol, _, address in _resolved(host, port, deadline):
        if not allowed and not is_public(address[0]):
            raise AddressRefused(f"{host}:{port} leads to an address that is not public.", permanent=True)
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(_remaining(deadline, connect_seconds))
            line.connect(address)
            if not allowed and not is_public(line.getpeername()[0]):
                raise AddressRefused(f"{host}:{port} leads to an address that is not public.", permanent=True)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return line
        except OSError as error:
            line.close()
            failure = error
        except AddressRefused:
            line.close()
            raise
    detail = f"{host}:{port} cannot be connected to: {type(failure).__name__}."
    raise (TooSlow if isinstance(failure, TimeoutError) else Unreachable)(detail)


def _resolved(host: str, port: int, deadline: float) -> list[Any]:
    """The addresses of `host`; the system's resolver knows no time limit, so it is asked in a thread."""
    found: Future[list[Any]] = Future()

    def ask() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    try:
        if _is_literal(host):
            ask()
        else:
            threading.Thread(target=ask, name="resolve", daemon=True).start()
        return found.result(_remaining(deadline))
    except TimeoutError:
        raise TooSlow(f"The name {host} could not be looked up in time.") from None
    except (OSError, UnicodeError):
        raise Unreachable(f"There is no host {host}.") from None


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _remaining(deadline: float, at_most: float = float("inf")) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time of this fetch is over")
    return min(left, at_most)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _TimedReads(io.RawIOBase):
    """Reads of a socket of which each gets only the time that is left: one byte a second does not outwit it."""

    def __init__(self, raw: io.RawIOBase, line: _Line) -> None:
        self._raw = raw
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._line.allow_remaining()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Line(connection.HTTPConnection):
    """One HTTP connection over a socket that is connected and checked already. Source: urllib3 2, `connection.py`."""

    def __init__(self, host: str, port: int, connected: socket.socket) -> None:
        super().__init__(host, port)
        self._connected = connected
        self.deadline = 0.0
        self.written = False

    def _new_conn(self) -> socket.socket:
        return self._connected

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> None:
        self.written = False
        if self.sock is None:
            self._connected.settimeout(_remaining(self.deadline))
            self.connect()
        self.allow_remaining()
        self.written = True
        self.request(method, path, body=body, headers=headers, preload_content=False)

    def allow_remaining(self) -> None:
        # Once the server has said "Connection: close" the connection gives its socket away to the response.
        (self.sock or self._stream).settimeout(_remaining(self.deadline))

    def response_class(  # type: ignore[override]
        self, sock: socket.socket, *args: Any, **named: Any
    ) -> http.client.HTTPResponse:
        self._stream = sock
        return http.client.HTTPResponse(self, *args, **named)  # type: ignore[arg-type]

    def makefile(self, mode: str) -> io.BufferedReader:
        """What the response reads from; it asks its "socket" for this and for nothing else."""
        return io.BufferedReader(_TimedReads(self._stream.makefile("rb", buffering=0), self))


class _TlsLine(_Line, connection.HTTPSConnection):
    """The same with TLS: the certificate is checked against the host's name."""

    def __init__(self, host: str, port: int, connected: socket.socket) -> None:
        connection.HTTPSConnection.__init__(self, host, port, ssl_context=_tls())
        self._connected = connected
        self.deadline = 0.0
        self.written = False
