"""PostgreSQL for the bench: a database of its own on the server that is given, or a server of its own.

A server of its own runs with the settings of its distribution (fsync on, synchronous_commit on): the figure is one of
a database that keeps what it says it keeps.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.processes import parent
from bench.product import ProductFailed
from demo.ports import free_port

DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class BenchDatabase:
    """An empty database; `server_pid` is the server's first process if it runs on this machine, else 0."""

    url: str
    server_pid: int


@contextmanager
def database(url: str, folder: Path) -> Iterator[BenchDatabase]:
    """A fresh database, dropped at the end. `url` is a server's, or the word “postgresql” for a server of its own."""
    if "://" in url:
        with _fresh(url) as fresh:
            yield fresh
        return
    with _server(folder) as own, _fresh(own) as fresh:
        yield fresh


@contextmanager
def _fresh(url: str) -> Iterator[BenchDatabase]:
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    name = f"relevo_bench_{secrets.token_hex(4)}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        server = parent(row[0]) if row and _is_here(plain) else 0
        try:
            yield BenchDatabase(urlunsplit(urlsplit(plain)._replace(path=f"/{name}")), server)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _is_here(url: str) -> bool:
    return (urlsplit(url).hostname or "localhost") in ("localhost", "127.0.0.1", "::1")


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    data, port, user = folder / "postgres", free_port(), _runner()
    data.mkdir()
    if user is not None:
        os.chown(data, user.pw_uid, user.pw_gid)
        folder.chmod(0o755)  # the server's user must reach its own folder below
    identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([_program("initdb"), "-D", data, "-U", "postgres", "-A", "trust"], check=True, **identity, **quiet)  # type: ignore[call-overload]
    command = [_program("pg_ctl"), "-D", data, "-w", "-o", f"-p {port} -h 127.0.0.1 -k {data}", "-l", data / "log"]
    subprocess.run([*command, "start"], check=True, **identity, **quiet)  # type: ignore[call-overload]
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*command[:3], "-m", "immediate", "stop"], check=False, **identity, **quiet)  # type: ignore[call-overload]


def _runner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def _program(name: str) -> str:
    found = shutil.which(name) or next((str(path) for path in sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        raise ProductFailed(f"PostgreSQL's {name} is not on this machine: apt-get install postgresql, or give a server's URL.")
    return found
