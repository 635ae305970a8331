"""Backup of the one machine: database, flows and files in one file, with a manifest that proves it whole.

A backup is a .tar.gz of `database.sqlite` (or `database.pgdump`), `flows/…`, `media/…` (files of messages) and
`manifest.json`, which holds the SHA-256 of every other member. The database is copied first: a file that comes while the
others are packed is one that no row of the copy names, and one that goes is one that was kept long enough. SQLite is copied with its own backup interface: consistent while everything runs, and it waits
for nobody. PostgreSQL is copied by `pg_dump` in one snapshot. Redis holds nothing that a backup would need.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from conversation.files import Folder
from operations.errors import BackupFailed

FORMAT = 1
KEPT_BEFORE_MIGRATION = 5
DATABASE_MEMBERS = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}


@dataclass(frozen=True)
class Place:
    """What is backed up and where to: the settings that matter here."""

    database_url: str
    data_dir: Path
    flows_dir: Path
    media_dir: Path | None = None

    @property
    def kind(self) -> str:
        return make_url(self.database_url).get_backend_name()

    @property
    def database_file(self) -> Path:
        return Path(make_url(self.database_url).database or "")


def make(place: Place, target: Path | None, now: datetime, *, with_media: bool = True) -> Path:
    """Write a backup and return where it is. Raises BackupFailed; a half-written file is never left behind."""
    target = target or free_name(place.data_dir / "backups", "relevo", now)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copied = Path(folder) / DATABASE_MEMBERS[place.kind]
        _copy_database(place, copied)
        packed = Path(folder) / "packed"
        _pack(_members(place, copied, with_media), packed, {"database": place.kind, "made_at": now.isoformat()})
        os.replace(packed, target)
    target.chmod(0o600)
    return target


def before_migration(place: Place, now: datetime) -> Path:
    """The backup that is taken by itself; the last few of these are kept.

    Without the files of messages: a migration touches none of them, and a start must not wait for gigabytes.
    """
    folder = place.data_dir / "backups"
    made = make(place, free_name(folder, "before-migration", now), now, with_media=False)
    for old in sorted(folder.glob("before-migration-*.tar.gz"))[:-KEPT_BEFORE_MIGRATION]:
        old.unlink()
    return made


def free_name(folder: Path, kind: str, now: datetime) -> Path:
    """A dated name that no backup has yet: one that is made must never replace another."""
    stem = f"{kind}-{now:%Y%m%d-%H%M%S}"
    names = (f"{stem}{f'-{n}' if n else ''}.tar.gz" for n in itertools.count())
    return next(folder / name for name in names if not (folder / name).exists())


def _copy_database(place: Place, target: Path) -> None:
    if place.kind == "sqlite":
        _copy_sqlite(place.database_file, target)
    else:
        run_postgresql("pg_dump", place.database_url, "--format=custom", "--no-owner", "--file", str(target))


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BackupFailed(f"There is no database at {source} yet; start Relevo once, or set DATA_DIR.")
    reader, writer = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        with writer:
            reader.backup(writer)
        writer.execute("PRAGMA journal_mode=DELETE")
        verdict = writer.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupFailed(f"The database {source} could not be copied ({error}).") from error
    finally:
        reader.close()
        writer.close()
    if verdict != "ok":
        raise BackupFailed(f"The database {source} is damaged ({verdict}); restore the last good backup.")


def run_postgresql(program: str, url: str, *options: str) -> None:
    """PostgreSQL's own programs; the password goes by environment, not on a command line that anyone can list."""
    found = shutil.which(program)
    if not found:
        raise BackupFailed(f"{program} is not on this machine: apt-get install postgresql-client")
    parsed = make_url(url)
    environment = {**os.environ, "PGPASSWORD": str(parsed.password or "")}
    bare = parsed.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run([found, "--dbname", bare, *options], env=environment, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise BackupFailed(f"{program} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")


def _members(place: Place, database: Path, with_media: bool) -> dict[str, Path]:
    members = {database.name: database}
    for path in sorted(place.flows_dir.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            members[f"flows/{path.relative_to(place.flows_dir)}"] = path
    if with_media and place.media_dir is not None:
        folder = Folder(place.media_dir)
        for name in folder.names(older_than_seconds=-1):
            members[f"media/{name}"] = folder.place(name)
    return members


def _pack(members: dict[str, Path], target: Path, facts: dict[str, str]) -> None:
    sums: dict[str, str] = {}
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        for name, path in members.items():
            if digest := _add(archive, name, path):
                sums[name] = digest
        packed = json.dumps({"format": FORMAT, **facts, "sha256": sums}, indent=1).encode("utf-8")
        entry = tarfile.TarInfo("manifest.json")
        entry.size, entry.mtime = len(packed), int(datetime.fromisoformat(facts["made_at"]).timestamp())
        archive.addfile(entry, io.BytesIO(packed))


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Put one file into the archive; returns its SHA-256, '' for a file of a message that went in the meantime."""
    if name.startswith("media/") and not path.is_file():
        return ""
    with path.open("rb") as file:
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), file)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
