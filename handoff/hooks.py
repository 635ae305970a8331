"""Hooks: where a shop's programs hear of what happens to tickets. Here are their rows; `pipeline/hooks.py` calls them.

A call is `queued` until it is `delivered` or `given_up`; both ends stay to be seen, and a call that was given up can be
sent again. The secret is shown once; it is kept, because it signs every call.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from conversation import alarms, ids, signed_calls
from conversation.events import TimelineLine
from conversation.tables import TimelineEntry
from conversation.work import Work
from handoff.access import Reader
from handoff.errors import UnknownHook
from handoff.house_tables import Hook, HookCall

# what a program may ask for → the kinds of the timeline's lines
EVENTS: Mapping[str, tuple[str, ...]] = {
    "handoff": ("handoff",),
    "claim": ("claim",),
    "takeover": ("take_over",),
    "release": ("release",),
    "transfer": ("transfer_to_queue", "transfer_to_agent"),
    "snooze": ("snooze",),
    "wake": ("wake",),
    "return": ("return",),
    "resolve": ("resolve",),
    "late": ("late",),
    "warning": ("warned",),
    "breach": ("breached",),
    "rating": ("rating",),
    "note": ("note",),
    "message": ("message",),
}
TEST = "test"
MOST = 20
SHOWN_CALLS = 100
SECRET_BYTES = 32
PREFIX = "whs_"

_hook, _call, _entry = Hook.__table__, HookCall.__table__, TimelineEntry.__table__


@dataclass(frozen=True, slots=True)
class MadeHook:
    """A new hook. `secret` is shown once."""

    hook_id: str
    secret: str


def add(work: Work, url: str, events: Sequence[str], include_text: bool, actor: str) -> MadeHook:
    """A hook that hears of everything from now on. The address was looked at before (`signed_calls.checked`)."""
    hook_id, secret = ids.new("hok"), PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    last = work.connection.execute(select(func.max(_entry.c.entry_id))).scalar() or 0
    work.connection.execute(insert(_hook).values(
        hook_id=hook_id, url=url.strip(), secret=secret, events=[name for name in EVENTS if name in events],
        include_text=include_text, last_entry_id=last, created_by=actor, created_at=work.now))
    _log(work, "hook_added", actor, {"hook": hook_id, "host": signed_calls.host_of(url)})
    return MadeHook(hook_id, secret)


def change(work: Work, hook_id: str, values: Mapping[str, Any], actor: str) -> None:
    """Pause (`paused_at`), go on, or end it (`removed_at`). Raises UnknownHook."""
    hook = get(work.connection, hook_id)
    work.connection.execute(update(_hook).where(_hook.c.hook_id == hook_id).values(**values))
    if values.get("removed_at") or values.get("paused_at"):
        alarms.clear(work, alarm_key(hook_id))
    what = sorted(name for name, value in values.items() if value)
    _log(work, "hook_changed", actor, {"hook": hook_id, "host": signed_calls.host_of(hook["url"]), "what": what})


def test(work: Work, hook_id: str, actor: str) -> str:
    """One call that says nothing but that it came. Raises UnknownHook."""
    get(work.connection, hook_id)
    least = work.connection.execute(select(func.min(_call.c.entry_id)).where(_call.c.hook_id == hook_id)).scalar() or 0
    call_id = ids.new("hkc")
    work.connection.execute(insert(_call).values(
        hook_call_id=call_id, hook_id=hook_id, entry_id=min(least, 0) - 1, event=TEST, state="queued",
        body={"event": TEST, "at": work.now.isoformat(), "by": actor}, not_before=work.now, created_at=work.now))
    return call_id


def send_again(work: Work, call_id: str) -> str:
    """Another day for a call that was given up; returns its hook. Raises UnknownHook."""
    row = work.connection.execute(select(_call.c.hook_id, _call.c.state).where(_call.c.hook_call_id == call_id)).first()
    if row is None or row.state != "given_up":
        raise UnknownHook(call_id)
    get(work.connection, row.hook_id)
    work.connection.execute(
        update(_call).where(_call.c.hook_call_id == call_id, _call.c.state == "given_up")
        .values(state="queued", attempt=0, not_before=work.now, lease_until=None, created_at=work.now, ended_at=None))
    return str(row.hook_id)


def get(reader: Reader, hook_id: str) -> Mapping[str, Any]:
    """A hook that was not removed, without its secret. Raises UnknownHook."""
    columns = [column for column in _hook.c if column.name != "secret"]
    row = reader.execute(select(*columns).where(_hook.c.hook_id == hook_id, _hook.c.removed_at.is_(None))).mappings().first()
    if row is None:
        raise UnknownHook(hook_id)
    return row


def every(reader: Reader) -> list[dict[str, Any]]:
    """All hooks that are there, with how many calls wait and how many were given up."""
    columns = [column for column in _hook.c if column.name != "secret"]
    counted = reader.execute(
        select(_call.c.hook_id, _call.c.state, func.count().label("n")).where(_call.c.state != "delivered")
        .group_by(_call.c.hook_id, _call.c.state)).all()
    counts = {(row.hook_id, row.state): row.n for row in counted}
    rows = reader.execute(
        select(*columns).where(_hook.c.removed_at.is_(None)).order_by(_hook.c.created_at, _hook.c.hook_id)).mappings()
    return [dict(row) | {"queued": counts.get((row["hook_id"], "queued"), 0),
                         "given_up": counts.get((row["hook_id"], "given_up"), 0)} for row in rows]


def calls_of(reader: Reader, hook_id: str) -> list[Mapping[str, Any]]:
    """Its last calls, the newest first."""
    query = select(_call).where(_call.c.hook_id == hook_id).order_by(_call.c.created_at.desc(), _call.c.entry_id.desc())
    return list(reader.execute(query.limit(SHOWN_CALLS)).mappings())


def alarm_key(hook_id: str) -> str:
    return f"hook:{hook_id}"


def _log(work: Work, kind: str, actor: str, data: Mapping[str, Any]) -> None:
    work.record(TimelineLine(kind, "", actor, data=data))
