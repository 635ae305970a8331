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


def flask_command(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Plain `flask …`, as somebody runs it who does not know of `./run`, in a house whose flows are broken."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "main.yaml").write_text("flow: main\nsteps:\n  - sayy: hola\n", encoding="utf-8")
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "FLOWS_DIR": str(tmp_path / "flows"), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, env=environment, capture_output=True, check=False)


def test_plain_flask_lints_flows_that_are_broken(tmp_path: Path) -> None:
    done = flask_command(tmp_path, "flows", "lint")

    assert done.returncode == 1 and "main.yaml:3:5: error [S03]" in done.stdout and "Traceback" not in done.stderr


def test_plain_flask_says_why_a_command_cannot_be_run(tmp_path: Path) -> None:
    done = flask_command(tmp_path, "agents", "list")

    assert done.returncode != 0 and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["history", "replay cnv_x", "record cnv_x", "publish"])
def test_plain_flask_says_in_a_sentence_that_the_database_has_no_tables(command: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "FLOWS_DIR": str(ROOT / "flows"), "DATABASE_URL": ""}
    whole = [sys.executable, "-m", "flask", "flows", *command.split()]
    done = subprocess.run(whole, cwd=ROOT, text=True, env=environment, capture_output=True, check=False)

    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "The database cannot be used" in done.stderr and "migrate" in done.stderr


@pytest.mark.parametrize("name", ["precision", "disputed"])
def test_what_agents_say_of_the_reasons_is_a_command_of_the_house(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "operations.cli", "understand", name, "--help"]
    environment = {**os.environ, "DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, text=True, env=environment, capture_output=True, check=False)

    assert (done.returncode, "--days" in done.stdout) == (0, True)
