"""The folder and the console: neither undoes the other, a broken folder changes nothing, and everybody is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.flow.live import FlowSet
from conversation import channel_health
from conversation.tables import Alarm
from conversation.work import Database
from pipeline import flow_sets, flow_watch, publishing
from pipeline.flow_watch import FlowWatch, Known, mark, marks, merged
from tests.pipeline.flow_files import HOURS, MENU, files, fill

BETTER, OTHER, NEWEST = (HOURS.replace("¿Qué tienda?", words) for words in ("¿Cuál?", "¿Qué local?", "¿Y cuál?"))
BROKEN = HOURS.replace("  - say:", "  - decir:")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "flows")


def a_watch(database: Database, folder: Path, **more: Any) -> FlowWatch:
    return FlowWatch(database, folder, pause=lambda seconds: None, **more)


@pytest.fixture
def watch(database: Database, folder: Path) -> FlowWatch:
    """One that has taken the folder over."""
    watch = a_watch(database, folder)
    assert watch.look()
    return watch


def live(database: Database) -> FlowSet:
    with database.reading() as session:
        found = flow_sets.newest(session)
    assert found is not None
    return found


def publish(database: Database, changed: Mapping[str, str]) -> FlowSet:
    """From the console."""
    with database.work() as work:
        now_live = publishing.live(work)
        return publishing.publish(work, {**(now_live.files if now_live else {}), **changed}, by="agt_ana")


def publications(database: Database) -> int:
    with database.reading() as session:
        return len(flow_sets.latest(session, 100))


def edit(folder: Path, text: str, name: str = "hours.yaml") -> None:
    flow_watch.write(folder / name, text)


def alarms(database: Database) -> list[str]:
    with database.reading() as session:
        return [one["key"] for one in channel_health.open_alarms(session)]


def status(database: Database) -> Any:
    with database.reading() as session:
        return flow_sets.folder_status(session)


def test_the_first_look_publishes_the_folder(watch: FlowWatch, database: Database) -> None:
    assert (live(database).files, live(database).origin, live(database).published_by) == (files(), "folder", "folder")


def test_a_folder_that_is_as_it_was_is_published_once(watch: FlowWatch, database: Database, folder: Path) -> None:
    assert not watch.look() and not a_watch(database, folder).look() and publications(database) == 1


def test_what_changes_in_the_folder_becomes_live_and_the_history_names_it(
    watch: FlowWatch, database: Database, folder: Path
) -> None:
    edit(folder, BETTER)

    assert watch.look() and live(database).files["hours.yaml"] == BETTER and live(database).comment == "hours.yaml"


def test_a_deleted_file_leaves_the_flows(watch: FlowWatch, database: Database, folder: Path) -> None:
    (folder / "hours.yaml").unlink()

    assert watch.look() and "hours.yaml" not in live(database).files


def test_tests_belong_to_the_set_and_the_shop_does_not(watch: FlowWatch, database: Database, folder: Path) -> None:
    edit(folder, "for: hours\ntests: []\n", "tests/hours.test.yaml")
    edit(folder, "connector: demo\n", "_orders.yaml")
    watch.look()

    assert "tests/hours.test.yaml" in live(database).files and "_orders.yaml" not in live(database).files


def test_a_broken_folder_leaves_the_last_good_set_live(watch: FlowWatch, database: Database, folder: Path) -> None:
    edit(folder, BROKEN)

    assert not watch.look() and live(database).files == files()
    assert (status(database).state, [(one.file, one.line, one.code) for one in status(database).findings]) == (
        "broken", [("hours.yaml", 8, "S03")])
    assert alarms(database) == ["flows:folder"]


def test_a_broken_folder_is_told_once_and_not_every_two_seconds(watch: FlowWatch, database: Database, folder: Path) -> None:
    edit(folder, BROKEN)
    for _ in range(40):
        watch.look()

    with database.reading() as session:
        assert session.execute(select(Alarm.__table__.c.times)).scalars().all() == [1]


@pytest.mark.parametrize("mended", [HOURS, BETTER], ids=["as it was", "better"])
def test_a_mended_folder_ends_the_alarm(watch: FlowWatch, database: Database, folder: Path, mended: str) -> None:
    edit(folder, BROKEN)
    watch.look()
    edit(folder, mended)
    watch.look()

    assert (alarms(database), status(database).state, live(database).files["hours.yaml"]) == ([], "good", mended)


def test_after_a_restart_with_a_broken_folder_the_last_good_set_is_live(
    watch: FlowWatch, database: Database, folder: Path
) -> None:
    edit(folder, BROKEN)
    a_watch(database, folder).look()

    assert live(database).files == files() and status(database).state == "broken"


@pytest.mark.parametrize("ruin", ["absent", "empty", "latin-1"])
def test_a_folder_that_cannot_be_read_deletes_no_flow(watch: FlowWatch, database: Database, folder: Path, ruin: str) -> None:
    if ruin == "latin-1":
        (folder / "hours.yaml").write_bytes(HOURS.encode("latin-1"))
    else:
        for path in folder.glob("*"):
            path.unlink()
        if ruin == "absent":
            folder.rmdir()
    watch.look()

    assert live(database).files == files()
    assert status(database).state == ("absent" if ruin == "absent" else "broken")


def test_the_owner_of_the_broken_flow_is_named_in_the_alarm(database: Database, tmp_path: Path) -> None:
    owned = HOURS.replace("title:", "owner: ana@shop.example\ntitle:")
    folder = fill(tmp_path / "owned", hours=owned)
    watch = a_watch(database, folder)
    watch.look()
    edit(folder, owned.replace("  - say:", "  - decir:"))
    watch.look()

    with database.reading() as session:
        assert session.execute(select(Alarm.__table__.c.facts)).scalar_one()["owner"] == "ana@shop.example"


def test_what_the_console_publishes_is_written_to_the_folder(watch: FlowWatch, database: Database, folder: Path) -> None:
    made = publish(database, {"hours.yaml": BETTER, "new.yaml": MENU.replace("menu", "new").replace("buenas", "nuevo")})
    published = watch.look()

    assert (folder / "hours.yaml").read_text() == BETTER and (folder / "new.yaml").exists()
    assert not published and not watch.look() and live(database) == made and alarms(database) == []


def test_a_flow_that_the_console_deletes_leaves_the_folder(watch: FlowWatch, database: Database, folder: Path) -> None:
    with database.work() as work:
        publishing.publish(work, files(hours=None), by="agt_ana")
    watch.look()

    assert not (folder / "hours.yaml").exists() and status(database).state == "good"


def test_a_file_given_to_the_folder_keeps_its_mode(watch: FlowWatch, database: Database, folder: Path) -> None:
    os.chmod(folder / "hours.yaml", 0o664)
    publish(database, {"hours.yaml": BETTER})
    watch.look()

    assert (folder / "hours.yaml").stat().st_mode & 0o777 == 0o664 and not list(folder.glob(".*"))


def test_a_restart_with_the_folder_of_before_does_not_undo_the_console(database: Database, folder: Path) -> None:
    a_watch(database, folder).look()
    made = publish(database, {"hours.yaml": BETTER})
    a_watch(database, folder).look()  # a new machine from the same image: what was written is gone
    edit(folder, HOURS)

    assert not a_watch(database, folder).look() and live(database) == made


def test_a_folder_that_may_not_be_written_is_said_to_be_behind(database: Database, folder: Path) -> None:
    a_watch(database, folder).look()
    publish(database, {"hours.yaml": BETTER})
    watch = a_watch(database, folder, writes=False)
    watch.look()

    assert (status(database).state, status(database).behind) == ("behind", ("hours.yaml",))
    assert (folder / "hours.yaml").read_text() == HOURS


def test_what_the_console_changed_stays_when_another_file_of_the_folder_changes(database: Database, folder: Path) -> None:
    watch = a_watch(database, folder, writes=False)
    watch.look()
    publish(database, {"hours.yaml": BETTER})
    edit(folder, MENU.replace("Hola", "Buenas"), "menu.yaml")

    assert watch.look()
    assert live(database).files["hours.yaml"] == BETTER and "Buenas" in live(database).files["menu.yaml"]
    assert alarms(database) == []


def test_changed_in_both_the_folder_counts_and_an_alarm_says_how_to_get_the_other_back(
    database: Database, folder: Path
) -> None:
    watch = a_watch(database, folder, writes=False)
    watch.look()
    made = publish(database, {"hours.yaml": BETTER})
    edit(folder, OTHER)
    watch.look()

    assert live(database).files["hours.yaml"] == OTHER and alarms(database) == ["flows:clash:hours.yaml"]
    with database.reading() as session:
        facts = session.execute(select(Alarm.__table__.c.facts)).scalar_one()
        assert flow_sets.fetch(session, facts["set"]) == made


def test_an_edit_on_top_of_what_the_console_wrote_is_no_clash(watch: FlowWatch, database: Database, folder: Path) -> None:
    publish(database, {"hours.yaml": BETTER})
    watch.look()
    edit(folder, NEWEST)

    assert watch.look() and live(database).files["hours.yaml"] == NEWEST and alarms(database) == []


def test_a_file_that_is_edited_while_the_console_publishes_is_not_overwritten(
    watch: FlowWatch, database: Database, folder: Path
) -> None:
    publish(database, {"hours.yaml": BETTER})
    edit(folder, OTHER)
    watch.look()

    assert (folder / "hours.yaml").read_text() == OTHER and live(database).files["hours.yaml"] == OTHER


def test_two_processes_that_see_the_same_edit_publish_it_once(database: Database, folder: Path) -> None:
    first, second = a_watch(database, folder), a_watch(database, folder)
    first.look()
    second.look()
    edit(folder, BETTER)

    assert [first.look(), second.look(), first.look(), second.look()] == [True, False, False, False]
    assert publications(database) == 2


def test_two_folders_of_a_rolling_release_do_not_fight(database: Database, folder: Path, tmp_path: Path) -> None:
    old = a_watch(database, folder)
    old.look()
    new = a_watch(database, fill(tmp_path / "new", hours=BETTER))
    new.look()
    for _ in range(20):
        old.look()
        new.look()

    assert publications(database) == 2 and live(database).files["hours.yaml"] == BETTER
    assert (folder / "hours.yaml").read_text() == HOURS


def test_an_editor_that_is_half_way_through_is_waited_for(database: Database, folder: Path) -> None:
    half = iter([BETTER])
    watch = FlowWatch(database, folder, pause=lambda seconds: [edit(folder, text) for text in half])
    watch.look()
    edit(folder, BROKEN)

    assert watch.look() and live(database).files["hours.yaml"] == BETTER and alarms(database) == []


def test_a_change_that_keeps_time_and_size_is_found_by_its_content(watch: FlowWatch, database: Database, folder: Path) -> None:
    path = folder / "hours.yaml"
    watch._stamps = watch._stamp() | {"hours.yaml": (1,)}  # as a disk with coarse times and no inodes shows it
    path.write_text(HOURS.replace("a las 9", "a las 8"))

    assert any(watch.look() for _ in range(flow_watch.WHOLE_EVERY))


def test_each_file_comes_from_where_it_was_changed_last() -> None:
    folder, live_files = {"a": "1", "b": "2", "c": "new"}, {"a": "1", "b": "3", "d": "console"}
    adopted = marks({"a": "1", "b": "2"})

    change = merged(folder, live_files, Known(adopted, {}))

    assert change.files == {"a": "1", "b": "3", "c": "new", "d": "console"}
    assert (change.taken, change.clashes, change.to_give) == (("c",), (), ("b", "d"))


def test_what_was_written_to_the_folder_is_not_taken_for_an_edit() -> None:
    given = {"a": mark("console 1")}

    change = merged({"a": "console 1"}, {"a": "console 2"}, Known({"a": mark("folder")}, given))

    assert (change.taken, change.to_give) == ((), ("a",))
