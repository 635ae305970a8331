"""What the product's processes cost, read from /proc: CPU seconds and memory, by process.

CPU is utime + stime + those of children already waited for, so that a worker that came and went is counted.
Memory is PSS: shared pages count once over all processes.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
PSS = re.compile(r"^Pss:\s+(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Process:
    """One process at one moment. `name` is what the supervisor calls it, else the program's own name."""

    pid: int
    name: str
    cpu_seconds: float
    threads: int


def tree(root: int) -> list[Process]:
    """The process `root`, all below it, and all in its session (a child whose parent died stays in the session)."""
    pids = {root}
    while True:
        children = {child for pid in pids for child in _children(pid)} - pids
        if not children:
            break
        pids |= children
    pids |= {pid for pid in _all() if _session(pid) == root}
    found = [process for process in map(_process, sorted(pids)) if process]
    return [replace(one, name="supervisor") if one.pid == root and not _told_name(root) else one for one in found]


def memory_mb(processes: list[Process]) -> float:
    """PSS of these processes together, in MB. Costs the kernel some time: ask at the end of a run."""
    total = 0
    for process in processes:
        found = PSS.search(_read(PROC / str(process.pid) / "smaps_rollup"))
        total += int(found[1]) if found else 0
    return total / 1024


def cpu_by_name(before: list[Process], after: list[Process]) -> dict[str, float]:
    """CPU seconds between two moments, by name. A process that is new counts from its birth."""
    start = {process.pid: process.cpu_seconds for process in before}
    spent: dict[str, float] = {}
    for process in after:
        spent[process.name] = spent.get(process.name, 0.0) + process.cpu_seconds - start.get(process.pid, 0.0)
    return spent


def parent(pid: int) -> int:
    """The parent of a process; 0 when it is gone."""
    fields = _fields(pid)
    return int(fields[1]) if fields else 0


def _process(pid: int) -> Process | None:
    fields = _fields(pid)
    if not fields:
        return None
    cpu = sum(int(value) for value in fields[11:15]) / TICKS_PER_SECOND
    return Process(pid, _name(pid), cpu, int(fields[17]))


def _name(pid: int) -> str:
    return _told_name(pid) or _read(PROC / str(pid) / "comm").strip() or str(pid)


def _told_name(pid: int) -> str:
    """What the supervisor has called it; empty for itself and for programs of others."""
    entries = _read(PROC / str(pid) / "environ").split("\0")
    return next((entry.partition("=")[2] for entry in entries if entry.startswith("RELEVO_PROCESS=")), "")


def _fields(pid: int) -> list[str]:
    """/proc/PID/stat from the state on: 0 state, 1 parent, 3 session, 11-14 times, 17 threads."""
    return _read(PROC / str(pid) / "stat").rpartition(")")[2].split()


def _session(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[3]) if fields else 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(PROC / str(pid) / "task"):
            found += [int(child) for child in _read(PROC / str(pid) / "task" / task / "children").split()]
    except OSError:
        pass
    return found


def _all() -> list[int]:
    return [int(name) for name in os.listdir(PROC) if name.isdigit()]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
