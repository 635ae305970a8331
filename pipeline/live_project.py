"""What the live flows say of the shop (`_project.yaml`), for processes that run no turns: the worker.

Nothing of the flows is compiled here: of the newest published set one file is read, and again when there is a newer one.
While nothing was published the folder's own file counts.
"""

from __future__ import annotations

import threading
from pathlib import Path

import structlog

from bot.flow import tree
from bot.flow.findings import ERROR, Reporter
from bot.flow.project import Project, read_project
from conversation.work import Database
from pipeline import flow_sets

FILE = "_project.yaml"

logger = structlog.get_logger(__name__)


class LiveProject:
    """Safe to share by threads. What cannot be read leaves what was known before, and is logged with its place."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._path = folder / FILE
        self._lock = threading.Lock()
        self._seen: int | str | None = None
        self._project = Project()

    def __call__(self) -> Project:
        with self._lock:
            with self._database.reading() as session:
                serial = flow_sets.newest_serial(session)
                if serial and serial != self._seen:
                    found = flow_sets.newest(session)
                    self._take(serial, found.files.get(FILE, "") if found else "")
            if not serial:
                self._read_folder()
            return self._project

    def _read_folder(self) -> None:
        try:
            source = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            source = ""  # a shop without one has the usual values
        except (OSError, UnicodeDecodeError) as error:
            logger.error("the project of the flows cannot be read", file=FILE, error=type(error).__name__)
            return
        if source != self._seen:
            self._take(source, source)

    def _take(self, seen: int | str, source: str) -> None:
        report = Reporter(FILE, source)
        project = read_project(tree.read(source, report), report)
        self._seen = seen
        if report.is_whole and not any(one.level == ERROR for one in report.findings):
            self._project = project
            return
        places = [one.place for one in report.findings[:3]]
        logger.error("the project of the flows cannot be read; what it said before stays", places=places)
