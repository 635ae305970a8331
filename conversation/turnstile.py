"""Which process writes next on SQLite: whoever asked first.

SQLite lets a process that finds the database locked sleep up to a tenth of a second before it looks again. Where several
write all the time, as with thousands of news, those that sleep find it locked each time, for seconds. Here they wait at a
lock of the system, which wakes the first of them as soon as it is free, and frees what a dead process held. It is a
courtesy alone: whoever does not keep it still waits at SQLite's own lock.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

IDLE_SECONDS = 30.0

class Turnstile:
    """The end of one process at the file `path`; one thread of a process at a time goes through."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._changed = threading.Condition()
        self._asked = threading.Semaphore(0)
        self._usher: threading.Thread | None = None
        self._is_asking = self._is_wanted = self._has_come = False

    def enter(self, seconds: float) -> bool:
        """Go through as soon as nobody else is; False where it did not come to that in so many seconds."""
        with self._changed:
            if self._file < 0 and not self._open():
                return True
            if not self._is_asking and self._is_free():
                return True
            self._is_wanted = True
            self._ask()
            came = self._changed.wait_for(lambda: self._has_come, seconds)
            self._is_wanted = self._has_come = False
            return came

    def leave(self) -> None:
        """Let the next one through."""
        if self._file >= 0:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Nobody of this process goes through for now."""
        with self._changed:
            if self._file >= 0 and not self._is_asking:
                os.close(self._file)
                self._file = -1

    def _open(self) -> bool:
        try:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CREAT, 0o644)
        except OSError:  # another user's folder: SQLite's own lock has to do
            return False
        return True

    def _is_free(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system that knows no such locks
            return True
        return True

    def _ask(self) -> None:
        """A thread of its own waits at the lock: no wait there has an end, and ours must have one."""
        if self._is_asking:
            return
        if self._usher is None:
            self._usher = threading.Thread(target=self._ush, name="turnstile", daemon=True)
            self._usher.start()
        self._is_asking = True
        self._asked.release()

    def _ush(self) -> None:
        while self._is_needed():
            fcntl.flock(self._file, fcntl.LOCK_EX)
            with self._changed:
                self._is_asking = False
                if self._is_wanted:
                    self._has_come = True
                    self._changed.notify()
                else:  # who asked has given up
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _is_needed(self) -> bool:
        """Wait to be asked; False where nobody did for long, and the thread may end."""
        if self._asked.acquire(timeout=IDLE_SECONDS):
            return True
        with self._changed:
            if self._asked.acquire(blocking=False):
                return True
            self._usher = None
            return False
