"""Browsers that need not show the second factor for thirty days; each can be forgotten from her profile page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from conversation.work import Work
from handoff import sessions
from handoff.access import Reader
from handoff.house_tables import KnownBrowser

FOR = timedelta(days=30)
TOKEN_BYTES = 32

_known = KnownBrowser.__table__


def remember(work: Work, agent_id: str, device: str) -> str:
    """From now on this browser is known; returns the token for its cookie, which is stored nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    work.connection.execute(insert(_known).values(
        token_hash=sessions.hashed(token), agent_id=agent_id, device=device, created_at=work.now,
        expires_at=work.now + FOR))
    return token


def is_known(reader: Reader, agent_id: str, token: str, now: datetime) -> bool:
    """Whether the browser with this token is one of hers."""
    query = select(_known.c.agent_id).where(
        _known.c.token_hash == sessions.hashed(token), _known.c.agent_id == agent_id, _known.c.revoked_at.is_(None),
        _known.c.expires_at > now)
    return bool(token) and reader.execute(query).first() is not None


def of(reader: Reader, agent_id: str, now: datetime) -> list[Mapping[str, Any]]:
    """Those of an agent, the newest first."""
    query = select(_known).where(
        _known.c.agent_id == agent_id, _known.c.revoked_at.is_(None), _known.c.expires_at > now)
    return list(reader.execute(query.order_by(_known.c.created_at.desc())).mappings())


def revoke_all(work: Work, agent_id: str) -> int:
    """All of them are strangers again; returns how many."""
    ending = update(_known).where(_known.c.agent_id == agent_id, _known.c.revoked_at.is_(None))
    return work.connection.execute(ending.values(revoked_at=work.now)).rowcount
