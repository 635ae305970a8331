"""A few of the random kills of `python -m bench.kills`, on both databases; a hundred of them are a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROUNDS, SECONDS = 4, 170


@pytest.mark.timeout(SECONDS + 10)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_doubled_or_out_of_order_when_processes_are_killed_under_load(
    database: str, request: pytest.FixtureRequest
) -> None:
    if database == "postgresql":
        request.getfixturevalue("postgres_server")  # skips with its sentence where there is none
    done = subprocess.run(
        [sys.executable, "-m", "bench.kills", "--rounds", str(ROUNDS), "--database", database], cwd=ROOT,
        capture_output=True, text=True, timeout=SECONDS, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
