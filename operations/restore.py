"""Restore: puts a backup in place of what is there, after proving it whole. `operations/backup.py` says what it holds."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from conversation.files import Folder
from operations import backup
from operations.backup import DATABASE_MEMBERS, FORMAT, Place
from operations.errors import RestoreRefused


def verify(source: Path) -> dict[str, Any]:
    """The manifest, once every member has been found to be what it says. Raises RestoreRefused."""
    try:
        _read_whole(source)
        with tarfile.open(source, "r:gz") as archive:
            sums = {name: _digest(archive, name) for name in archive.getnames()}
            manifest = json.load(_open(archive, "manifest.json"))
    except (OSError, tarfile.TarError, KeyError, ValueError, EOFError, zlib.error) as error:
        raise RestoreRefused(f"{source} is not a whole backup of Relevo ({error}); take another.") from error
    sums.pop("manifest.json")
    if manifest.get("format") != FORMAT or manifest.get("sha256") != sums:
        raise RestoreRefused(f"{source} is damaged: its members are not what its manifest says; take another.")
    return dict(manifest)


def restore(place: Place, source: Path, now: datetime, force: bool = False) -> dict[str, Any]:
    """Put the backup `source` in place; returns its manifest. Raises RestoreRefused, and then changed nothing.

    Refuses while Relevo runs, and when the database already holds something, unless `force`: what is there is then
    backed up first. Flows go to FLOWS_DIR when it is empty, else to `flows-restored/` in the data folder: yours stay.
    """
    manifest = verify(source)
    if manifest["database"] != place.kind:
        raise RestoreRefused(f"{source} holds a {manifest['database']} database and DATABASE_URL names a {place.kind} "
                             "one: restore it into one of its own kind.")
    with _nobody_running(place.data_dir):
        if _holds_something(place):
            if not force:
                raise RestoreRefused("The database already holds something. Restore into an empty DATA_DIR, or add "
                                     "--force: what is there is then backed up first.")
            backup.make(place, backup.free_name(place.data_dir / "backups", "before-restore", now), now)
        with tempfile.TemporaryDirectory(dir=place.data_dir, prefix=".restore-") as folder:
            with tarfile.open(source, "r:gz") as archive:
                unpack(archive, Path(folder))
            _put_database(place, Path(folder) / DATABASE_MEMBERS[place.kind])
            _put_flows(place, Path(folder) / "flows")
            _put_media(place, Path(folder) / "media")
    return manifest


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the archive's files below `folder`, and nothing else: no links, no devices, no way out of it.

    Debian 12's Python (3.11.2) has not yet the `filter` of `extractall` that does the same. Raises RestoreRefused.
    """
    for member in archive.getmembers():
        target = (folder / member.name).resolve()
        if member.isdir():
            continue
        if not member.isfile() or not target.is_relative_to(folder.resolve()):
            raise RestoreRefused(f"The backup holds “{member.name}”, which no backup of Relevo has; take another.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with _open(archive, member.name) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file)


@contextmanager
def _nobody_running(data_dir: Path) -> Iterator[None]:
    """Hold the lock that ./run holds while it runs."""
    (data_dir / "run").mkdir(parents=True, exist_ok=True)
    with open(data_dir / "run" / "supervisor.pid", "a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RestoreRefused("Relevo runs on this data folder: stop it first (Ctrl-C at ./run).") from None
        yield


def _holds_something(place: Place) -> bool:
    if place.kind == "sqlite" and not place.database_file.is_file():
        return False
    engine = create_engine(place.database_url)
    try:
        with engine.connect() as connection:
            _refuse_when_used(connection)
            return bool(inspect(connection).get_table_names())
    except SQLAlchemyError as error:
        if place.kind == "sqlite":
            return True  # a file that cannot be read may still be somebody's only copy
        raise RestoreRefused(f"The database cannot be reached ({str(error).splitlines()[0]}).") from error
    finally:
        engine.dispose()


def _refuse_when_used(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    others = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    if connection.execute(others).scalar():
        raise RestoreRefused("Others are connected to this PostgreSQL database: stop every process of Relevo first.")


def _put_database(place: Place, copied: Path) -> None:
    if place.kind == "postgresql":
        backup.run_postgresql("pg_restore", place.database_url, "--clean", "--if-exists", "--no-owner",
                              "--single-transaction", str(copied))
        return
    place.database_file.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):  # they belong to the database that goes
        Path(f"{place.database_file}{suffix}").unlink(missing_ok=True)
    os.replace(copied, place.database_file)


def _put_flows(place: Place, restored: Path) -> None:
    if not restored.is_dir():
        return
    target = place.flows_dir
    if target.is_dir() and any(target.iterdir()):
        target = place.data_dir / "flows-restored"
        shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(restored, target, dirs_exist_ok=True)


def _put_media(place: Place, restored: Path) -> None:
    """Files of messages have names that no other file ever gets: what is there already stays."""
    if place.media_dir is None or not restored.is_dir():
        return
    folder = Folder(place.media_dir)
    for path in restored.iterdir():
        folder.write(path.name, path.read_bytes())


def _read_whole(source: Path) -> None:
    """To the end: only there gzip says whether all of it was as it was written."""
    with gzip.open(source) as packed:
        while packed.read(1024 * 1024):
            pass


def _digest(archive: tarfile.TarFile, name: str) -> str:
    found = hashlib.sha256()
    with _open(archive, name) as member:
        while block := member.read(1024 * 1024):
            found.update(block)
    return found.hexdigest()


def _open(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(f"{name} is not a file")
    return member
