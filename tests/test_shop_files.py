"""Files beside the flows: each mistake is told by the linter, by whoever publishes, and in the editor."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import shop_files
from console import flow_files
from pipeline import publishing
from pipeline.flow_commands import lint

SHIPPED = Path(__file__).parents[1] / "flows"
FILES = {path.name: path.read_text(encoding="utf-8") for path in SHIPPED.glob("*.yaml") if path.name != "_orders.yaml"}
WRONG = {
    "_carriers.yaml": ("late:\n  grace_days: soon\n", 2, "whole number"),
    "_parcels.yaml": ("lost:\n  means: {es: 'Se perdió {aquí'}\n", 2, "bracket"),
    "_outreach.yaml": ("tell: [shipped]\nbudget: {day: many}\n", 2, "whole number"),
    "_claims.yaml": ("carrier: seur\nkinds: {damaged: {photos: {roof: 1}}}\n", 2, "roof"),
    "_orders.yaml": ("connector: rest\nsettings: {ulr: x}\n", 2, "url"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What the linter says of a folder in which each of these files is wrong, and one that nobody reads."""
    flows = Path(shutil.copytree(SHIPPED, tmp_path_factory.mktemp("wrong") / "flows"))
    for name, (text, _, _) in WRONG.items():
        (flows / name).write_text(text, encoding="utf-8")
    (flows / "_outreahc.yaml").write_text("tell: []\n", encoding="utf-8")
    return CliRunner().invoke(lint, ["--folder", str(flows), "--lang", "en"])


@pytest.mark.parametrize("name", WRONG)
def test_the_linter_tells_file_line_and_mend_and_fails(told: Result, name: str) -> None:
    _, line, word = WRONG[name]
    place = next(one for one in told.output.splitlines() if one.startswith(f"{name}:{line}:1: error [F04]"))

    assert word in place and told.exit_code == 1
    assert "= see docs/" in told.output


def test_a_file_that_nobody_reads_is_told_with_the_name_that_was_meant(told: Result) -> None:
    assert "_outreahc.yaml:1:1: warning [F05]" in told.output and "did you mean “_outreach.yaml”?" in told.output


def test_a_variable_that_is_not_set_is_told_on_the_command_line() -> None:
    files = {"_carriers.yaml": 'trackers: {dhl: {key: "${KEY_OF_DHL}"}}\n'}
    unset, is_set = (shop_files.findings(files, SHIPPED, environment) for environment in ({}, {"KEY_OF_DHL": "k"}))

    assert ["KEY_OF_DHL, which is not set" in one.what("en") for one in unset] == [True] and is_set == ()


def test_whether_a_variable_is_set_is_no_matter_of_what_is_published() -> None:
    files = {**FILES, "_carriers.yaml": 'trackers: {dhl: {key: "${KEY_OF_DHL}"}}\n'}

    assert shop_files.findings(files) == ()


@pytest.mark.parametrize("name", ["_carriers.yaml", "_parcels.yaml"])
def test_what_would_stop_the_next_start_is_not_published(name: str) -> None:
    text, line, _ = WRONG[name]
    found = publishing.checked({**FILES, name: text})

    assert found.library is None and [(one.line, one.code) for one in found.findings if one.file == name] == [(line, "F04")]


def test_the_editor_shows_it_at_its_line() -> None:
    text, line, _ = WRONG["_carriers.yaml"]

    assert [one.line for one in flow_files.check({**FILES, "_carriers.yaml": text}).of("_carriers.yaml")] == [line]


def test_a_file_with_an_unknown_name_is_a_warning_alone() -> None:
    assert [(one.code, one.level) for one in shop_files.findings({"_nobody.yaml": ""})] == [("F05", "warning")]
