"""`_carriers.yaml`: whom to ask, and when a parcel is late; every mistake with its line and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from carriers import configuration
from carriers.errors import BadConfiguration
from carriers.lateness import Rules

FILE = """\
trackers:
  dhl: {key: "${DHL_KEY}"}
  aftership:
    key: "${AFTER_KEY}"
    slugs: {Correos: spain-correos-es}
carriers:
  DHL Parcel: dhl
  "*": aftership
late:
  grace_days: 1
  weekend: [saturday, sunday]
  holidays: [12-25, 2026-12-08]
  days: {SEUR: 2, Correos/PT: 6, ES: 3, "*": 5}
"""
ENVIRONMENT = {"DHL_KEY": "a", "AFTER_KEY": "b"}


def written(folder: Path, text: str) -> Path:
    (folder / configuration.FILE).write_text(text, encoding="utf-8")
    return folder


def test_without_the_file_nobody_is_asked(tmp_path: Path) -> None:
    setup = configuration.load(tmp_path, {})

    assert not setup.trackers and setup.rules == Rules()


def test_everything_is_read(tmp_path: Path) -> None:
    setup = configuration.load(written(tmp_path, FILE), ENVIRONMENT)

    assert setup.trackers.chosen == {"dhl": "dhl", "*": "aftership"}
    assert setup.rules == Rules(1, frozenset({5, 6}), frozenset({"12-25", "2026-12-08"}),
                                {"seur": 2, "correos/PT": 6, "ES": 3, "*": 5})


def test_the_shipped_set_up_is_good() -> None:
    assert configuration.check(Path("flows"), {}) == ()


@pytest.mark.parametrize(("text", "line", "mend"), [
    ("trackrs: {}", 1, "did you mean trackers?"),
    ('trackers:\n  dlh: {key: "${DHL_KEY}"}', 2, "did you mean dhl?"),
    ("trackers:\n  dhl: {}", 2, "dhl needs key"),
    ("trackers:\n  dhl:\n    key: 12345", 3, "put it into .env"),
    ('trackers:\n  dhl:\n    key: "${NOBODY}"', 3, "set it in .env"),
    ('trackers:\n  dhl: {key: "${DHL_KEY}", kye: 1}', 2, "did you mean key?"),
    ("carriers:\n  SEUR: seur", 2, "no tracker “seur”"),
    ("late: {grace_days: one}", 1, "a whole number from 0 to 60"),
    ("late:\n  weekend: [sabado]", 2, "write days such as saturday"),
    ("late:\n  holidays: [25-12]", 2, "write days as 2026-12-25"),
    ("late:\n  days: {SEUR: -1}", 2, "a whole number"),
    ("late: [1]", 1, "must be a table"),
])
def test_a_mistake_is_named_with_its_line_and_the_mend(tmp_path: Path, text: str, line: int, mend: str) -> None:
    with pytest.raises(BadConfiguration) as wrong:
        configuration.load(written(tmp_path, text), ENVIRONMENT)

    assert f"_carriers.yaml:{line}: " in wrong.value.detail and mend in wrong.value.detail


def test_no_secret_is_told_in_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as wrong:
        configuration.load(written(tmp_path, "trackers:\n  dhl: {key: s3cr3t}"), {})

    assert "s3cr3t" not in wrong.value.detail
