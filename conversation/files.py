"""The folder in which files of contacts and agents are kept: generated names, whole or not at all.

A name is made from the public id of its row, so a worker that is killed between the file and the row leaves nothing
that the next one would not write over. A file is written beside its place, made durable and then put there. Nothing a
stranger chose ever becomes part of a path.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_NAME = re.compile(r"(?:att|upl)_[a-z2-7]{16}(?:-thumb)?")
_UNFINISHED = ".part"
UNFINISHED_SECONDS = 3600.0


def name_of(row_id: str, is_thumbnail: bool = False) -> str:
    """The name under which the file of this attachment or upload is kept."""
    return f"{row_id}-thumb" if is_thumbnail else row_id


@dataclass(frozen=True, slots=True)
class Folder:
    """The media folder. Files lie two folders deep, so that none of them gets too long to list."""

    root: Path

    def write(self, name: str, content: bytes) -> None:
        """Keep these bytes under `name`; readers see the old file or the whole new one. Raises OSError."""
        target = self.place(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(f"{name}.{secrets.token_hex(4)}{_UNFINISHED}")
        try:
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _make_durable(target.parent)

    def path(self, name: str) -> Path | None:
        """Where the file of this name lies; None where there is none."""
        place = self.place(name) if _NAME.fullmatch(name) else None
        return place if place is not None and place.is_file() else None

    def read(self, name: str) -> bytes | None:
        """The bytes kept under `name`; None where there are none."""
        path = self.path(name)
        try:
            return path.read_bytes() if path else None
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """The file of this name is gone afterwards, whether or not it was there."""
        if _NAME.fullmatch(name):
            self.place(name).unlink(missing_ok=True)

    def names(self, older_than_seconds: float) -> Iterator[str]:
        """The names of all files that were written longer ago than this; what was given up half-way is removed."""
        now = time.time()
        for path in self.root.glob("*/*/*"):
            try:
                age = now - path.stat().st_mtime
            except FileNotFoundError:
                continue
            if path.name.endswith(_UNFINISHED) and age > UNFINISHED_SECONDS:
                path.unlink(missing_ok=True)
            elif age > older_than_seconds and _NAME.fullmatch(path.name):
                yield path.name

    def place(self, name: str) -> Path:
        """Where the file of this name lies or would lie. Raises ValueError for what is no name of ours."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"“{name[:40]}” is no name of a file of ours.")
        return self.root / name[4:6] / name[6:8] / name


def is_full(error: OSError) -> bool:
    """Whether there is no room for a file, which is the operator's trouble and not the file's."""
    return error.errno in FULL


def _make_durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
