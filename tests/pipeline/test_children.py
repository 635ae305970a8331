"""Children of the supervisor: started, noticed when they die, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.children import LONGEST_DELAY_SECONDS, Child, Recipe, ended

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", ("import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            "open(sys.argv[1], 'w').close(); time.sleep(60)")]


def until(true: Callable[[], object]) -> None:
    """Wait for something that another process does; the test's time limit is the end of patience."""
    while not true():
        os.sched_yield()


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is only waiting to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child(Recipe("sender", SLEEP, 5.0), dict(os.environ), tmp_path)


def test_a_child_says_where_it_is_in_its_pid_file(child: Child, tmp_path: Path) -> None:
    child.start()
    written = (tmp_path / "sender.pid").read_text(encoding="ascii")
    child.stop(time.monotonic() + 5)

    assert int(written) > 0 and not (tmp_path / "sender.pid").exists()


def test_a_child_learns_which_process_it_is(tmp_path: Path) -> None:
    told = tmp_path / "told"
    command = [sys.executable, "-c", f"import os; open({str(told)!r}, 'w').write(os.environ['RELEVO_PROCESS'])"]
    child = Child(Recipe("worker", command, 1.0), dict(os.environ), tmp_path)

    child.start()
    until(lambda: child.reap() is not None)

    assert told.read_text(encoding="ascii") == "worker"


def test_a_dead_child_is_noticed_with_its_signal(child: Child) -> None:
    child.start()
    assert child.process
    child.process.kill()
    child.process.wait()

    assert child.reap() == -signal.SIGKILL


def test_what_a_dead_child_had_started_goes_with_it(tmp_path: Path) -> None:
    noted = tmp_path / "grandchild"
    command = [sys.executable, "-c", ("import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; "
               f"time.sleep(60)']); open({str(noted)!r}, 'w').write(f'{{p.pid}}.'); sys.stdin.read()")]
    child = Child(Recipe("web", command, 1.0), dict(os.environ), tmp_path)
    child.start()
    until(lambda: noted.exists() and noted.read_text(encoding="ascii").endswith("."))

    until(lambda: child.reap() is not None)

    until(lambda: not is_alive(int(noted.read_text(encoding="ascii")[:-1])))


def test_a_child_that_does_not_listen_is_ended(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    child = Child(Recipe("web", [*STUBBORN, str(ready)], 0.2), dict(os.environ), tmp_path)
    child.start()
    until(ready.exists)

    began = time.monotonic()
    child.stop(began + 10)

    assert not child.is_running and time.monotonic() - began < 5


def test_the_first_restart_is_at_once_and_the_others_later_and_later(child: Child) -> None:
    child.started_at = 100.0
    delays = []
    for _ in range(8):
        child.plan_restart(100.5)
        delays.append(round((child.start_at or 0.0) - 100.5, 3))

    assert delays == [0.0, 0.2, 0.4, 0.8, 1.6, 3.2, LONGEST_DELAY_SECONDS, LONGEST_DELAY_SECONDS]


def test_who_had_lived_long_is_started_at_once_again(child: Child) -> None:
    child.started_at, child.deaths = 100.0, 6

    child.plan_restart(200.0)

    assert child.start_at == 200.0


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells a process that its parent died.")
def test_children_of_a_killed_supervisor_die_with_it(tmp_path: Path) -> None:
    program = ("import os, sys, time; from pathlib import Path; from pipeline.children import Child, Recipe; "
               f"Child(Recipe('sender', {SLEEP!r}, 1.0), dict(os.environ), Path(sys.argv[1])).start(); time.sleep(60)")
    supervisor = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    until(lambda: (tmp_path / "sender.pid").exists() and (tmp_path / "sender.pid").read_text(encoding="ascii"))
    pid = int((tmp_path / "sender.pid").read_text(encoding="ascii"))

    supervisor.kill()
    supervisor.wait()

    until(lambda: not is_alive(pid))


@pytest.mark.parametrize(("status", "words"), [(0, "ended with status 0"), (-9, "was ended by SIGKILL")])
def test_an_end_is_told_in_words(status: int, words: str) -> None:
    assert ended(status) == words
