"""Which process writes next on SQLite. Two ends at one file are two processes: the system's lock knows no difference."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from conversation.turnstile import Turnstile

ROOT = Path(__file__).parents[2]
HOLDS = """
import sys
from pathlib import Path
from conversation.turnstile import Turnstile
Turnstile(Path(sys.argv[1])).enter(1)
print("in", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "relevo.db-turn"


def test_one_process_after_the_other_goes_through(path: Path) -> None:
    mine, yours, came = Turnstile(path), Turnstile(path), threading.Event()
    assert mine.enter(1)
    waiting = threading.Thread(target=lambda: yours.enter(20) and came.set())
    waiting.start()
    assert not came.wait(0.05)
    mine.leave()
    assert came.wait(20)
    waiting.join(20)


def test_who_waits_too_long_is_told_and_stands_in_nobodys_way(path: Path) -> None:
    mine, yours = Turnstile(path), Turnstile(path)
    assert mine.enter(1)
    assert not yours.enter(0.02)
    mine.leave()
    assert mine.enter(20)
    mine.leave()
    assert yours.enter(20)


def test_a_process_that_dies_inside_keeps_nobody_out(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(path)], cwd=ROOT, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"in\n"
        mine = Turnstile(path)
        assert not mine.enter(0.02)
        os.kill(holder.pid, signal.SIGKILL)
        assert mine.enter(20)


def test_whoever_waits_is_woken_and_does_not_look_now_and_then(path: Path) -> None:
    mine, yours, seconds = Turnstile(path), Turnstile(path), list[float]()

    def go() -> None:
        for _ in range(20):
            yours.enter(20)
            yours.leave()

    waiting = threading.Thread(target=go)
    began = time.monotonic()
    waiting.start()
    while waiting.is_alive():  # it hardly leaves a gap
        mine.enter(20)
        mine.leave()
    seconds.append(time.monotonic() - began)
    assert seconds[0] < 5


def test_without_a_place_for_its_file_everybody_goes_through(tmp_path: Path) -> None:
    lost = Turnstile(tmp_path / "nowhere" / "relevo.db-turn")
    assert lost.enter(1)
    lost.leave()
    lost.close()


def test_a_closed_one_opens_again(path: Path) -> None:
    mine = Turnstile(path)
    assert mine.enter(1)
    mine.leave()
    mine.close()
    assert mine.enter(1)
