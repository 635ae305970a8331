"""The model in the repository is the one that its data, lexicons and code make."""

import zipfile

import pytest

from bot.understanding import model as runtime
from training.train import MADE_FROM, digest


@pytest.mark.parametrize("what", MADE_FROM)
def test_the_model_was_made_from_what_lies_here(what):
    assert runtime.model().origin[what] == digest(MADE_FROM[what]), "run `python -m training train` and commit the file"


def test_the_model_is_small():
    assert runtime.FILE.stat().st_size < 1_000_000


def test_nothing_in_the_model_is_executed_when_it_is_read():
    with zipfile.ZipFile(runtime.FILE) as held:
        parts = {name: held.read(name) for name in held.namelist()}

    assert all(part.startswith(b"\x93NUMPY") and b"'|O'" not in part[:200] for part in parts.values())


def test_the_digest_tells_a_changed_file(tmp_path):
    (tmp_path / "a.yaml").write_text("x", encoding="utf-8")
    before = digest(("*.yaml",), tmp_path)

    (tmp_path / "a.yaml").write_text("y", encoding="utf-8")

    assert digest(("*.yaml",), tmp_path) != before
