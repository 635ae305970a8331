"""Files that a `say` names: lint looks whether they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow.lint import check, check_sources

FLOW = 'flow: main\nstart: {{words: [go]}}\nsteps:\n  - say: {{es: "Las tallas", en: "Sizes", pt: "Tamanhos"}}\n    media: {}\n'


def codes(folder: Path, named: str) -> list[str]:
    (folder / "main.yaml").write_text(FLOW.format(named), encoding="utf-8")
    (folder / "media").mkdir()
    (folder / "media" / "sizes.png").write_bytes(b"x")
    return [f"{one.code}:{one.line}:{one.column}" for one in check(folder) if one.code == "F03"]


@pytest.mark.parametrize("named", ["sizes.png", "https://shop.example/sizes.png", '"{website}/sizes.png"'])
def test_a_file_that_is_there_or_cannot_be_looked_up_is_none(tmp_path: Path, named: str) -> None:
    assert codes(tmp_path, named) == []


def test_a_file_that_is_not_there_is_found_at_its_name(tmp_path: Path) -> None:
    assert codes(tmp_path, "size.png") == ["F03:5:12"]
    assert "“sizes.png”" in next(one for one in check(tmp_path) if one.code == "F03").mend("es")


def test_without_a_folder_nobody_knows() -> None:
    assert not [one for one in check_sources({"main.yaml": FLOW.format("size.png")}) if one.code == "F03"]
