"""The flows of a process: what it begins with, what it takes over, and what it fetches for one customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.flow.live import FlowsRefused
from conversation.tables import Conversation
from conversation.work import Database
from pipeline import publishing, tables
from pipeline.flow_watch import FlowWatch
from pipeline.live_flows import LiveFlows, lacking, open_flows
from tests.builders import HandClock, a_channel, a_conversation, a_wiring
from tests.pipeline.flow_files import HOURS, RETURNS, files, fill

LONGER = RETURNS.replace("save: why\n", "save: why\n    retries: 1\n")
NO_FOLDER = Path("/nowhere")


def publish(database: Database, **changes: str | None) -> None:
    with database.work() as work:
        publishing.publish(work, files(**changes), by="cli")


def shape(flows: LiveFlows, name: str = "returns") -> str:
    return flows.library.flows[name].shape


def stand(database: Database, told: str) -> None:
    with database.work() as work:
        one = a_conversation(work, channel_id=a_channel(work))
        table = Conversation.__table__
        work.connection.execute(update(table).where(table.c.conversation_id == one).values(
            standing=told, standing_at=work.now))


def state(name: str, of: str) -> dict[str, Any]:
    return {"frames": [{"flow": name, "rev": of, "at": "item", "vars": {}}]}


@dataclass
class Asked:
    """Counts the statements that a database is asked."""

    statements: list[str] = field(default_factory=list)

    def note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)


def test_a_command_before_the_first_start_uses_the_folder_and_makes_no_database(tmp_path: Path, hand_clock: HandClock, bell: Any) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}", a_wiring(hand_clock, bell))

    flows = open_flows(database, fill(tmp_path / "flows"))

    assert (sorted(flows.library.flows), flows.set_id, (tmp_path / "new.db").exists()) == (
        ["hours", "menu", "returns"], "", False)


def test_a_command_publishes_nothing(database: Database, tmp_path: Path) -> None:
    open_flows(database, fill(tmp_path / "flows"))

    with database.work() as work:
        assert publishing.live(work) is None


def test_a_database_that_nobody_answers_for_is_no_obstacle_to_a_command(tmp_path: Path, hand_clock: HandClock, bell: Any) -> None:
    database = Database("postgresql+psycopg://relevo@127.0.0.1:1/x", a_wiring(hand_clock, bell))

    assert open_flows(database, fill(tmp_path / "flows")).library.flows


def test_what_is_live_counts_and_not_the_folder(database: Database, tmp_path: Path) -> None:
    publish(database, hours=None)

    assert "hours" not in open_flows(database, fill(tmp_path / "flows")).library.flows


@pytest.mark.parametrize("folder", ["broken", "absent"])
def test_with_a_broken_folder_the_last_good_set_is_live_after_a_restart(database: Database, tmp_path: Path, folder: str) -> None:
    publish(database)
    if folder == "broken":
        fill(tmp_path / "broken", hours="flow: hours\nsteps:\n  - decir: hola\n")
    watch = FlowWatch(database, tmp_path / folder)

    assert open_flows(database, tmp_path / folder, watch).library.flows.keys() == {"hours", "menu", "returns"}


def test_nothing_good_anywhere_is_told_with_its_place(database: Database, tmp_path: Path) -> None:
    broken = fill(tmp_path / "flows", hours="flow: hours\nsteps:\n  - decir: hola\n")

    with pytest.raises(FlowsRefused, match="hours.yaml:3:5"):
        open_flows(database, broken, FlowWatch(database, broken))


def test_of_sets_that_this_code_cannot_read_the_newest_readable_one_is_live(database: Database) -> None:
    publish(database)
    publish(database, hours=None)
    table = tables.FlowSet.__table__
    with database.work() as work:
        newest = work.connection.execute(select(table.c.serial).order_by(table.c.serial.desc()).limit(1)).scalar_one()
        work.connection.execute(update(table).where(table.c.serial == newest).values(files={"menu.yaml": "flow: [old"}))

    flows = open_flows(database, NO_FOLDER)

    assert "hours" in flows.library.flows and not flows.look(database)


def test_shapes_that_newer_code_sees_otherwise_are_written_down_at_the_start(database: Database, tmp_path: Path) -> None:
    publish(database)
    with database.work() as work:
        work.connection.execute(update(tables.FlowRevision.__table__).where(
            tables.FlowRevision.__table__.c.flow == "returns").values(shape="older", revision="older"))
    flows = open_flows(database, tmp_path, FlowWatch(database, fill(tmp_path)))
    stand(database, "returns@older#item")
    publish(database, returns=None)
    stand_now = shape(flows)

    flows.look(database)
    with database.work() as work:
        library = flows.for_state(work, state("returns", stand_now))

    assert {("returns", "older"), ("returns", stand_now)} <= library.pinned.keys()


def test_a_process_takes_what_another_published(database: Database) -> None:
    publish(database)
    flows = open_flows(database, NO_FOLDER)
    publish(database, hours=None)

    assert flows.look(database) and not flows.look(database)
    assert "hours" not in flows.library.flows


def test_looking_when_nothing_happened_is_one_question(database: Database) -> None:
    publish(database)
    flows, asked = open_flows(database, NO_FOLDER), Asked()
    event.listen(database.engine, "before_cursor_execute", asked.note)
    flows.look(database)

    assert [one for one in asked.statements if "SELECT" in one][1:] == []


def test_whoever_holds_the_flows_keeps_them_through_a_swap(database: Database) -> None:
    publish(database)
    flows = open_flows(database, NO_FOLDER)
    held = flows()
    publish(database, hours=None)
    flows.look(database)

    assert "hours" in held.flows and "hours" not in flows().flows


def test_who_stands_in_an_older_shape_finds_it_beside_the_live_one(database: Database) -> None:
    publish(database)
    flows = open_flows(database, NO_FOLDER)
    before = shape(flows)
    stand(database, f"returns@{before}#item")
    publish(database, returns=LONGER)
    flows.look(database)

    frame = state("returns", before)["frames"][0]
    assert shape(flows) != before and flows.library.flow_of(frame).shape == before  # type: ignore[union-attr]


def test_nobody_is_kept_a_shape_for_who_left_it_long_ago(database: Database, hand_clock: HandClock) -> None:
    publish(database)
    flows = open_flows(database, NO_FOLDER)
    stand(database, f"returns@{shape(flows)}#item")
    hand_clock.forward(days=9)
    publish(database, returns=LONGER)
    flows.look(database)

    assert not flows.library.pinned


def test_a_shape_that_only_one_customer_stands_in_is_fetched_once(database: Database) -> None:
    publish(database)
    flows, asked = open_flows(database, NO_FOLDER), Asked()
    before = shape(flows)
    publish(database, returns=LONGER)
    flows.look(database)
    with database.work() as work:
        flows.for_state(work, state("returns", before))
        event.listen(database.engine, "before_cursor_execute", asked.note)
        library = flows.for_state(work, state("returns", before))

    assert list(library.pinned) == [("returns", before)] and asked.statements == []


@pytest.mark.parametrize("name", ["returns", "unheard_of"])
def test_a_shape_that_is_nowhere_is_looked_for_once(database: Database, name: str) -> None:
    publish(database)
    flows, asked = open_flows(database, NO_FOLDER), Asked()
    with database.work() as work:
        flows.for_state(work, state(name, "nowhere"))
        event.listen(database.engine, "before_cursor_execute", asked.note)
        library = flows.for_state(work, state(name, "nowhere"))

    assert asked.statements == [] and not library.pinned


def test_an_ordinary_turn_asks_nothing(database: Database) -> None:
    publish(database)
    flows, asked = open_flows(database, NO_FOLDER), Asked()
    with database.work() as work:
        event.listen(database.engine, "before_cursor_execute", asked.note)
        for one in ({}, {"frames": []}, state("returns", shape(flows)), {"frames": None}, {"frames": [7]}):
            assert flows.for_state(work, one) is flows.library

    assert asked.statements == []


def test_what_an_older_flow_leads_to_is_kept_with_it_when_it_is_deleted(database: Database) -> None:
    leading = RETURNS.replace("  - end: resolved", "  - start_flow: hours")
    publish(database, returns=leading)
    flows = open_flows(database, NO_FOLDER)
    stand(database, f"returns@{shape(flows)}#item")
    publish(database, returns=None, hours=None)
    flows.look(database)

    assert sorted(name for name, _ in flows.library.pinned) == ["hours", "returns"]
    assert flows.library.kept("hours") is not None


def test_what_is_lacking_is_told_frame_by_frame(database: Database) -> None:
    publish(database, hours=HOURS)
    library = open_flows(database, NO_FOLDER).library

    assert lacking(library, {"frames": [*state("returns", "x")["frames"], *state("hours", "y")["frames"]]}) == {
        ("returns", "x"), ("hours", "y")}
