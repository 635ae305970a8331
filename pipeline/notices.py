"""Tells agents of notices while no page of theirs is open: by push at once, by one letter for all of two minutes.

A notice waits as long as a page of hers may still ring; once one was seen after it, nobody is told. What is told carries
the contact's first name and a link, never a customer's words. Whoever may not see the conversation any more is not told.
A browser whose push service takes nothing for six tries is noted and raises an alarm; what arrives again ends it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import Connection, bindparam, select, update

from channels import web_push
from channels.web_push import Browser, Ring
from conversation import alarms
from conversation.alarms import Trouble
from conversation.tables import Contact, Conversation
from conversation.work import Database, Work
from handoff import access, letters, notify, subscriptions
from handoff.errors import UnknownTicket
from handoff.house_tables import Notice
from handoff.sealing import derived
from handoff.tables import Agent

PAGE_OPEN = timedelta(seconds=90)  # a page says so at least this often
LETTER_AFTER = timedelta(minutes=2)
OLDEST = timedelta(hours=12)  # what nobody could be told of for so long is not news
MOST_TRIES = 5
ALARM = "pushes"
RETRY = timedelta(seconds=30)
AT_ONCE = 200
MOST_LINES = 20

_FOR_PUSH = b"relevo web push"

Push = Callable[[Browser, Ring, datetime], str]

logger = structlog.get_logger(__name__)
_notice, _agent = Notice.__table__, Agent.__table__
_due = select(_notice).where(_notice.c.tell_at <= bindparam("now")).order_by(_notice.c.agent_id, _notice.c.notice_id).limit(AT_ONCE)
_of_agent = (
    select(_notice).where(_notice.c.agent_id == bindparam("id"), _notice.c.tell_at.is_not(None))
    .order_by(_notice.c.notice_id).limit(AT_ONCE)
)
_done = update(_notice).where(_notice.c.notice_id.in_(bindparam("ids", expanding=True)))
_name = (
    select(Contact.__table__.c.name)
    .join(Conversation.__table__, Conversation.__table__.c.contact_id == Contact.__table__.c.contact_id)
    .where(Conversation.__table__.c.conversation_id == bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class Call:
    """One push that is to be made: outside of any transaction."""

    notice_id: int
    endpoint_hash: str
    browser: Browser
    ring: Ring


def house_key(secret_key: str) -> EllipticCurvePrivateKey | None:
    """What push services know this house by; it follows from SECRET_KEY. None without one."""
    return web_push.key_of(derived(secret_key, _FOR_PUSH, web_push.SEED_BYTES)) if secret_key else None


def drain(database: Database, push: Push | None, base: str) -> int:
    """Tell whoever is to be told now; returns how many pushes and letters that were. `base` is our public address."""
    now = database.wiring.now()
    with database.reading() as reader:
        if reader.execute(_due, {"now": now}).first() is None:
            return 0
    with database.work() as work:
        query = _due if work.is_sqlite else _due.with_for_update(skip_locked=True)
        whose = dict.fromkeys(row["agent_id"] for row in work.connection.execute(query, {"now": work.now}).mappings())
        told = [_tell(work, agent_id, push is not None, base) for agent_id in whose]
    calls = [call for found, _ in told for call in found]
    for call in calls:
        _ring(database, push, call)
    return len(calls) + sum(wrote for _, wrote in told)


def _tell(work: Work, agent_id: str, can_push: bool, base: str) -> tuple[list[Call], int]:
    """What one agent is told of all her notices: pushes to make, and whether a letter was written."""
    rows = [dict(row) for row in work.connection.execute(_of_agent, {"id": agent_id}).mappings()]
    agent = work.connection.execute(select(_agent).where(_agent.c.agent_id == agent_id)).mappings().one()
    waiting, over = _sorted(work, agent, rows)
    _finish(work, [row["notice_id"] for row in over])
    if not waiting:
        return [], 0
    open_until = (agent["last_seen_at"] or waiting[0]["created_at"]) + PAGE_OPEN
    if agent["last_seen_at"] is not None and work.now < open_until:
        _later(work, waiting, open_until)
        return [], 0
    calls = [call for row in waiting if can_push and "push" not in row["told_by"]
             and "push" in notify.ways(agent, row["kind"]) for call in _calls(work, agent, row)]
    return calls, _by_letter(work, agent, waiting, base)


def _sorted(work: Work, agent: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Those that are to be told, and those that are not (any more)."""
    waiting = [row for row in rows if _is_wanted(agent, row, work.now) and _may_see(work.connection, agent, row)]
    kept = {row["notice_id"] for row in waiting}
    return waiting, [row for row in rows if row["notice_id"] not in kept]


def _is_wanted(agent: Mapping[str, Any], row: Mapping[str, Any], now: datetime) -> bool:
    was_at_desk = agent["last_seen_at"] is not None and agent["last_seen_at"] > row["created_at"]
    is_over = row["seen_at"] is not None or now - row["created_at"] > OLDEST or agent["deactivated_at"] is not None
    return not (was_at_desk or is_over or agent["is_integration"]) and bool(notify.ways(agent, row["kind"]))


def _may_see(connection: Connection, agent: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    if row["conversation_id"] is None:
        return True
    try:
        access.conversation_for(connection, access.viewer(connection, agent["agent_id"]), row["conversation_id"])
    except UnknownTicket:
        return row["kind"] in ("queued", "offered", "mentioned")  # told so, though the newest ticket is elsewhere by now
    return True


def _calls(work: Work, agent: Mapping[str, Any], row: Mapping[str, Any]) -> list[Call]:
    """One call for each of her browsers; from now on she was told by push."""
    browsers = subscriptions.of(work.connection, agent["agent_id"])
    place = row["conversation_id"] or ""
    told = {"title": _line(work.connection, agent, row), "tag": place or row["kind"], "url": _path(row)}
    ring = Ring(told, hashlib.sha256(f"{place} {row['kind']}".encode()).hexdigest()[:32])
    if browsers:
        told_by = [*row["told_by"], "push"]
        work.connection.execute(update(_notice).where(_notice.c.notice_id == row["notice_id"]).values(told_by=told_by))
    return [Call(row["notice_id"], one["endpoint_hash"], Browser(one["endpoint"], one["p256dh"], one["auth"]), ring)
            for one in browsers]


def _by_letter(work: Work, agent: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], base: str) -> int:
    """One letter about everything that waits for one, once the oldest has waited two minutes."""
    by_letter = [row for row in rows if "email" in notify.ways(agent, row["kind"])]
    _finish(work, [row["notice_id"] for row in rows if row not in by_letter])
    if not by_letter:
        return 0
    due = by_letter[0]["created_at"] + LETTER_AFTER
    if work.now < due:
        _later(work, by_letter, due)
        return 0
    _write(work, agent, by_letter, base)
    for row in by_letter:
        told_by = list(dict.fromkeys([*row["told_by"], "email"]))
        work.connection.execute(update(_notice).where(_notice.c.notice_id == row["notice_id"])
                                .values(told_by=told_by, tell_at=None))
    return 1


def _write(work: Work, agent: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], base: str) -> None:
    lines = list(dict.fromkeys(f"- {_line(work.connection, agent, row)}\n  {base}{_path(row)}" for row in rows))
    link = f"{base}/console/me#ways"
    values = {"lines": "\n".join(lines[:MOST_LINES]), "n": len(rows), "link": link}
    contact = _first_name(work.connection, agent, rows[0])
    letters.write(work, agent, "notices", contact=contact, many=len(lines) > 1, **values)


def _ring(database: Database, push: Push | None, call: Call) -> None:
    outcome = push(call.browser, call.ring, database.wiring.now()) if push else "later"
    with database.work() as work:
        if outcome == "gone":
            subscriptions.gone(work, call.endpoint_hash)
        elif outcome == "later":
            logger.info("a push service did not take it", notice=call.notice_id)
            _try_again(work, call)
        elif subscriptions.works_again(work, call.endpoint_hash) and not subscriptions.any_failing(work.connection):
            alarms.clear(work, ALARM)


def _try_again(work: Work, call: Call) -> None:
    notice_id = call.notice_id
    row = work.connection.execute(select(_notice).where(_notice.c.notice_id == notice_id)).mappings().one()
    told_by = [way for way in row["told_by"] if way != "push"]
    if row["tries"] < MOST_TRIES:
        work.connection.execute(update(_notice).where(_notice.c.notice_id == notice_id).values(
            tries=row["tries"] + 1, told_by=told_by, tell_at=work.now + RETRY))
        return
    subscriptions.failed(work, call.endpoint_hash)
    alarms.raise_alarm(work, Trouble(ALARM, "pushes_failing", facts={"host": urlsplit(call.browser.endpoint).hostname or "?"}))


def _later(work: Work, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    work.connection.execute(_done.values(tell_at=at), {"ids": [row["notice_id"] for row in rows]})


def _finish(work: Work, ids: Sequence[int]) -> None:
    if ids:
        work.connection.execute(_done.values(tell_at=None), {"ids": list(ids)})


def _line(connection: Connection, agent: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    told: str = letters.words(agent["language"])["told"][row["kind"]]
    return told.format(contact=_first_name(connection, agent, row))


def _first_name(connection: Connection, agent: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The contact's first name; of one who is only a number `a customer`."""
    name = connection.execute(_name, {"id": row["conversation_id"]}).scalar() or ""
    first = next(iter(name.split()), "")
    somebody: str = letters.words(agent["language"])["somebody"]
    return first[:40] if any(sign.isalpha() for sign in first) else somebody


def _path(row: Mapping[str, Any]) -> str:
    return f"/console/conversations/{row['conversation_id']}" if row["conversation_id"] else "/console/conversations"
