"""The figures of our channels on `/metrics`, read from the tables: whoever raised an alarm, every web process shows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

import metrics
from conversation import channel_health
from conversation.channel_health import STATES
from conversation.tables import ALARM_LEVELS
from pipeline import delivery_counts


def count(connection: Connection, now: datetime) -> None:
    """Put alarms and the state of every channel into the gauges."""
    levels = channel_health.count_alarms(connection)
    for level in ALARM_LEVELS:
        metrics.open_alarms.labels(level).set(levels.get(level, 0))
    delivery_counts.show(connection, now)
    metrics.unmailed_alarms.set(channel_health.count_unmailed(connection))
    metrics.channel_state.clear()
    metrics.channel_silent_seconds.clear()
    for one in channel_health.standings(connection, channel_health.noted(connection), now):
        place = (one.ours.kind, one.ours.account)
        metrics.channel_state.labels(*place).set(STATES.index(one.state))
        last = one.health.get("last_inbound_at")
        if last is not None:
            metrics.channel_silent_seconds.labels(*place).set(max(0.0, (now - last).total_seconds()))
