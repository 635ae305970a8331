"""Publishing: what is wholly good becomes live, what was live can be again, and the history tells who did it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.flow.live import FlowsRefused, Standing, UnknownFlowSet
from conversation.tables import Conversation, TimelineEntry
from conversation.work import Database
from pipeline import flow_sets, publishing
from pipeline.publishing import fetch, history, live, move, publish, roll_back, standings
from tests.builders import HandClock, a_channel, a_conversation
from tests.pipeline.flow_files import HOURS, RETURNS, files

LONGER = RETURNS.replace("save: why\n", "save: why\n    retries: 1\n")


def shape(database: Database, name: str = "returns") -> str:
    with database.work() as work:
        now_live = live(work)
    assert now_live is not None
    library = publishing.compiled(now_live.files)
    assert library is not None
    return library.flows[name].shape


def standing(database: Database, told: str, hours_ago: float = 0.0, **changes: object) -> None:
    with database.work() as work:
        number = len(list(work.connection.execute(select(Conversation.__table__.c.conversation_id))))
        one = a_conversation(work, address=f"+3460000{number:04}", channel_id=a_channel(work, account=f"+1{number}"))
        table = Conversation.__table__
        work.connection.execute(update(table).where(table.c.conversation_id == one).values(
            standing=told, standing_at=work.now, **changes))


def test_nothing_is_live_at_first(database: Database) -> None:
    with database.work() as work:
        assert (live(work), history(work), standings(work)) == (None, (), ())


def test_what_is_published_is_live_with_who_did_it_and_why(database: Database) -> None:
    with database.work() as work:
        made = publish(work, files(), by="agt_ana", comment="  primera  ")

    with database.work() as work:
        assert live(work) == made == fetch(work, made.set_id)
        assert (made.published_by, made.comment, made.origin, made.files) == ("agt_ana", "primera", "console", files())


def test_the_audit_names_the_agent_and_the_files(database: Database) -> None:
    with database.work() as work:
        publish(work, files(), by="folder", origin="folder")
        publish(work, files(hours=None), by="agt_ana", comment="sin horario")

    with database.reading() as session:
        lines = session.execute(select(TimelineEntry.__table__).order_by(TimelineEntry.__table__.c.entry_id)).mappings().all()
    assert [(line["kind"], line["actor"]) for line in lines] == [("flows_published", "system"), ("flows_published", "agt_ana")]
    assert (lines[1]["data"]["files"], lines[1]["data"]["comment"]) == (["hours.yaml"], "sin horario")


def test_what_is_not_wholly_good_is_refused_with_its_findings(database: Database) -> None:
    with database.work() as work, pytest.raises(FlowsRefused) as refused:
        publish(work, files(hours=HOURS.replace("  - say:", "  - decir:")), by="agt_ana")

    assert [(one.file, one.code) for one in refused.value.findings if one.level == "error"] == [("hours.yaml", "S03")]
    with database.work() as work:
        assert live(work) is None


def test_a_file_that_is_none_of_the_flows_is_refused(database: Database) -> None:
    with database.work() as work, pytest.raises(FlowsRefused) as refused:
        publish(work, files() | {"../evil.yaml": "x"}, by="agt_ana")

    assert [one.code for one in refused.value.findings] == ["L10"]


def test_a_set_without_a_flow_is_refused(database: Database) -> None:
    with database.work() as work, pytest.raises(FlowsRefused) as refused:
        publish(work, {}, by="agt_ana")

    assert "L11" in [one.code for one in refused.value.findings]


def test_the_same_files_again_are_no_publication(database: Database) -> None:
    with database.work() as work:
        first, second = publish(work, files(), by="agt_ana"), publish(work, files(), by="agt_bo")

        assert first == second and len(history(work)) == 1


def test_a_rollback_is_a_publication_that_says_what_it_undid(database: Database) -> None:
    with database.work() as work:
        first = publish(work, files(), by="agt_ana")
        second = publish(work, files(hours=None), by="agt_ana")
        third = roll_back(work, first.set_id, by="agt_bo", comment="mejor antes")

        assert live(work) == third and third.serial > second.serial
        assert (third.files, third.rolled_back_from, third.published_by) == (first.files, second.set_id, "agt_bo")
        assert [one.serial for one in history(work, 2)] == [third.serial, second.serial]


def test_a_set_that_is_not_there_cannot_come_back(database: Database) -> None:
    with database.work() as work:
        made = publish(work, files(), by="agt_ana")
        for unknown in ("", "99", "x", f"{made.serial}-0000", "1; drop", "²"):
            with pytest.raises(UnknownFlowSet):
                roll_back(work, unknown, by="agt_ana")


def test_a_shape_is_found_in_the_newest_set_that_had_it(database: Database) -> None:
    with database.work() as work:
        publish(work, files(), by="cli")
        better = publish(work, files(returns=RETURNS.replace("¿Por qué?", "¿Y por qué?")), by="cli")
    before = shape(database)
    with database.work() as work:
        publish(work, files(returns=LONGER), by="cli")

        assert flow_sets.with_shape(work.connection, "returns", before) == better
        assert flow_sets.with_shape(work.connection, "returns", "nobody's") is None


def test_who_is_moved_on_leaves_the_older_shape_until_it_is_live_again(database: Database) -> None:
    with database.work() as work:
        first = publish(work, files(), by="cli")
    before = shape(database)
    with database.work() as work:
        publish(work, files(returns=LONGER), by="cli")
        moved = move(work, "returns", by="agt_ana", origin="console")

        assert flow_sets.with_shape(work.connection, "returns", before) is None
        assert (live(work), moved.published_by) == (moved, "agt_ana")
        again = roll_back(work, first.set_id, by="cli")
        assert flow_sets.with_shape(work.connection, "returns", before) == again


def test_only_a_live_flow_can_be_moved_to(database: Database) -> None:
    with database.work() as work, pytest.raises(UnknownFlowSet, match="hours, menu"):
        publish(work, files(returns=None), by="cli")
        move(work, "returns", by="cli")


def test_who_waits_is_counted_per_step(database: Database) -> None:
    with database.work() as work:
        publish(work, files(), by="cli")
    there = shape(database)
    for told in (f"returns@{there}#item", f"returns@{there}#item", f"returns@{there}#why hours@x1#place"):
        standing(database, told)

    with database.work() as work:
        assert standings(work) == (
            Standing("hours", "x1", "place", 1), Standing("returns", there, "item", 2),
            Standing("returns", there, "why", 1, digression=True))


def test_whose_time_is_over_or_whom_people_hold_waits_no_more(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        publish(work, files(returns=RETURNS.replace("data:", "expires: 2h\ndata:")), by="cli")
    returns, hours = shape(database), shape(database, "hours")
    standing(database, f"returns@{returns}#item")
    standing(database, f"hours@{hours}#place")
    standing(database, f"hours@{hours}#place", owner="agent")
    standing(database, f"hours@{hours}#place", epoch=1)
    hand_clock.forward(hours=3)

    with database.work() as work:
        assert standings(work) == (Standing("hours", hours, "place", 1),)
