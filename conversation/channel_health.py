"""How our channels stand: what is known of each, what a person may do about it, and what the checks write down.

The message path writes nothing here; what the web processes saw comes together every few seconds (`note`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from conversation.events import Notice, TimelineLine
from conversation.outbox import IS_OPEN
from conversation.tables import Alarm, Channel, ChannelHealth, ChannelHour, Conversation, OutboxPart
from conversation.work import Work

Reader = Session | Connection
STATES = ("ok", "unknown", "warning", "bad")  # from the best to the worst
HOURS_KEPT = timedelta(days=15)

_health, _hour, _alarm = ChannelHealth.__table__, ChannelHour.__table__, Alarm.__table__
_part, _conversation, _channel = OutboxPart.__table__, Conversation.__table__, Channel.__table__
_open_alarms = (
    select(_alarm).where(_alarm.c.cleared_at.is_(None)).order_by(_alarm.c.level, _alarm.c.raised_at.desc())
)  # critical before warning: so the alphabet has it
_backlog = (
    select(_channel.c.kind, _channel.c.account, func.count(), func.min(_part.c.created_at))
    .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(IS_OPEN, _part.c.state == "queued").group_by(_channel.c.kind, _channel.c.account)
)
_one = (_health.c.kind == bindparam("of_kind"), _health.c.account == bindparam("of_account"))
_resume = update(_health).where(*_one, _health.c.paused_until.is_not(None)).values(
    paused_until=None, paused_why=None, failures=0)
_claim = (
    update(_health).where(*_one, or_(_health.c.check_due_at.is_(None), _health.c.check_due_at <= bindparam("now")))
    .values(check_due_at=bindparam("next_at"))
)


@dataclass(frozen=True, slots=True)
class Ours:
    """A channel of ours as people know it: `name` is its number, or the id where there is none."""

    kind: str
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Saw:
    """What a web process saw of a channel since it last told: times, and messages by the hour they came in."""

    kind: str
    account: str
    webhook_at: datetime
    inbound_at: datetime | None = None
    hours: Mapping[datetime, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that is known of one channel. `findings` is {check, state, text, values} each, the worst first."""

    ours: Ours
    health: Mapping[str, Any]
    queued: int
    oldest_at: datetime | None
    findings: tuple[Mapping[str, Any], ...]
    alarms: tuple[Mapping[str, Any], ...]
    now: datetime

    @property
    def paused_until(self) -> datetime | None:
        """Until when nothing is sent; None when it is sent."""
        until = self.health.get("paused_until")
        return until if until is not None and until > self.now else None

    @property
    def is_due(self) -> bool:
        """Whether a check was asked for or is due, and has not come yet."""
        due = self.health.get("check_due_at")
        return due is not None and due <= self.now

    @property
    def state(self) -> str:
        """ok, unknown, warning or bad: the worst of what was found, of its alarms and of a pause."""
        states = [str(one.get("state")) for one in self.findings if one.get("state") in STATES]
        states += ["bad" if alarm["level"] == "critical" else "warning" for alarm in self.alarms]
        if self.paused_until:
            states.append("bad")
        serious = [one for one in states if one != "unknown"]
        return max(serious, key=STATES.index) if serious else "unknown"


    def as_data(self) -> dict[str, Any]:
        """The same as plain JSON."""
        times = ("last_webhook_at", "last_inbound_at", "last_sent_at", "last_refused_at", "checked_at")
        return {
            "kind": self.ours.kind, "account": self.ours.account, "name": self.ours.name, "state": self.state,
            **{name: _iso(self.health.get(name)) for name in times},
            "last_error_code": self.health.get("last_error_code"), "queued": self.queued,
            "oldest_queued_at": _iso(self.oldest_at), "paused_until": _iso(self.paused_until),
            "paused_why": self.health.get("paused_why") if self.paused_until else None,
            "findings": [dict(one) for one in self.findings], "alarms": [alarm_data(one) for one in self.alarms],
        }


def alarm_data(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """An alarm as plain JSON, without its facts: a sentence says which of them may be seen."""
    told = {name: alarm[name] for name in ("key", "level", "text", "kind", "account", "times")}
    return told | {name: _iso(alarm[name]) for name in ("raised_at", "last_at", "mailed_at")}


def standings(reader: Reader, ours: Sequence[Ours], now: datetime) -> list[Standing]:
    """How each of these channels stands, the worst first."""
    rows = {(row["kind"], row["account"]): dict(row) for row in reader.execute(select(_health)).mappings()}
    waiting = {(kind, account): (number, oldest) for kind, account, number, oldest in reader.execute(_backlog)}
    alarms = open_alarms(reader)
    found = []
    for one in ours:
        key = (one.kind, one.account)
        row = rows.get(key, {})
        queued, oldest = waiting.get(key, (0, None))
        about = tuple(alarm for alarm in alarms if (alarm["kind"], alarm["account"]) == key)
        findings = sorted(row.get("findings") or [], key=lambda item: -_rank(item))
        found.append(Standing(one, row, queued, oldest, tuple(findings), about, now))
    return sorted(found, key=lambda standing: -STATES.index(standing.state))


def noted(reader: Reader) -> list[Ours]:
    """Every channel that something is known of, whether it is still ours or not."""
    rows = reader.execute(select(_health.c.kind, _health.c.account).order_by(_health.c.kind, _health.c.account))
    return [Ours(kind, account, account) for kind, account in rows]


def findings(reader: Reader) -> list[Mapping[str, Any]]:
    """What the last check of every channel found, all together."""
    return [one for found in reader.execute(select(_health.c.findings)).scalars() for one in found or ()]


def open_alarms(reader: Reader) -> list[dict[str, Any]]:
    """The alarms that are not over, critical ones first, then the newest."""
    return [dict(row) for row in reader.execute(_open_alarms).mappings()]


def key_of(reader: Reader, alarm_id: str) -> str:
    """The key of an open alarm; '' for one that is over or never was."""
    query = select(_alarm.c.key).where(_alarm.c.alarm_id == alarm_id, _alarm.c.cleared_at.is_(None))
    return reader.execute(query).scalar() or ""


def count_alarms(reader: Reader) -> dict[str, int]:
    """How many alarms are open, by level."""
    query = select(_alarm.c.level, func.count()).where(_alarm.c.cleared_at.is_(None)).group_by(_alarm.c.level)
    return {level: number for level, number in reader.execute(query)}


def count_unmailed(reader: Reader) -> int:
    """How many of them nobody was written to about."""
    query = select(func.count()).select_from(_alarm).where(_alarm.c.cleared_at.is_(None), _alarm.c.mailed_at.is_(None))
    return int(reader.execute(query).scalar_one())


def resume(work: Work, kind: str, account: str, agent_id: str) -> bool:
    """Send again on a channel that was paused; returns whether it was. The sender tries it at its next look."""
    if not work.connection.execute(_resume, {"of_kind": kind, "of_account": account}).rowcount:
        return False
    work.record(TimelineLine("channel_resumed", "", agent_id, data={"kind": kind, "account": account}))
    work.notify(Notice("changed"))
    return True


def check_soon(work: Work, kind: str, account: str) -> None:
    """Have a channel looked at now rather than when it is due."""
    _upsert(work, _health, {"kind": kind, "account": account, "failures": 0, "findings": [], "check_due_at": work.now},
            {"check_due_at": work.now})


def due_times(reader: Reader) -> dict[tuple[str, str], datetime | None]:
    """When each channel is to be looked at, by (kind, account); None: as soon as anybody can."""
    query = select(_health.c.kind, _health.c.account, _health.c.check_due_at)
    return {(kind, account): at for kind, account, at in reader.execute(query)}


def last_inbound_at(reader: Reader, kind: str, account: str) -> datetime | None:
    """When somebody last wrote on the channel, as far as web processes noted it."""
    return reader.execute(select(_health.c.last_inbound_at).where(*_is(kind, account))).scalar()


def claim_check(work: Work, kind: str, account: str, next_at: datetime) -> bool:
    """Whether this process shall look at the channel now; nobody else does before `next_at`."""
    _upsert(work, _health, {"kind": kind, "account": account, "failures": 0, "findings": []}, {})
    claimed = work.connection.execute(
        _claim, {"of_kind": kind, "of_account": account, "now": work.now, "next_at": next_at})
    return bool(claimed.rowcount)


def write_findings(work: Work, kind: str, account: str, findings: Sequence[Mapping[str, Any]]) -> None:
    """What a check found."""
    told = {"findings": [dict(one) for one in findings], "checked_at": work.now}
    _upsert(work, _health, {"kind": kind, "account": account, "failures": 0, **told}, told)
    work.notify(Notice("changed"))


def note(work: Work, seen: Iterable[Saw]) -> None:
    """What a web process saw of our channels."""
    for one in sorted(seen, key=lambda saw: (saw.kind, saw.account)):  # in one order: two processes never wait in a ring
        times = {"last_webhook_at": one.webhook_at}
        if one.inbound_at is not None:
            times["last_inbound_at"] = one.inbound_at
        _upsert(work, _health, {"kind": one.kind, "account": one.account, "failures": 0, "findings": [], **times}, times)
        for hour, number in sorted(one.hours.items()):
            _upsert(work, _hour, {"kind": one.kind, "account": one.account, "hour": hour, "inbound": number},
                    {"inbound": _hour.c.inbound + number})


def hours_of(reader: Reader, kind: str, account: str) -> dict[datetime, int]:
    """How many messages came in, by hour, as far back as it is kept."""
    query = select(_hour.c.hour, _hour.c.inbound).where(_hour.c.kind == kind, _hour.c.account == account)
    return {hour: number for hour, number in reader.execute(query)}


def forget_hours(work: Work) -> None:
    """Let go of the hours nobody compares with any more."""
    work.connection.execute(delete(_hour).where(_hour.c.hour < work.now - HOURS_KEPT))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _is(kind: str, account: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _health.c.kind == kind, _health.c.account == account


def _rank(finding: Any) -> int:
    state = finding.get("state") if isinstance(finding, Mapping) else ""
    return STATES.index(state) if state in STATES else 0


def _upsert(work: Work, table: Any, row: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Insert the row, or change these columns of the one that is there."""
    made = (sqlite if work.is_sqlite else postgresql).insert(table).values(**row)
    keys = [column.name for column in table.primary_key]
    done = made.on_conflict_do_update(index_elements=keys, set_=dict(changes)) if changes else (
        made.on_conflict_do_nothing(index_elements=keys))
    work.connection.execute(done)
