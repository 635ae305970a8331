"""How the sender's view of our channels gets into the tables and back: last send, last refusal, rests, what others wrote.

Once a second for all channels together, never for a single message. Whoever empties `paused_until` opens a channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from conversation import alarms
from conversation.alarms import Trouble
from conversation.tables import ChannelHealth
from conversation.work import Work
from pipeline.breaker import AWAY, BROKEN, TELL_AFTER, Breaker

LONGEST_TEXT = 300
_health = ChannelHealth.__table__
_rows = select(_health.c.kind, _health.c.account, _health.c.paused_until, _health.c.paused_why, _health.c.failures,
               _health.c.limited_at)
Change = tuple[tuple[str, str], dict[str, Any], Breaker | None]


def exchange(work: Work, changes: Iterable[Change]) -> Sequence[Mapping[str, Any]]:
    """Write what changed of our channels; returns what the tables say of all of them."""
    for key, notes, breaker in changes:
        values = dict(notes)
        if "last_error_text" in values:
            values["last_error_text"] = values["last_error_text"][:LONGEST_TEXT]
        if breaker is not None:
            values |= _rest(breaker)
            _tell(work, key, breaker)
        if values:
            _write(work, key, values)
    return work.connection.execute(_rows).mappings().all()


def _rest(breaker: Breaker) -> dict[str, Any]:
    until = datetime.fromtimestamp(breaker.until, UTC) if breaker.why else None
    return {"paused_until": until, "paused_why": breaker.why or None, "failures": breaker.failures}


def _write(work: Work, key: tuple[str, str], values: Mapping[str, Any]) -> None:
    row = {"kind": key[0], "account": key[1], "failures": 0, "findings": []} | dict(values)
    made = (sqlite if work.is_sqlite else postgresql).insert(_health).values(**row)
    work.connection.execute(made.on_conflict_do_update(index_elements=["kind", "account"], set_=dict(values)))


def _tell(work: Work, key: tuple[str, str], breaker: Breaker) -> None:
    """A provider that stays away is an operator's affair; a set-up that is broken was told when it was refused."""
    kind, account = key
    away, stopped = f"provider_away:{kind}:{account}", f"channel_stopped:{kind}:{account}"
    if breaker.why == AWAY and breaker.rests >= TELL_AFTER:
        facts = {"times": breaker.failures}
        alarms.raise_alarm(work, Trouble(away, "provider_away", "critical", facts, kind, account))
    if breaker.why != AWAY:
        alarms.clear(work, away)
    if breaker.why != BROKEN:
        alarms.clear(work, stopped)
