"""A whole Relevo, started as a newcomer starts it: by ./run, on a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from demo.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40.0
OURS = ("MODE", "HOST", "PORT", "DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL", "SECRET_KEY", "FLOWS_DIR", "LOG_LEVEL", "LANG",
        "LC_ALL", "RELEVO_PROCESS")


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """This environment without settings of ours that happen to be in it."""
    bare = {name: value for name, value in os.environ.items()
            if name not in OURS and not name.startswith(("TWILIO_", "META_", "FAULT", "PYTEST_"))}
    return {**bare, "DATA_DIR": str(data_dir), "LANG": "en_GB.UTF-8", **settings}


def run(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`./run …` to its end."""
    return subprocess.run([ROOT / "run", *arguments], env=environment(data_dir, **settings), capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, check=False)


@dataclass
class Relevo:
    """`./run`, running."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    said: list[str] = field(default_factory=list)
    complained: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        given = environment(self.data_dir, **{"PORT": str(self.port), **self.settings})
        self.process = subprocess.Popen([ROOT / "run"], env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        start_new_session=True)
        self.readers = [threading.Thread(target=_collect, args=(self.process.stdout, self.said)),
                        threading.Thread(target=_collect, args=(self.process.stderr, self.complained))]
        for reader in self.readers:
            reader.start()
        try:
            self.until(lambda: self.said or self.process.poll() is not None)
            assert self.process.poll() is None, self.complained
        except BaseException:  # a house that did not open in time opens later, and nobody would ever close it
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.stop()
        for reader in self.readers:
            reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def stop(self, number: int = signal.SIGINT) -> int:
        """As Ctrl-C does; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def pids(self) -> dict[str, int]:
        """The processes that it keeps, by name."""
        written = {path.stem: path.read_text(encoding="ascii") for path in (self.data_dir / "run").glob("*.pid")}
        return {name: int(text) for name, text in written.items() if text.strip() and name != "supervisor"}

    def health(self) -> dict[str, Any]:
        """What /healthz says; empty while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError):
            return {}

    def until(self, true: Any) -> None:
        """Wait for what other processes do."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true():
            assert time.monotonic() < deadline, self.complained
            threading.Event().wait(0.02)


def is_alive(process: tuple[int, str]) -> bool:
    """Whether the process runs; one that only waits to be buried does not, nor another that got its number since."""
    pid, started = process
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] != "Z" and fields[19] == started


def descendants(pid: int) -> set[tuple[int, str]]:
    """Every process below this one, with the time of its start."""
    below: set[tuple[int, str]] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            below |= {(int(path.parent.name), fields[19])} | descendants(int(path.parent.name))
    return below


def _collect(stream: Any, lines: list[str]) -> None:
    for line in iter(stream.readline, ""):
        lines.append(line.rstrip("\n"))
