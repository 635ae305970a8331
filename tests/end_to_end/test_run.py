"""./run: everything from one command, nothing left behind, and a clear sentence when it cannot."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.ports import free_port
from tests.end_to_end.relevo import ROOT, Relevo, descendants, is_alive, run

PRODUCTION = {
    "MODE": "production", "SECRET_KEY": "k" * 40, "PUBLIC_BASE_URL": "https://shop.example",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "t" * 32, "TWILIO_WHATSAPP": "+34600000001",
}


@pytest.fixture(scope="module")
def relevo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relevo]:
    with Relevo(tmp_path_factory.mktemp("relevo")) as relevo:
        yield relevo


def test_it_says_one_address_the_log_ins_and_that_it_is_a_demo(relevo: Relevo) -> None:
    said = "\n".join(relevo.said)

    assert said.count("http://") == 1 and "Demo mode" in said and "ana@demo.example" in said


def test_everything_that_should_run_runs(relevo: Relevo) -> None:
    relevo.until(lambda: "worker" in relevo.health().get("processes", ()))

    assert relevo.health()["processes"] == ["provider", "sender", "supervisor", "valkey", "web", "worker"]


def test_every_commit_is_full_and_messages_are_read(relevo: Relevo) -> None:
    health = relevo.health()

    assert (health["status"], health["synchronous"], health["understanding"]) == ("ok", "FULL", "on")


@pytest.mark.parametrize("name", ["web", "sender", "worker", "provider", "valkey"])
def test_who_is_killed_comes_back(relevo: Relevo, name: str) -> None:
    relevo.until(lambda: name in relevo.pids())
    before = relevo.pids()[name]
    os.kill(before, signal.SIGKILL)

    relevo.until(lambda: relevo.pids().get(name, before) != before)

    relevo.until(lambda: relevo.health().get("redis") == "ok")
    assert any(line.startswith(f"relevo: {name} was ended by SIGKILL") for line in relevo.complained)


def test_a_second_one_on_the_same_folder_is_refused(relevo: Relevo) -> None:
    done = run(relevo.data_dir, PORT=str(free_port()))

    assert done.returncode == 1 and "already runs on this data folder" in done.stderr


def test_a_backup_is_made_while_it_runs(relevo: Relevo) -> None:
    done = run(relevo.data_dir, "flask", "backup")

    assert done.returncode == 0 and Path(done.stdout.strip()).is_file()


def test_nothing_is_restored_while_it_runs(relevo: Relevo, tmp_path: Path) -> None:
    made = run(relevo.data_dir, "flask", "backup", str(tmp_path / "b.tar.gz"))
    done = run(relevo.data_dir, "flask", "restore", "--force", made.stdout.strip())

    assert done.returncode == 1 and "stop it first" in done.stderr


def test_ctrl_c_stops_everything_within_ten_seconds(tmp_path: Path) -> None:
    with Relevo(tmp_path) as relevo:
        below = descendants(relevo.process.pid)
        began = time.monotonic()

        assert relevo.stop() == 0 and time.monotonic() - began < 10

    assert len(below) >= 5 and not any(map(is_alive, below)) and not relevo.pids()


def test_nobody_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with Relevo(tmp_path) as relevo:
        below = descendants(relevo.process.pid)

        relevo.stop(signal.SIGKILL)

        relevo.until(lambda: not any(map(is_alive, below)))


def test_a_port_in_use_is_a_sentence_and_status_1(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = run(tmp_path, PORT=str(port))

    assert done.returncode == 1 and f"PORT {port} on 127.0.0.1 cannot be used" in done.stderr and done.stdout == ""


def test_a_wrong_setting_is_a_sentence_and_status_1(tmp_path: Path) -> None:
    done = run(tmp_path, PORT="many")

    assert done.returncode == 1 and done.stderr.startswith("relevo: PORT: ") and "Traceback" not in done.stderr


@pytest.mark.parametrize(("setting", "words"), [
    ({"SECRET_KEY": ""}, "secret_key"),
    ({"PUBLIC_BASE_URL": "http://shop.example"}, "public_base_url"),
    ({"MODE": "lab"}, "lab_mode"),
    ({"WEB_PROCESSES": "4"}, "cannot share SQLite"),
    ({}, "invented orders"),
])
def test_what_is_unsafe_does_not_start(tmp_path: Path, setting: dict[str, str], words: str) -> None:
    done = run(tmp_path, PORT=str(free_port()), **{**PRODUCTION, **setting})

    assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr


def test_a_command_says_nothing_but_its_own_words_on_stdout(tmp_path: Path) -> None:
    done = run(tmp_path, "flask", "doctor", "--json")

    assert json.loads(done.stdout)["fit"] is True and done.returncode == 0


def test_a_command_works_before_the_first_start(tmp_path: Path) -> None:
    done = run(tmp_path, "flask", "migrate")

    assert done.returncode == 0 and done.stdout.startswith("The database stands at migration")


@pytest.fixture
def broken_flows(tmp_path: Path) -> Path:
    folder = tmp_path / "flows"
    shutil.copytree(ROOT / "flows", folder)
    (folder / "menu.yaml").write_text("flow: menu\nsteps:\n  - decir: hola\n", encoding="utf-8")
    return folder


def test_the_linter_works_when_the_flows_do_not(tmp_path: Path, broken_flows: Path) -> None:
    done = run(tmp_path / "data", "flask", "flows", "lint", "--lang", "en", FLOWS_DIR=str(broken_flows))

    assert done.returncode == 1 and "menu.yaml:3" in done.stdout + done.stderr and "Traceback" not in done.stderr


def test_a_command_that_needs_the_flows_says_what_is_wrong_with_them(tmp_path: Path, broken_flows: Path) -> None:
    done = run(tmp_path / "data", "flask", "agents", "list", FLOWS_DIR=str(broken_flows))

    assert done.returncode == 1 and "menu.yaml:3" in done.stderr and "Traceback" not in done.stderr


def test_it_does_not_start_with_broken_flows_and_says_where_they_are(tmp_path: Path, broken_flows: Path) -> None:
    done = run(tmp_path / "data", PORT=str(free_port()), FLOWS_DIR=str(broken_flows))

    assert done.returncode == 1 and "menu.yaml:3" in done.stderr and "Traceback" not in done.stderr


def test_a_word_that_is_none_is_answered_with_those_that_are(tmp_path: Path) -> None:
    done = run(tmp_path, "tests")

    assert done.returncode == 2 and "./run test" in done.stderr


def test_the_checksum_of_the_environment_is_the_one_the_shell_computes() -> None:
    names = ["requirements.txt", "requirements-dev.txt"]
    program = f"import runpy; print(runpy.run_path('bin/setup')['checksum']({names!r}))"
    theirs = subprocess.run(["python3", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    shell = subprocess.run(f"cat {' '.join(names)} | cksum", shell=True, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert theirs == shell
