"""One layout for every flow file: comments and texts as they were typed, and never another meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow.findings import Reporter
from bot.flow.formatting import MIGRATIONS, formatted, upgraded
from bot.flow.tree import plain, read
from tests.bot.flow.mistakes import ALL, GOOD, Mistake, files

FLOWS = Path(__file__).parents[3] / "flows"
SHIPPED = sorted(FLOWS.rglob("*.yaml"))


def meaning(text: str) -> object:
    return plain(read(text, Reporter("x.yaml", text)))


@pytest.mark.parametrize("path", SHIPPED, ids=[path.name for path in SHIPPED])
def test_the_shipped_files_are_laid_out(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert formatted(source) == source


@pytest.mark.parametrize(
    ("typed", "laid_out"),
    [
        ("steps:\n- say: a\n", "steps:\n  - say: a\n"),
        ("steps:\n    -   say: a\n        id: b\n", "steps:\n  - say: a\n    id: b\n"),
        ("a: b   \r\nc: d\r\n", "a: b\nc: d\n"),
        ("\ufeffa: b", "a: b\n"),
        ("a: b\n\n\n\nc: d\n\n\n", "a: b\n\nc: d\n"),
        ("steps:\n# one\n- say: a\n", "steps:\n  # one\n  - say: a\n"),
        ("steps:\n- say: |\n    a\n      b\n", "steps:\n  - say: |\n      a\n        b\n"),
        ("es: Estado: enviado\n", "es: 'Estado: enviado'\n"),
        ("es: {order_ref} va\n", "es: '{order_ref} va'\n"),
        ("a: {es: ¿Qué tal?, en: Hi}\n", "a: {es: '¿Qué tal?', en: 'Hi'}\n"),
        ("", ""),
    ],
)
def test_a_file_is_laid_out(typed: str, laid_out: str) -> None:
    assert formatted(typed) == laid_out


def test_lists_that_are_not_indented_come_out_the_same() -> None:
    head, steps = GOOD.split("steps:\n", 1)
    flat = "\n".join(line.removeprefix("  ") for line in steps.split("\n"))

    assert formatted(f"{head}steps:\n{flat}") == GOOD


@pytest.mark.parametrize("mistake", ALL, ids=[one.what for one in ALL])
def test_laying_out_changes_no_meaning_and_is_done_once(mistake: Mistake) -> None:
    source = files()[mistake.file].replace(mistake.good, mistake.bad.replace("▮", ""))
    laid = formatted(source)

    assert (meaning(laid), formatted(laid)) == (meaning(source), laid)


def test_what_nobody_can_know_is_left_as_it_is() -> None:
    source = 'steps:\n- say: "Hola\n- end: x\n'

    assert formatted(source) == source


def test_there_is_one_version_of_the_language_so_far() -> None:
    assert not MIGRATIONS and upgraded(GOOD) == GOOD
