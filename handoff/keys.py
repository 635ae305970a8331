"""Keys of programs: each acts as an agent, a person or an integration of its own. We keep only the hash of a key.

What a key may do is what its agent may do, by the same rules; it ends when it is revoked, when its time is over, or when
its agent is deactivated.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from conversation import ids
from conversation.events import TimelineLine
from conversation.one_writer import unless_busy
from conversation.work import Database, Work
from handoff import access, agents, queues, sessions
from handoff.access import Reader, Viewer
from handoff.errors import UnknownAgent, UnknownKey
from handoff.house_tables import ApiKey
from handoff.tables import ROLES, Agent, Membership

PREFIX = "rlv_"
TOKEN_BYTES = 32
HINT_LETTERS = 8
NOTED_EACH = timedelta(minutes=1)
SEEN_EACH = timedelta(seconds=30)
DAYS_AT_MOST = 3650
MAX_NAME = 80
CAPACITY = 100  # a program holds as much as it likes

_key, _agent, _membership = ApiKey.__table__, Agent.__table__, Membership.__table__
_by_hash = select(_key).where(_key.c.key_hash == bindparam("hash"), _key.c.revoked_at.is_(None))
_live_of = select(_key.c.api_key_id).where(_key.c.agent_id == bindparam("agent"), _key.c.revoked_at.is_(None))


@dataclass(frozen=True, slots=True)
class Integration:
    """A program that is to have a key: what it is called, what it may do, which queues it sees."""

    name: str
    role: str = "agent"
    queues: Sequence[str] = field(default_factory=tuple)
    days: int | None = None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key. `token` is shown once and stored nowhere."""

    api_key_id: str
    agent_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Known:
    """Who a key speaks for; `row` is the agent's."""

    api_key_id: str
    viewer: Viewer
    row: Mapping[str, Any]


def add(work: Work, wanted: Integration, actor: str) -> MadeKey:
    """A program with an agent and a key of its own. Raises UnknownQueue."""
    for queue_id in wanted.queues:
        queues.get(work.connection, queue_id)
    agent_id = ids.new("agt")
    work.connection.execute(insert(_agent).values(
        agent_id=agent_id, email=f"{agent_id}@integration.invalid", name=wanted.name.strip()[:MAX_NAME],
        role=wanted.role if wanted.role in ROLES else "agent", password_hash="", languages=[], capacity=CAPACITY,
        language="en", theme="system", time_zone="UTC", demo=False, is_integration=True, created_at=work.now))
    for queue_id in dict.fromkeys(wanted.queues):
        work.connection.execute(insert(_membership).values(agent_id=agent_id, queue_id=queue_id))
    return issue(work, agent_id, wanted, actor)


def issue(work: Work, agent_id: str, wanted: Integration, actor: str) -> MadeKey:
    """One more key for an agent who is there. Raises UnknownAgent."""
    access.viewer(work.connection, agent_id)
    token, key_id = PREFIX + secrets.token_urlsafe(TOKEN_BYTES), ids.new("key")
    work.connection.execute(insert(_key).values(
        key_hash=sessions.hashed(token), api_key_id=key_id, agent_id=agent_id, name=wanted.name.strip()[:MAX_NAME],
        hint=token[:HINT_LETTERS], created_by=actor, created_at=work.now,
        expires_at=work.now + timedelta(days=min(wanted.days, DAYS_AT_MOST)) if wanted.days else None))
    work.record(TimelineLine("api_key_made", "", actor, data={"key": key_id, "name": wanted.name[:MAX_NAME]}))
    return MadeKey(key_id, agent_id, token)


def resolve(database: Database, token: str) -> Known | None:
    """Whom a key speaks for; None once it is revoked, its time is over, or its agent is gone."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    now = database.wiring.now()
    with database.reading() as reader:
        row = reader.execute(_by_hash, {"hash": sessions.hashed(token)}).mappings().first()
        if row is None or (row["expires_at"] is not None and now >= row["expires_at"]):
            return None
        try:
            agent = access.active(reader, row["agent_id"])
        except UnknownAgent:
            return None
        viewer = access.viewer_of(reader, agent)
    is_used = _is_old(row["last_used_at"], now, NOTED_EACH)
    is_seen = bool(agent["is_integration"]) and _is_old(agent["last_seen_at"], now, SEEN_EACH)
    if is_used or is_seen:
        _note(database, row, is_used, is_seen)
    return Known(row["api_key_id"], viewer, agent)


def revoke(work: Work, key_id: str, actor: str) -> None:
    """End a key for good; the agent of an integration goes with its last one. Raises UnknownKey."""
    row = work.connection.execute(select(_key).where(_key.c.api_key_id == key_id)).mappings().first()
    if row is None:
        raise UnknownKey(key_id)
    ended = update(_key).where(_key.c.api_key_id == key_id, _key.c.revoked_at.is_(None)).values(revoked_at=work.now)
    if work.connection.execute(ended).rowcount != 1:
        return
    work.record(TimelineLine("api_key_revoked", "", actor, data={"key": key_id, "name": row["name"]}))
    if work.connection.execute(_live_of, {"agent": row["agent_id"]}).first() is None:
        _retire(work, row["agent_id"])


def every(reader: Reader) -> list[dict[str, Any]]:
    """All keys, the newest first, with the role and queues of who they speak for."""
    rows = reader.execute(
        select(_key, _agent.c.role, _agent.c.is_integration, _agent.c.name.label("agent_name"))
        .join(_agent, _agent.c.agent_id == _key.c.agent_id).order_by(_key.c.created_at.desc(), _key.c.api_key_id)
    ).mappings().all()
    members = reader.execute(select(_membership).where(
        _membership.c.agent_id.in_([row["agent_id"] for row in rows]))).all()
    return [_told(row, sorted(one.queue_id for one in members if one.agent_id == row["agent_id"])) for row in rows]


def state(row: Mapping[str, Any], now: datetime) -> str:
    """active, expired or revoked. Pure."""
    if row["revoked_at"] is not None:
        return "revoked"
    return "expired" if row["expires_at"] is not None and now >= row["expires_at"] else "active"


def _told(row: Mapping[str, Any], queue_ids: list[str]) -> dict[str, Any]:
    return {name: row[name] for name in row if name != "key_hash"} | {"queues": queue_ids}


def _is_old(at: datetime | None, now: datetime, each: timedelta) -> bool:
    return at is None or now - at >= each


def _note(database: Database, row: Mapping[str, Any], is_used: bool, is_seen: bool) -> None:
    """When it was used last; a program that asks is at its desk, a person whose key is used is not."""
    with unless_busy(), database.work() as work:
        if is_used:
            used = update(_key).where(_key.c.key_hash == row["key_hash"])
            work.connection.execute(used.values(last_used_at=work.now))
        if is_seen:
            seen = update(_agent).where(_agent.c.agent_id == row["agent_id"])
            work.connection.execute(seen.values(last_seen_at=work.now))


def _retire(work: Work, agent_id: str) -> None:
    agent = work.connection.execute(select(_agent).where(_agent.c.agent_id == agent_id)).mappings().one()
    if agent["is_integration"] and agent["deactivated_at"] is None:
        agents.deactivate(work, agent["email"])
