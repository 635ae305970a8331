"""A request that names itself (`Idempotency-Key`) is done once, however often it comes within a day.

What it came to is written in the transaction of the action itself: either both are there or neither. Two at the same
time wait for each other at the row, and the second one gets the first one's result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar, cast

from flask import request
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from console import here
from console.errors import BadField
from conversation.work import Work
from handoff.house_tables import KeptResult

Result = TypeVar("Result")

HEADER = "Idempotency-Key"
LONGEST = 200
KEPT = timedelta(hours=24)

_kept = KeptResult.__table__
_row = (_kept.c.agent_id == bindparam("agent"), _kept.c.key == bindparam("named"))
_forget = delete(_kept).where(*_row, _kept.c.created_at <= bindparam("before"))
_read = select(_kept.c.fingerprint, _kept.c.result).where(*_row)
_drop = delete(_kept).where(*_row)
_write = update(_kept).where(*_row).values(result=bindparam("what"))


def once(work: Work, do: Callable[[Work], Result]) -> Result:
    """Do it, or give what it came to the first time. Raises BadField where the key was used for something else."""
    name = request.headers.get(HEADER, "")
    if not name or not request.path.startswith(here.API):
        return do(work)
    if len(name) > LONGEST or not name.isprintable():
        raise BadField(HEADER, "api.bad_idempotency_key")
    key = {"agent": here.viewer().agent_id, "named": name}
    work.connection.execute(_forget, {**key, "before": work.now - KEPT})
    if not _begin(work, key):
        found = work.connection.execute(_read, key).one()
        if found.fingerprint != _fingerprint():
            raise BadField(HEADER, "api.used_idempotency_key")
        value = found.result["value"]
        return cast(Result, tuple(value) if found.result["is_tuple"] else value)
    result = do(work)
    if _is_plain(result):
        work.connection.execute(_write, {**key, "what": {"value": result, "is_tuple": isinstance(result, tuple)}})
    else:  # an action whose second time says by itself that the first one won
        work.connection.execute(_drop, key)
    return result


def _is_plain(value: object) -> bool:
    """Whether JSON gives it back as it was."""
    if isinstance(value, list | tuple):
        return all(_is_plain(one) and not isinstance(one, tuple) for one in value)
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_plain(one) and not isinstance(one, tuple) for name, one in value.items())
    return value is None or isinstance(value, str | int | float)


def _begin(work: Work, key: dict[str, str]) -> bool:
    """Whether this is the first time."""
    adding = (sqlite if work.is_sqlite else postgresql).insert(_kept).on_conflict_do_nothing()
    row = {"agent_id": key["agent"], "key": key["named"], "fingerprint": _fingerprint(), "result": {}, "created_at": work.now}
    return work.connection.execute(adding.values(**row).returning(_kept.c.key)).first() is not None


def _fingerprint() -> str:
    """What was asked, so that another request under the same name is noticed."""
    asked = [request.method, request.path, *(f"{name}={value}" for name, value in sorted(here.fields().items()))]
    return hashlib.sha256("\n".join(asked).encode("utf-8", "replace")).hexdigest()
