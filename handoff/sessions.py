"""Sessions: an agent's log-ins, kept on the server so that each can be ended. A cookie holds a token, we only its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from conversation.one_writer import unless_busy
from conversation.work import Database, Work
from handoff import access, presence
from handoff.access import Reader, Viewer
from handoff.entrance_errors import UnknownSession
from handoff.errors import UnknownAgent
from handoff.tables import AgentSession

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=30)  # with no page open: a page that is open asks by itself
NOTED_EACH = timedelta(seconds=30)  # a page asks often; its session is written no more often than this
TOKEN_BYTES = 32
KEY_LENGTH = 16

_session = AgentSession.__table__
_by_hash = select(_session).where(_session.c.token_hash == bindparam("hash"), _session.c.revoked_at.is_(None))


def create(work: Work, agent_id: str, device: str = "", kept: bool = False) -> str:
    """A new session; returns the token for the cookie, which is stored nowhere. One that is `kept` is never idle."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    work.connection.execute(insert(_session).values(
        token_hash=hashed(token), agent_id=agent_id, created_at=work.now, last_used_at=work.now,
        expires_at=work.now + LONGEST, device=device, kept=kept))
    seen(work, agent_id)
    return token


@dataclass(frozen=True, slots=True)
class Known:
    """Who a token speaks for; `row` is hers."""

    viewer: Viewer
    row: Mapping[str, Any]


def resolve(database: Database, token: str) -> Viewer | None:
    """The agent behind a token, as `known` finds her."""
    found = known(database, token)
    return found.viewer if found else None


def known(database: Database, token: str) -> Known | None:
    """The agent behind a token; None once it is revoked, too old, idle for too long, or she is deactivated.

    Being asked counts as being at her desk.
    """
    now = database.wiring.now()
    with database.reading() as reader:
        row = reader.execute(_by_hash, {"hash": hashed(token)}).mappings().first()
        if row is None or not _lasts(row, now):
            return None
        try:
            agent = access.active(reader, row["agent_id"])
        except UnknownAgent:
            return None
        viewer = access.viewer_of(reader, agent)
    if now - row["last_used_at"] >= NOTED_EACH:
        with unless_busy(), database.work() as work:
            work.connection.execute(update(_session).where(_session.c.token_hash == row["token_hash"])
                                    .values(last_used_at=now))
            seen(work, viewer.agent_id)
    return Known(viewer, agent)


def seen(work: Work, agent_id: str) -> None:
    """A page of hers reported itself: she is at her desk."""
    presence.seen(work, agent_id)


def revoke(work: Work, token: str) -> None:
    """End one session, for good; with her last one she has left her desk."""
    ended = work.connection.execute(
        update(_session).where(_session.c.token_hash == hashed(token), _session.c.revoked_at.is_(None))
        .values(revoked_at=work.now).returning(_session.c.agent_id)).scalar_one_or_none()
    if ended is not None and not of(work.connection, ended, work.now):
        presence.gone(work, ended)


def revoke_all(work: Work, agent_id: str, keep_token: str = "") -> int:
    """End every session of an agent but the kept one; returns how many."""
    ending = update(_session).where(
        _session.c.agent_id == agent_id, _session.c.revoked_at.is_(None), _session.c.token_hash != hashed(keep_token))
    return work.connection.execute(ending.values(revoked_at=work.now)).rowcount


def of(reader: Reader, agent_id: str, now: datetime) -> list[dict[str, Any]]:
    """Her log-ins that still open something, the last used first; `key` names one, `token_hash` stays here."""
    query = select(_session).where(
        _session.c.agent_id == agent_id, _session.c.revoked_at.is_(None), _session.c.expires_at > now)
    rows = reader.execute(query.order_by(_session.c.last_used_at.desc())).mappings()
    return [dict(row) | {"key": row["token_hash"][:KEY_LENGTH]} for row in rows if _lasts(row, now)]


def end_one(work: Work, agent_id: str, key: str) -> None:
    """End the log-in of hers with this key. Raises UnknownSession."""
    ending = update(_session).where(
        _session.c.agent_id == agent_id, _session.c.revoked_at.is_(None),
        func.substr(_session.c.token_hash, 1, KEY_LENGTH) == key)
    if work.connection.execute(ending.values(revoked_at=work.now)).rowcount == 0:
        raise UnknownSession()


def _lasts(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is neither too old nor unused for too long."""
    return now < row["expires_at"] and (row["kept"] or now - row["last_used_at"] < IDLE)


def hashed(token: str) -> str:
    """What is stored of a token; it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
