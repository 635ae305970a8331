"""Looking for what waits, every second: it must not cost more as the tables grow, and must see everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, update

from conversation.events import Outgoing
from conversation.outbox import queue
from conversation.tables import OutboxPart
from conversation.work import Database, Work
from outreach import completing, telling
from outreach.policy import Policy
from pipeline import claims, intake, outreach, reconcile, slow
from pipeline.claims import Patience
from tests.builders import Bell, HandClock, a_conversation, a_wiring
from tests.outreach.shapes import HandDoors

LOOKS: dict[str, Callable[[Work], object]] = {
    "what may go": claims.ready,
    "what a dead sender left": lambda work: reconcile.orphans(work, Patience()),
    "what is unknown": reconcile.doubts,
    "the next part of a conversation": lambda work: claims.take(work, ["cnv_1"], "a:1", Patience()),
    "what a service answered": lambda work: work.connection.execute(intake._answered, {"limit": 1}),
    "what a service is to be asked": lambda work: work.connection.execute(slow._waiting, {"limit": 1, "now": work.now}),
    "what is due": lambda work: work.connection.execute(intake._due, {"limit": 1, "now": work.now}),
    "which news are due": lambda work: telling.tick(work, Policy(), HandDoors()),
    "which news lack their order": completing.take,
    "whether news are due": lambda work: work.connection.execute(outreach._due, {"now": work.now}),
}


def plans(database: Database, look: Callable[[Work], object]) -> str:
    """How SQLite goes about the statements of a look."""
    told: list[str] = []

    def explain(_connection: object, cursor: object, statement: str, values: object, *_more: object) -> None:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[attr-defined]
        told.extend(row[-1] for row in cursor.fetchall())  # type: ignore[attr-defined]

    with database.work() as work:
        event.listen(work.connection, "before_cursor_execute", explain)
        look(work)
    return "; ".join(told)


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_reads_only_what_is_open(sqlite_template: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "relevo.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'relevo.db'}", a_wiring(HandClock(), Bell()))
    plan = plans(database, LOOKS[name])
    database.close()

    assert any(index in plan for index in ("outbox_part_open", "slow_work_open", "timer_due", "order_news_due")), plan
    assert "TEMP B-TREE" not in plan or "order_news" not in plan, plan


def say(work: Work, conversation_id: str, state: str = "queued", **changes: object) -> None:
    message = queue(work, conversation_id, Outgoing("uno"))
    work.connection.execute(update(OutboxPart.__table__).where(OutboxPart.__table__.c.message_id == message)
                            .values(state=state, **changes))


def test_those_that_wait_for_their_next_try_do_not_hide_the_others(database: Database) -> None:
    with database.work() as work:
        for _ in range(3):
            say(work, a_conversation(work), not_before=work.now + timedelta(minutes=1))
        say(work, last := a_conversation(work))

        assert claims.ready(work, limit=1) == [last]


def test_those_that_wait_for_an_outcome_do_not_hide_the_others(database: Database) -> None:
    with database.work() as work:
        for state in ("unknown", "sending"):
            say(work, doubtful := a_conversation(work), state=state)
            say(work, doubtful)
        say(work, last := a_conversation(work))

        assert claims.ready(work, limit=1) == [last]


def test_what_comes_after_an_outcome_that_stays_unknown_may_go(database: Database) -> None:
    with database.work() as work:
        say(work, settled := a_conversation(work), state="unknown", checked=9)
        say(work, settled)

        assert claims.ready(work) == [settled]
