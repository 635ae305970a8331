"""Rows that were kept as long as the house wants them (handoff/settings.py): steps of turns, notices, log-ins, hook
calls, news of orders with the phones of their buyers, what shops answered.

A few thousand at a time, each batch a transaction of its own, so that nobody waits for a year of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, delete, select

from conversation.tables import StepLog
from conversation.work import Database
from handoff import settings
from handoff.house_tables import HookCall, Notice
from handoff.tables import AgentSession
from outreach.tables import OrderNews
from pipeline.tables import SlowWork

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What `setting` limits: rows of `table` by `key` whose `since` is further back than so many days."""

    setting: str
    table: Table
    key: Column[Any]
    since: Column[Any]


def _kept(setting: str, table: Table, key: str, since: str) -> Kept:
    return Kept(setting, table, table.c[key], table.c[since])


RULES = (
    _kept("keep_step_days", StepLog.__table__, "step_log_id", "at"),
    _kept("keep_notice_days", Notice.__table__, "notice_id", "created_at"),
    _kept("keep_session_days", AgentSession.__table__, "token_hash", "expires_at"),
    _kept("keep_hook_call_days", HookCall.__table__, "hook_call_id", "ended_at"),
    _kept("keep_news_days", OrderNews.__table__, "order_news_id", "created_at"),
    _kept("keep_news_days", SlowWork.__table__, "slow_work_id", "created_at"),  # what shops answered
)


def media_days(database: Database, configured: int) -> int:
    """Days after which files go: what an admin set, else what the configuration says; 0 for never."""
    with database.reading() as reader:
        chosen = settings.get(reader, "keep_media_days")
    return configured if chosen is None else chosen


def forget(database: Database) -> int:
    """Delete what is past its time; returns how many rows went."""
    with database.reading() as reader:
        days = settings.every(reader)
    return sum(_forget(database, rule, days[rule.setting]) for rule in RULES if days[rule.setting])


def _forget(database: Database, rule: Kept, days: int) -> int:
    gone = AT_ONCE
    total = 0
    while gone == AT_ONCE:
        with database.work() as work:
            old = select(rule.key).where(rule.since < _before(work.now, days)).limit(AT_ONCE)
            gone = work.connection.execute(delete(rule.table).where(rule.key.in_(old))).rowcount
        total += gone
    return total


def _before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)
