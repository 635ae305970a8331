"""What is thrown away by the clock, beside files (tests/pipeline/test_media.py)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from conversation.tables import SendCount
from conversation.work import Database
from outreach.tables import NewsDay
from pipeline.housekeeping import Housekeeping
from pipeline.tables import FoundEvent
from tests.builders import HandClock


def test_rows_of_work_long_done_go_and_open_ones_stay(database: Database, hand_clock: HandClock, tmp_path: Path) -> None:
    old = {"event": {}, "found_at": hand_clock.now() - timedelta(days=9), "tries": 0, "not_before": None}
    with database.work() as work:
        work.connection.execute(insert(FoundEvent.__table__), [
            {**old, "taken_at": hand_clock.now() - timedelta(days=9)}, {**old, "taken_at": None},
            {**old, "taken_at": hand_clock.now()}])
        work.connection.execute(insert(SendCount.__table__), [
            {"day": day, "kind": "twilio-sms", "account": "+1", "address": "", "parts": 1}
            for day in ("2020-01-01", hand_clock.now().date().isoformat())])
        work.connection.execute(insert(NewsDay.__table__), [
            {"day": day, "canonical": "+34600111222", "count": 1} for day in ("2020-01-01", hand_clock.now().date().isoformat())])

    Housekeeping(database, tmp_path, 0).tick()

    with database.reading() as session:
        left = [len(session.execute(select(table)).all()) for table in (FoundEvent.__table__, SendCount.__table__, NewsDay.__table__)]
    assert left == [2, 1, 1]
