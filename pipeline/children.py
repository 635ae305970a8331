"""One process that the supervisor keeps alive: how it is started, how it ends, when it is started again.

Standard library only. A child leads a process group of its own, so that Ctrl-C reaches it through the supervisor alone
and in order, and so that what it started itself goes with it. When the supervisor is killed the kernel ends the child.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 5.0
STEADY_SECONDS = 10.0  # having lived so long, the next death is a first one again
PR_SET_PDEATHSIG = 1

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class Recipe:
    """What to run. `stop_seconds` is how long it may take to end by itself; `on_demand` ones may end when they like.

    `is_late` ones are started once the others are up: starting is work for the processor, and some are waited for.
    """

    name: str
    command: list[str]
    stop_seconds: float
    on_demand: bool = False
    is_late: bool = False
    before: Callable[[], None] | None = None


@dataclass
class Child:
    """A recipe and the process that now runs it, if any."""

    recipe: Recipe
    environment: Mapping[str, str]
    pid_folder: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_at: float | None = None

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def is_running(self) -> bool:
        return self.process is not None

    @property
    def _pid_file(self) -> Path:
        return self.pid_folder / f"{self.name}.pid"

    def start(self) -> None:
        """Start the process, and say where it is in a pid file."""
        if self.recipe.before:
            self.recipe.before()
        self.process = subprocess.Popen(
            self.recipe.command,
            env={**self.environment, "RELEVO_PROCESS": self.name},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),  # ./run's own stdout holds nothing but the address
            preexec_fn=partial(_begin, os.getpid()),  # noqa: PLW1509  the supervisor has one thread
        )
        self.started_at = time.monotonic()
        self.start_at = None
        self._pid_file.write_text(f"{self.process.pid}\n", encoding="ascii")

    def reap(self) -> int | None:
        """The exit status when the process has ended (negative: the signal), and what it left behind is ended too."""
        status = self.process.poll() if self.process else None
        if self.process is None or status is None:
            return None
        _signal_group(self.process.pid, signal.SIGKILL)
        self.process = None
        self._pid_file.unlink(missing_ok=True)
        return status

    def plan_restart(self, now: float) -> None:
        """At once after the first death, then later and later."""
        if now - self.started_at > STEADY_SECONDS:
            self.deaths = 0
        delay = FIRST_DELAY_SECONDS * 2 ** (self.deaths - 1) if self.deaths else 0.0
        self.deaths += 1
        self.start_at = now + min(delay, LONGEST_DELAY_SECONDS)

    def ask_to_stop(self) -> None:
        """Ask nicely; the process itself only, which tells its own."""
        self.start_at = None
        if self.process:
            try:
                self.process.terminate()
            except ProcessLookupError:
                pass

    def stop(self, deadline: float) -> None:
        """Ask, wait as long as the recipe allows and `deadline` at most, then end it."""
        self.ask_to_stop()
        if not self.process:
            return
        try:
            self.process.wait(max(0.05, min(self.recipe.stop_seconds, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.reap()


def tie_to_parent(parent: int) -> None:
    """Let the kernel end this process when `parent` dies, however it dies (Linux; elsewhere nothing happens)."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _begin(parent: int) -> None:
    os.setpgid(0, 0)
    tie_to_parent(parent)


def ended(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


def _signal_group(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        pass  # nobody is left in it
