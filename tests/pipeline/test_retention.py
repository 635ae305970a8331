"""What is past its time goes, what is not stays, and 0 keeps for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from conversation.tables import StepLog
from conversation.work import Database, Work
from handoff import notices, sessions, settings
from handoff.house_tables import Hook, HookCall, Notice
from handoff.tables import AgentSession
from outreach.tables import OrderNews
from pipeline import retention
from pipeline.tables import SlowWork
from tests.builders import a_conversation, an_agent
from tests.outreach.shapes import news, take


def a_step(work: Work, days: int) -> None:
    work.connection.execute(insert(StepLog.__table__).values(
        conversation_id="cnv_1", outcome="answered", steps=[], at=work.now - timedelta(days=days)))


def a_call(work: Work, number: int, ended_days_ago: int | None) -> None:
    ended = None if ended_days_ago is None else work.now - timedelta(days=ended_days_ago)
    work.connection.execute(insert(HookCall.__table__).values(
        hook_call_id=f"hkc_{number}", hook_id="hok_1", entry_id=number, event="claim", body={}, state="queued",
        not_before=work.now, created_at=work.now, ended_at=ended))


def a_hook(work: Work) -> None:
    work.connection.execute(insert(Hook.__table__).values(
        hook_id="hok_1", url="https://shop.example", secret="s", events=[], created_by="agt_ana", created_at=work.now))


def count(database: Database, table: Any) -> int:
    with database.reading() as reader:
        return reader.execute(select(func.count()).select_from(table)).scalar_one()


def test_steps_past_their_time_go_and_the_others_stay(database: Database):
    with database.work() as work:
        for days in (1, 89, 91, 400):
            a_step(work, days)

    assert retention.forget(database) == 2
    assert count(database, StepLog.__table__) == 2


def test_more_than_one_batch_goes_in_one_tidying(database: Database):
    with database.work() as work:
        at = work.now - timedelta(days=100)
        work.connection.execute(insert(StepLog.__table__), [
            {"conversation_id": "cnv_1", "outcome": "answered", "steps": [], "at": at} for _ in range(retention.AT_ONCE + 1)])

    assert retention.forget(database) == retention.AT_ONCE + 1


def test_nothing_goes_where_a_setting_keeps_for_ever(database: Database):
    with database.work() as work:
        a_step(work, 4_000)
        settings.put(work, "keep_step_days", 0, "agt_ana")

    assert retention.forget(database) == 0


def test_calls_that_have_not_ended_stay(database: Database):
    with database.work() as work:
        a_hook(work)
        for number, days in enumerate((None, 5, 31)):
            a_call(work, number, days)

    assert retention.forget(database) == 1


@pytest.mark.parametrize(("days", "left"), [(1, 1), (40, 0)])
def test_log_ins_go_some_time_after_their_end(database: Database, days: int, left: int):
    with database.work() as work:
        sessions.create(work, an_agent(work, "Ana"))
        work.connection.execute(AgentSession.__table__.update().values(expires_at=work.now - timedelta(days=days)))
    retention.forget(database)

    assert count(database, AgentSession.__table__) == left


def test_old_notices_go(database: Database):
    with database.work() as work:
        notices.add(work, "assigned", [an_agent(work, "Ana")])
        work.connection.execute(Notice.__table__.update().values(created_at=work.now - timedelta(days=31)))

    assert retention.forget(database) == 1


def test_old_news_go_with_the_phones_of_their_buyers(database: Database):
    take(database, news("AB-1"), news("AB-2"))
    with database.work() as work:
        old = OrderNews.__table__.update().where(OrderNews.__table__.c.order_reference == "AB-1")
        work.connection.execute(old.values(created_at=work.now - timedelta(days=91), state="told"))

    assert (retention.forget(database), count(database, OrderNews.__table__)) == (1, 1)


@pytest.mark.parametrize(("chosen", "days"), [(None, 365), (30, 30), (0, 0)])
def test_days_of_files_are_the_admins_where_she_set_some(database: Database, chosen: int | None, days: int):
    with database.work() as work:
        settings.put(work, "keep_media_days", chosen, "agt_ana")

    assert retention.media_days(database, 365) == days


def test_what_a_shop_answered_goes_with_the_news(database: Database) -> None:
    with database.work() as work:
        talk = a_conversation(work)
        work.connection.execute(insert(SlowWork.__table__), [{
            "slow_work_id": f"slw_{days}", "conversation_id": talk, "seq": 1, "epoch": 1, "service": "orders.find",
            "arguments": {}, "state": "done", "not_before": work.now, "created_at": work.now - timedelta(days=days)} for days in (89, 91)])

    assert retention.forget(database) == 1
    assert count(database, SlowWork.__table__) == 1
