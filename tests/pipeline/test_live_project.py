"""What the worker knows of the shop is what the live flows say, not what lies in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from conversation.work import Database
from outreach.policy import Policy
from pipeline import tables
from pipeline.live_project import FILE, LiveProject
from pipeline.outreach import Rules

MADRID, LISBON = "time_zone: Europe/Madrid\nlanguages: [es, pt]\n", "time_zone: Europe/Lisbon\n"


def publish(database: Database, text: str) -> None:
    with database.work() as work:
        work.connection.execute(insert(tables.FlowSet.__table__).values(
            content="c", files={FILE: text}, published_at=work.now, published_by="", comment="", origin="cli", rolled_back_from=""))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FILE).write_text(MADRID, encoding="utf-8")
    return tmp_path


def test_before_anything_is_published_the_folder_counts(database: Database, folder: Path) -> None:
    found = LiveProject(database, folder)()

    assert (found.time_zone, found.languages) == ("Europe/Madrid", ("es", "pt"))


def test_what_is_published_counts_from_then_on(database: Database, folder: Path) -> None:
    project = LiveProject(database, folder)
    publish(database, MADRID)
    before = project().time_zone
    publish(database, LISBON)

    assert (before, project().time_zone) == ("Europe/Madrid", "Europe/Lisbon")


@pytest.mark.parametrize("broken", ["time_zone: Europe/Madird\n", "time_zone: [\n"])
def test_a_project_that_cannot_be_read_never_makes_it_another_zone(database: Database, folder: Path, broken: str) -> None:
    project = LiveProject(database, folder)
    project()
    (folder / FILE).write_text(broken, encoding="utf-8")

    assert project().time_zone == "Europe/Madrid"


def test_a_policy_is_read_again_only_when_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "_outreach.yaml"
    file.write_text("budget: {day: 5}\n", encoding="utf-8")
    rules = Rules(tmp_path)
    first = rules()
    file.write_text("budget: {day: 77}\n", encoding="utf-8")

    assert (first.day, rules().day, rules() is rules()) == (5, 77, True)


def test_a_policy_that_is_taken_away_is_the_usual_one(tmp_path: Path) -> None:
    file = tmp_path / "_outreach.yaml"
    file.write_text("budget: {day: 5}\n", encoding="utf-8")
    rules = Rules(tmp_path)
    file.unlink()

    assert rules() == Policy()
