"""Browsers that may be rung (Web Push): an agent says so in each, and takes it back in each."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, insert, select, update

from conversation.work import Work
from handoff.access import Reader
from handoff.entrance_errors import BadSubscription
from handoff.house_tables import PushSubscription

MOST = 10  # of one agent; the oldest go
LONGEST_ENDPOINT = 1_000
POINT_BYTES, SECRET_BYTES = 65, 16  # RFC 8291: an uncompressed point of P-256, and 16 random bytes

_known = PushSubscription.__table__


def keep(work: Work, agent_id: str, told: Mapping[str, str], device: str = "") -> None:
    """Ring this browser from now on; `told` are its `endpoint`, `p256dh` and `auth`. Twice is the same as once.

    A browser belongs to whoever said so last. Raises BadSubscription.
    """
    _require(told)
    key = hashed(told["endpoint"])
    work.connection.execute(delete(_known).where(_known.c.endpoint_hash == key))
    work.connection.execute(insert(_known).values(
        endpoint_hash=key, agent_id=agent_id, endpoint=told["endpoint"], p256dh=told["p256dh"], auth=told["auth"],
        device=device, created_at=work.now))
    kept = work.connection.execute(
        select(_known.c.endpoint_hash).where(_known.c.agent_id == agent_id).order_by(_known.c.created_at.desc())).scalars()
    for old in list(kept)[MOST:]:
        work.connection.execute(delete(_known).where(_known.c.endpoint_hash == old))


def forget(work: Work, agent_id: str, endpoint: str) -> None:
    """Do not ring it any more."""
    work.connection.execute(delete(_known).where(
        _known.c.endpoint_hash == hashed(endpoint), _known.c.agent_id == agent_id))


def gone(work: Work, endpoint_hash: str) -> None:
    """Its push service says that there is no such browser any more."""
    work.connection.execute(delete(_known).where(_known.c.endpoint_hash == endpoint_hash))


def failed(work: Work, endpoint_hash: str) -> None:
    """Its push service has taken nothing for so long that we gave up."""
    work.connection.execute(update(_known).where(_known.c.endpoint_hash == endpoint_hash).values(failed_at=work.now))


def works_again(work: Work, endpoint_hash: str) -> bool:
    """It was told something; returns whether it had failed before."""
    had = update(_known).where(_known.c.endpoint_hash == endpoint_hash, _known.c.failed_at.is_not(None))
    return work.connection.execute(had.values(failed_at=None)).rowcount > 0


def any_failing(reader: Reader) -> bool:
    """Whether there is a browser that could not be told."""
    return reader.execute(select(_known.c.endpoint_hash).where(_known.c.failed_at.is_not(None)).limit(1)).first() is not None


def of(reader: Reader, agent_id: str) -> list[Mapping[str, Any]]:
    """The browsers of an agent."""
    return list(reader.execute(select(_known).where(_known.c.agent_id == agent_id)).mappings())


def count(reader: Reader, agent_id: str) -> int:
    return reader.execute(select(func.count()).where(_known.c.agent_id == agent_id)).scalar_one()


def hashed(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode("utf-8")).hexdigest()


def _require(told: Mapping[str, str]) -> None:
    parts = urlsplit(told.get("endpoint", ""))
    is_https = parts.scheme == "https" and bool(parts.hostname) and len(told["endpoint"]) <= LONGEST_ENDPOINT
    if not (is_https and _length(told.get("p256dh", "")) == POINT_BYTES and _length(told.get("auth", "")) == SECRET_BYTES):
        raise BadSubscription()


def _length(text: str) -> int:
    try:
        return len(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (Error, ValueError):
        return 0
