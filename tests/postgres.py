"""A PostgreSQL server for the tests: started once, only reachable over a socket in a folder of its own.

It needs the server's programs, from PATH or from Debian's /usr/lib/postgresql/*/bin. As root it runs as `nobody`,
because PostgreSQL refuses root. Nothing is kept, so nothing is synced to the disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

MISSING = "No PostgreSQL server on this machine: install it with `apt-get install postgresql`."
START_SECONDS = 60
EMPTY = """
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    PERFORM pg_terminate_backend(pid, 1000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$"""
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses= -c max_connections=200"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server and the folder of its data and socket."""

    programs: Path
    folder: Path
    _emptying: dict[str, psycopg.Connection] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return URL.create("postgresql+psycopg", username="relevo", database=database,
                          query={"host": str(self.folder)}).render_as_string(hide_password=False)

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, copied from `template`; returns its URL."""
        self._administer(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def empty(self, database: str) -> None:
        """Delete every row of a database, and whoever is still connected to it. Much faster than a new one."""
        try:
            self._emptying_of(database).execute("SELECT pg_temp.empty()")
        except psycopg.OperationalError:  # a test that ends everybody's connections ends this one too
            self._emptying.pop(database).close()
            self._emptying_of(database).execute("SELECT pg_temp.empty()")

    def drop(self, database: str) -> None:
        """Away with a database, whoever is still connected to it."""
        self._administer(f'DROP DATABASE "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server and remove its folder."""
        for connection in self._emptying.values():
            connection.close()
        _run(self.programs, "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _emptying_of(self, database: str) -> psycopg.Connection:
        """One connection for all tests: a new one costs more than what it is for."""
        if database not in self._emptying:
            kept = psycopg.connect(host=str(self.folder), user="relevo", dbname=database, autocommit=True)
            kept.execute(EMPTY)
            self._emptying[database] = kept
        return self._emptying[database]

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest version first; None where there is no server."""
    on_path = shutil.which("pg_ctl")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    candidates = [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def start(folder_of_programs: Path) -> PostgresServer:
    """A fresh server. Its folder is short, because the path of a socket may have 107 characters at most."""
    folder = Path(tempfile.mkdtemp(prefix="relevo-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    data = folder / "data"
    _run(folder_of_programs, "initdb", "-D", data, "-U", "relevo", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
    _run(folder_of_programs, "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", str(START_SECONDS),
         "-o", f"{OPTIONS} -k {folder}", "start")
    return PostgresServer(folder_of_programs, folder)


def _run(folder: Path, program: str, *arguments: object) -> None:
    command: Sequence[str] = [str(folder / program), *map(str, arguments)]
    options: dict[str, object] = {"user": "nobody"} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/tmp", timeout=START_SECONDS * 2, **options)
