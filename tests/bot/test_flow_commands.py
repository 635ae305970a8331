"""`flask flows …` from the outside: what is printed, and the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands import flows

SHIPPED = Path(__file__).parents[2] / "flows"


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(flows, [*arguments], input=typed)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    (tmp_path / "main.yaml").write_text("flow: main\nsteps:\n  - sayy: hola\n")
    return tmp_path


def test_lint_of_good_flows_ends_well() -> None:
    result = run("lint", "--folder", str(SHIPPED))

    assert result.exit_code == 0 and "0 errors, 0 warnings" in result.output


def test_lint_of_a_folder_without_a_flow_is_no_good_news(tmp_path: Path) -> None:
    result = run("lint", "--folder", str(tmp_path))

    assert result.exit_code == 1 and "[L11]" in result.output


def test_a_table_of_texts_that_is_no_text_is_told(tmp_path: Path) -> None:
    table = tmp_path / "texts.csv"
    table.write_bytes(b"\x00\xff\xfe")
    result = run("texts", "import", str(table), "--folder", str(SHIPPED))

    assert result.exit_code == 1 and "CSV UTF-8" in result.output


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("es", "este paso no tiene instrucción"),
        ("en", "this step has no instruction"),
        ("pt", "este passo não tem instrução"),
    ],
)
def test_lint_of_broken_flows_says_so_in_the_language_asked_for(broken: Path, language: str, told: str) -> None:
    result = run("lint", "--folder", str(broken), "--lang", language)

    assert result.exit_code == 1 and told in result.output


def test_tests_of_one_flow_pass_with_their_coverage() -> None:
    result = run("test", "--folder", str(SHIPPED), "--coverage", "--min", "100", "menu")

    assert result.exit_code == 0 and "menu: 15 of 15 steps" in result.output


@pytest.mark.parametrize("name", ["nothing", "_project"])
def test_a_flow_without_tests_fails(name: str) -> None:
    assert run("test", "--folder", str(SHIPPED), name).exit_code == 1


def test_a_failing_conversation_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_text("flow: main\nstart: {words: [go]}\nsteps:\n  - say: Hola\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "main.test.yaml").write_text(
        "tests:\n  - name: saluda\n    talk:\n      - user: go\n      - bot: Adiós\n"
    )

    result = run("test", "--folder", str(tmp_path))

    assert result.exit_code == 1 and "tests/main.test.yaml:5: saluda" in result.output


@pytest.mark.parametrize("command", ["test", "simulate"])
def test_broken_flows_are_not_played(broken: Path, command: str) -> None:
    result = run(command, "--folder", str(broken))

    assert result.exit_code == 1 and "main.yaml:3:5" in result.output


def test_the_simulator_talks_until_it_is_told_to_stop() -> None:
    result = run("simulate", "--folder", str(SHIPPED), "order_status", typed="AB-12345\n/press fine\n/quit\n")

    assert result.exit_code == 0 and "va en camino con Correos" in result.output and "¡A ti!" in result.output


def test_the_simulator_names_the_flows_when_one_is_unknown() -> None:
    result = run("simulate", "--folder", str(SHIPPED), "nothing")

    assert result.exit_code == 1 and "order_status" in result.output


def test_texts_go_out_and_come_back(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_text('flow: main\nsteps:\n  - say: {es: "Hola", en: "Hi"}\n', encoding="utf-8")
    table = run("texts", "export", "--folder", str(tmp_path)).output
    (tmp_path / "texts.csv").write_text(table.replace('"Hola","Hi",""', '"Hola","Hi","Oi"'), encoding="utf-8")

    result = run("texts", "import", str(tmp_path / "texts.csv"), "--folder", str(tmp_path))

    assert result.output == "1 texts changed in 1 files, 0 not taken in\n"
    assert '{es: "Hola", en: "Hi", pt: "Oi"}' in (tmp_path / "main.yaml").read_text(encoding="utf-8")


def test_texts_that_would_break_the_flows_are_not_written(tmp_path: Path) -> None:
    flow = 'flow: main\nsteps:\n  - say: {es: "Hola", en: "Hi"}\n'
    (tmp_path / "main.yaml").write_text(flow, encoding="utf-8")
    (tmp_path / "texts.csv").write_text("file,path,es,en\nmain.yaml,steps/1/say,Hola,Hi {nmae}\n", encoding="utf-8")

    result = run("texts", "import", str(tmp_path / "texts.csv"), "--folder", str(tmp_path))

    assert result.exit_code == 1 and (tmp_path / "main.yaml").read_text(encoding="utf-8") == flow
