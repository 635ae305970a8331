"""What is counted of deliveries, in the database: sender and web processes count the same things, `/metrics` shows the sum."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

import metrics
from channels.verdicts import provider_of, unknown_label
from conversation.outbox import IS_OPEN
from conversation.prepared import Prepared
from conversation.tables import Channel, ChannelHealth, Conversation, OutboxPart
from conversation.work import Work
from pipeline.tables import DeliveryCount

UNKNOWN_CODE, UNKNOWN_PART = "unknown_code", "unknown_part"
CODES_KEPT = 200  # of a provider; what it makes up beyond that is counted as one

_count, _health = DeliveryCount.__table__, ChannelHealth.__table__
_part, _conversation, _channel = OutboxPart.__table__, Conversation.__table__, Channel.__table__
_add = {
    dialect.__name__.rpartition(".")[2]: Prepared(dialect.insert(_count).on_conflict_do_update(
        index_elements=["what", "provider", "label"], set_={"number": _count.c.number + 1}))
    for dialect in (sqlite, postgresql)
}
_all = select(_count)
_codes = select(_count.c.label).where(_count.c.what == UNKNOWN_CODE)
_paused = select(_health.c.kind, _health.c.account, _health.c.paused_why).where(_health.c.paused_until > bindparam("now"))
_doubts = (
    select(_channel.c.kind, func.count())
    .select_from(_part)
    .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(IS_OPEN, _part.c.state == "unknown").group_by(_channel.c.kind)
)
_shown: dict[tuple[str, str, str], int] = {}
_COUNTERS = {UNKNOWN_CODE: metrics.unknown_codes, UNKNOWN_PART: metrics.unknown_parts}


def add(work: Work, what: str, provider: str, label: str) -> None:
    """One more of these."""
    row = {"what": what, "provider": provider, "label": label, "number": 1}
    _add[work.connection.dialect.name].run(work.connection, [row])


def count_code(work: Work, kind: str, code: str) -> None:
    """Count a code that no table of errors knows."""
    label = unknown_label(kind, code)
    if not label:
        return
    known = set(work.connection.execute(_codes).scalars())
    add(work, UNKNOWN_CODE, provider_of(kind), label if label in known or len(known) < CODES_KEPT else "other")


def settled(work: Work, kind: str, how: str) -> None:
    """A part whose outcome was unknown is not any more: `listed`, `absent` (and sent again), `reported`, or `left`."""
    add(work, UNKNOWN_PART, provider_of(kind), how)


def show(connection: Connection, now: datetime) -> None:
    """Bring the figures of this process up to what the tables say."""
    metrics.channel_paused.clear()
    for resting in connection.execute(_paused, {"now": now}):
        metrics.channel_paused.labels(resting.kind, resting.account, resting.paused_why or "").set(1)
    metrics.doubts.clear()
    for kind, number in connection.execute(_doubts):
        metrics.doubts.labels(provider_of(kind)).inc(number)
    for row in connection.execute(_all).mappings():
        counter = _COUNTERS.get(row["what"])
        key = (row["what"], row["provider"], row["label"])
        more = row["number"] - _shown.get(key, 0)
        if counter is None or more <= 0:
            continue
        counter.labels(row["provider"], row["label"]).inc(more)
        _shown[key] = row["number"]
