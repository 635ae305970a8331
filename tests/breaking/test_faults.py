"""The points themselves: counted, named, broken once, and silent unless somebody asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import faults

TWO_POINTS = "import faults; faults.point('one'); faults.point('two'); faults.point('one'); print('alive')"


def run(code: str = TWO_POINTS, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FAULT")}
    return subprocess.run([sys.executable, "-c", code], env={**clean, "RELEVO_PROCESS": "web", **environment},
                          cwd=Path(faults.__file__).parent, capture_output=True, text=True, timeout=20, check=False)


def test_nothing_breaks_unless_somebody_asks() -> None:
    assert run().stdout == "alive\n"


def test_the_nth_point_kills_the_process() -> None:
    assert run(FAULT="2:kill").returncode == -9


def test_a_point_is_found_by_its_name_and_how_often_it_was_reached() -> None:
    plan = faults.arm("one#2:raise")
    faults.point("one")
    faults.point("two")

    with pytest.raises(faults.Fault, match="told to fail at one"):
        faults.point("one")
    assert plan.reached == 3


def test_only_the_process_that_is_meant_breaks() -> None:
    assert run(FAULT="sender 1:kill").returncode == 0


def test_the_log_tells_which_points_there_are(tmp_path: Path) -> None:
    run(FAULT_LOG=str(tmp_path / "log"))

    assert (tmp_path / "log").read_text().splitlines() == ["1\tweb\tone\t", "2\tweb\ttwo\t", "3\tweb\tone\t"]


def test_what_was_broken_once_is_not_broken_again_by_the_next_process(tmp_path: Path) -> None:
    (tmp_path / "fault").write_text("sender two#1:raise\nweb two#1:kill\n")

    ended = [run(FAULT_FILE=str(tmp_path / "fault")).returncode for _ in range(2)]

    assert ended == [-9, 0]


def test_faults_of_one_process_happen_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "fault").write_text("web one#1:kill\nweb two#1:kill\n")

    ended = [run(FAULT_FILE=str(tmp_path / "fault"), FAULT_LOG=str(tmp_path / "log")).returncode for _ in range(3)]

    assert ended == [-9, -9, 0]
    assert [line for line in (tmp_path / "log").read_text().splitlines() if line.endswith("kill")] == [
        "1\tweb\tone\tkill", "2\tweb\ttwo\tkill"]


def test_a_shared_point_says_who_came_to_it() -> None:
    plan = faults.arm("")
    faults.point("before commit@")

    assert list(plan.by_name) == ["before commit@test_faults.test_a_shared_point_says_who_came_to_it"]


@pytest.mark.parametrize("words", ["kill", "x:kill", "1:explode", "one#:kill"])
def test_words_that_are_no_fault_are_refused_with_an_example(words: str) -> None:
    with pytest.raises(faults.BadFault, match="like 3:kill"):
        faults.plan(words)
