"""The command line: a database that cannot be used ends in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("url", ["", "postgresql://relevo:hunter2@127.0.0.1:1/shop"], ids=["no tables", "nobody answers"])
def test_a_database_that_cannot_be_used_is_told_in_one_line(url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    command = [sys.executable, "-m", "operations.cli", "agents", "list"]
    done = subprocess.run(command, cwd=ROOT, text=True, env=environment, capture_output=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("relevo: The database") and done.stderr.count("\n") == 1
    assert "migrate" in done.stderr and "hunter2" not in done.stderr
