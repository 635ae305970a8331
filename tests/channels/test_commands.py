"""`flask channels …` as somebody at the keyboard meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from channels.commands import channels
from tests.channels.signing import TREE, a_message

ROOT = Path(__file__).resolve().parents[2]
# The form that people are told to write: no secrets in it.
OURS = {"twilio": [{"account_sid": TREE["twilio"][0]["account_sid"], "whatsapp": ["+14155238886"]}],
        "meta": [{"app_id": "1", "whatsapp": [{"phone_number_id": "106540352242922", "number": "+1", "waba_id": "2"}],
                  "pages": ["108000000000001"], "instagram": ["17841400000000001"]}]}


@pytest.fixture
def ours(tmp_path: Path) -> str:
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps(OURS), "utf-8")
    return str(path)


def run(*words: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(channels, list(words), input=given)


def a_line(line_id: Any, **changes: str) -> bytes:
    request = {"method": "POST", "endpoint": "message", "form": a_message(**changes)}
    return json.dumps({"id": line_id, "provider": "twilio", "channel": "whatsapp", "request": request}).encode() + b"\n"


def told(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout_bytes.split(b"\n")[:-1]]


def test_every_line_is_answered_in_its_place(ours: str) -> None:
    given = a_line(1, Body="uno") + b"nonsense\n\n" + a_line("x", Body="dos\u2028tres").replace(b"\n", b"\r\n")

    lines = told(run("parse", "--accounts", ours, given=given))

    assert [line["id"] for line in lines] == [1, None, None, "x"]
    assert [[event["text"] for event in line["events"]] for line in lines] == [["uno"], [], [], ["dos\u2028tres"]]


def test_last_line_needs_no_line_break(ours: str) -> None:
    assert len(told(run("parse", "--accounts", ours, given=a_line(1).strip()))) == 1


def test_nothing_is_answered_with_nothing(ours: str) -> None:
    assert run("parse", "--accounts", ours).stdout_bytes == b""


def test_lines_may_stand_in_a_file(ours: str, tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(a_line(1))

    assert len(told(run("parse", "--accounts", ours, str(tmp_path / "lines")))) == 1


def test_words_are_shown_as_people_write_them(ours: str) -> None:
    assert "¿dónde? 😀".encode() in run("parse", "--accounts", ours, given=a_line(1, Body="¿dónde? 😀")).stdout_bytes


def test_half_of_a_pair_of_surrogates_in_an_id_comes_back(ours: str) -> None:
    assert told(run("parse", "--accounts", ours, given=a_line("\ud83d")))[0]["id"] == "\ud83d"


def test_signature_is_told_line_by_line() -> None:
    given = b'{"id":1,"provider":"twilio"}\n{"id":2,"provider":"meta","verify_token":"x"}\n'

    assert told(run("verify", given=given)) == [{"id": 1, "valid": False}, {"id": 2, "status": 403, "body": ""}]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"twilio": 5}', "\xff"])
def test_accounts_that_cannot_be_read_are_told_with_their_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "ours.json").write_bytes(text.encode("latin-1"))

    result = run("parse", "--accounts", str(tmp_path / "ours.json"))

    assert (result.exit_code, "ours.json does not say which accounts are ours" in result.stderr) == (1, True)


def test_no_accounts_are_a_mistake_in_the_command() -> None:
    assert run("parse").exit_code == 2


def test_a_house_whose_settings_are_wrong_can_still_look(tmp_path: Path, ours: str) -> None:
    """No settings, flows or database: a folder with nothing but a broken .env in it."""
    (tmp_path / ".env").write_text("MODE=nonsense\nPORT=x\n", "utf-8")
    command = [sys.executable, "-m", "operations.cli", "channels", "parse", "--accounts", ours]
    there = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(command, input=a_line(1), cwd=tmp_path, env=there, capture_output=True, check=True)

    assert (json.loads(done.stdout)["id"], done.stderr, sorted(tmp_path.glob("data"))) == (1, b"", [])


def test_all_that_can_be_asked_of_channels_is_offered_in_one_place() -> None:
    command = [sys.executable, "-m", "operations.cli", "channels", "--help"]

    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "MODE": "demo"}, capture_output=True, text=True, check=True)

    assert {"parse", "verify", "render", "status"} <= {line.split()[0] for line in done.stdout.splitlines() if line.split()}
