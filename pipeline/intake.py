"""From events of the wire to turns: once each, in the conversation they belong to, in order.

Everything here runs inside a transaction that the writer opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

import faults
from bot.flow.events import CallResult
from channels import identity
from channels.base import Event
from conversation import inbox, outbox
from conversation.events import Receipt, Watermark
from conversation.inbox import Sender
from conversation.work import Work
from pipeline import answer
from pipeline.answer import Bot
from pipeline.tables import IS_OPEN, SlowWork, Timer

DEAF = frozenset({"status", "error", "echo"})
LANGUAGE_BY_PREFIX = {"+351": "pt", "+55": "pt", "+244": "pt", "+258": "pt", "+44": "en", "+353": "en", "+61": "en",
                      "+64": "en", "+1": "en"}
_slow, _timer = SlowWork.__table__, Timer.__table__
_answered = (
    select(_slow).where(IS_OPEN, _slow.c.state == "answered").order_by(_slow.c.conversation_id, _slow.c.seq)
    .limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_due = (
    select(_timer).where(_timer.c.fired_at.is_(None), _timer.c.due_at <= bindparam("now"))
    .order_by(_timer.c.due_at).limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_slow_by_id = select(_slow).where(
    _slow.c.slow_work_id == bindparam("id"), _slow.c.state == "answered").with_for_update(skip_locked=True)
_timer_by_id = select(_timer).where(
    _timer.c.timer_id == bindparam("id"), _timer.c.fired_at.is_(None)).with_for_update(skip_locked=True)
_settle_slow = update(_slow).where(_slow.c.slow_work_id == bindparam("id")).values(state=bindparam("new_state"))
_fire = update(_timer).where(_timer.c.timer_id == bindparam("id")).values(fired_at=bindparam("now"))


@dataclass(frozen=True, slots=True)
class Due:
    """A row that the bot must hear: an answered call of a service, or a timer."""

    kind: str
    row: Mapping[str, Any]

    @property
    def key(self) -> str:
        return self.row["slow_work_id" if self.kind == "slow" else "timer_id"]


@dataclass(frozen=True, slots=True)
class Intake:
    """How this process takes things in. `default_language` is the shop's."""

    bot: Bot
    default_language: str = "es"

    def take_all(self, work: Work, events: Sequence[Event]) -> None:
        """Every event of a group: receipts first, then what contacts said, conversation by conversation."""
        for event in sorted((one for one in events if one["kind"] == "status"), key=_part_of):
            self._take_receipt(work, event)
        heard = [event for event in events if event["kind"] not in DEAF and event.get("sender")]
        new = inbox.first_times(work, [identity_of(event) for event in heard])
        senders = {place: self.sender_of(heard[place]) for place in new}
        talks = inbox.find_all(work, list(senders.values())) if senders else {}
        for place in sorted(new):
            answer.hear(work, talks[senders[place]], heard[place], self.bot)
        inbox.write(work, list({id(talk): talk for talk in talks.values()}.values()))

    def due(self, work: Work, limit: int) -> list[Due]:
        """What waits to be heard, oldest first, locked where the database locks rows."""
        answered = work.connection.execute(_answered, {"limit": limit}).mappings().all()
        timers = work.connection.execute(_due, {"limit": limit, "now": work.now}).mappings().all()
        return [Due("slow", row) for row in answered] + [Due("timer", row) for row in timers]

    def take_due(self, work: Work, limit: int) -> int:
        """Hear up to `limit` answers and timers; returns how many there were."""
        waiting = self.due(work, limit)
        for due in waiting:
            self.hear_due(work, due)
            faults.point("due heard")
        return len(waiting)

    def take_one(self, work: Work, due: Due) -> None:
        """Hear one of them, unless another writer was faster."""
        query = _slow_by_id if due.kind == "slow" else _timer_by_id
        if work.connection.execute(query, {"id": due.key}).first() is not None:
            self.hear_due(work, due)

    def hear_due(self, work: Work, due: Due) -> None:
        talk = inbox.load(work, due.row["conversation_id"])
        assert talk is not None  # a foreign key holds it
        if due.kind == "slow":
            result = CallResult(due.row["seq"], due.row["status"] or "failed", due.row["value"])
            heard = answer.hear_result(work, talk, result, due.row["epoch"], self.bot)
            self.settle(work, due, "done" if heard else "void")
        else:
            answer.hear_timer(work, talk, int(due.row["payload"].get("seq", -1)), self.bot)
            self.settle(work, due)
        inbox.write(work, [talk])

    def settle(self, work: Work, due: Due, state: str = "void") -> None:
        """This row is over; it will not be heard again."""
        if due.kind == "slow":
            work.connection.execute(_settle_slow, {"id": due.key, "new_state": state})
        else:
            work.connection.execute(_fire, {"id": due.key, "now": work.now})

    def sender_of(self, event: Mapping[str, Any]) -> Sender:
        """Who wrote this event, as the inbox looks for her."""
        address, kind = event["sender"], f"{event['provider']}-{event['channel']}"
        key = identity.contact_key(kind, event["account"], address)
        return Sender(kind, event["account"], key.partition(":")[0], key, address, event.get("profile_name", ""),
                      self._language_of(address))

    def _take_receipt(self, work: Work, event: Mapping[str, Any]) -> None:
        if "watermark_ms" in event and not event.get("provider_id"):
            kind = f"{event['provider']}-{event['channel']}"
            until = datetime.fromtimestamp(event["watermark_ms"] / 1000, UTC)
            outbox.record_until(work, Watermark(event["status"], kind, event["account"], event["recipient"], until))
            return
        outbox.record(work, Receipt(
            status=event["status"], part_id=event.get("callback_data", ""), provider_id=event.get("provider_id", ""),
            error_code=event.get("error_code", ""), error_text=event.get("error_text", "")))

    def _language_of(self, address: str) -> str:
        for length in (4, 3, 2):
            if address[:length] in LANGUAGE_BY_PREFIX:
                return LANGUAGE_BY_PREFIX[address[:length]]
        return self.default_language


def _part_of(event: Mapping[str, Any]) -> str:
    """One order for all who lock parts: neither sender nor another writer then waits for us while we wait for it."""
    return str(event.get("callback_data") or event.get("provider_id", ""))


def identity_of(event: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes an event the same as one seen before: channel, class and the provider's id, or its content."""
    channel = (event["provider"], event["channel"], event["account"])
    event_class = "message" if event["kind"] in answer.WAKES_BOT else event["kind"]
    if event.get("provider_id"):
        return (*channel, event_class, event["provider_id"])
    return (*channel, event_class, event.get("sender", ""), str(event.get("at_ms", "")),
            event.get("payload", ""), event.get("text", ""))

