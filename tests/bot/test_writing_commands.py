"""`flask flows schema | fmt | explain`: what an author's editor and an author in doubt ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands import flows
from tests.bot.flow.mistakes import files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(flows, words)


def test_the_schema_is_printed_with_the_names_of_the_folder(folder: Path) -> None:
    printed = json.loads(run("schema", "--folder", str(folder)).output)

    assert printed["definitions"]["queue"]["enum"] == ["shipping", "returns", "general"]


def test_the_schema_can_be_written_beside_the_flows(folder: Path) -> None:
    said = run("schema", "--write", "--folder", str(folder)).output

    assert "$schema=.schema/flow.json" in said and json.loads((folder / ".schema" / "flow.json").read_text(encoding="utf-8"))


def test_a_flow_may_name_its_schema_in_its_first_line(folder: Path) -> None:
    path = folder / "other.yaml"
    path.write_text("# yaml-language-server: $schema=.schema/flow.json\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    assert "0 errors" in run("lint", "--folder", str(folder)).output


def test_laid_out_files_pass_the_check(folder: Path) -> None:
    assert run("fmt", "--check", "--folder", str(folder)).exit_code == 0


def test_a_check_changes_nothing(folder: Path) -> None:
    path = folder / "other.yaml"
    path.write_bytes(b"flow: other\r\nsteps:\r\n- end: x\r\n")

    assert run("fmt", "--check", "--folder", str(folder)).exit_code == 1
    assert b"\r\n" in path.read_bytes()


def test_a_file_is_laid_out_in_place(folder: Path) -> None:
    path = folder / "other.yaml"
    path.write_bytes(b"flow: other\r\nsteps:\r\n- end: x\r\n")

    assert run("fmt", "other", "--folder", str(folder)).exit_code == 0
    assert path.read_bytes() == b"flow: other\nsteps:\n  - end: x\n"


def test_a_file_that_is_no_text_is_left_alone(folder: Path) -> None:
    (folder / "other.yaml").write_bytes(b"es: \xff\r\n")
    run("fmt", "--folder", str(folder))

    assert (folder / "other.yaml").read_bytes() == b"es: \xff\r\n"


def test_there_is_nothing_to_upgrade_yet(folder: Path) -> None:
    assert "one version, 1" in run("fmt", "--upgrade", "--folder", str(folder)).output


@pytest.mark.parametrize(("language", "words"), [("es", "un paso lleva"), ("en", "a step has"), ("pt", "um passo tem")])
def test_a_code_is_explained_in_each_language(language: str, words: str) -> None:
    said = run("explain", "s04", "--lang", language).output

    assert words in said and "**After**" in said


def test_an_unknown_code_is_answered_with_those_there_are() -> None:
    answer = run("explain", "Z99")

    assert answer.exit_code == 1 and "Y08" in answer.output
