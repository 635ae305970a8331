"""Tickets as a CSV file, one a row. What a contact wrote is text and never becomes a formula of a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from handoff import figures
from handoff.figures import Facts
from handoff.open_time import OpenTime

BOM = "\ufeff"
AT_ONCE = 500
# OWASP, “CSV Injection”; the wide signs are those of East Asian keyboards, which spreadsheets read as the others
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS = (
    "ticket", "conversation", "contact", "channel", "language", "queue", "reason", "priority", "vip", "state", "disposition",
    "agent", "opened_at", "due_at", "picked_up_at", "first_reply_at", "closed_at", "promise", "first_reply_minutes",
    "resolution_minutes", "reopens", "rating", "comment",
)  # fmt: skip
_ALWAYS = OpenTime()


def lines(
    rows: Iterable[Mapping[str, Any]], open_times: Mapping[str, OpenTime], zone: ZoneInfo, now: datetime
) -> Iterator[str]:
    """The file in pieces: its head, then some rows at a time. Times are of `zone`, minutes of open time."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for place, row in enumerate(rows, 1):
        writer.writerow([safe(value) for value in _cells(row, open_times, zone, now)])
        if place % AT_ONCE == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def safe(value: object) -> object:
    """A cell that no spreadsheet calculates."""
    if isinstance(value, str) and value.lstrip(" \u00a0\u3000").startswith(DANGEROUS):
        return f"'{value}"
    return value


def _cells(row: Mapping[str, Any], open_times: Mapping[str, OpenTime], zone: ZoneInfo, now: datetime) -> list[object]:
    done = figures.measure(_facts(row), open_times.get(row["queue_id"], _ALWAYS), now.timestamp())
    times = [_local(row[name], zone) for name in ("opened_at", "due_at", "picked_up_at", "first_reply_at", "closed_at")]
    return [
        row["ticket_id"], row["conversation_id"], row["contact"], row["kind"], row["language"], row["queue_id"], row["reason"],
        row["priority"], int(row["vip"]), row["state"], row["disposition"] or "", row["agent"] or "", *times, done.promise,
        _minutes(done.first_minutes), _minutes(done.whole_minutes), row["reopens"] or "",
        row["score"] if row["score"] is not None else "", row["comment"] or "",
    ]  # fmt: skip


def _facts(row: Mapping[str, Any]) -> Facts:
    stamps = {name: row[name].timestamp() if row[name] else None for name in Facts._fields if name.endswith("_at")}
    told = (row["promised"] or {}).get("until")
    return Facts(**{**{name: row[name] for name in Facts._fields if name in row}, **stamps, "told_until": told})


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""


def _minutes(value: float | None) -> float | str:
    return "" if value is None else round(value, 1)
