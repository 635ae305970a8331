"""From events of the wire to turns: once each, in the conversation they belong to, in order.

Everything here runs inside a transaction that the writer opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update

import faults
import metrics
from bot.flow.events import CallResult, External
from channels.base import Event
from conversation import alarms, inbox, outbox
from conversation.alarms import Trouble
from conversation.events import Receipt, Watermark
from conversation.inbox import Sender, Talk
from conversation.prepared import Prepared
from conversation.work import Work
from pipeline import answer, echoes, holding, identities, news_turns, receipts, returning, sidelines
from pipeline.answer import Bot
from pipeline.identities import identity_of
from pipeline.services import USED
from pipeline.tables import IS_OPEN, FoundEvent, SlowWork, Timer

# What stays of an event once it is taken: which one it was. Her words and her address stand in the conversation alone.
MARK = ("kind", "provider", "channel", "account", "provider_id", "status", "error_code")
KEYS = {"slow": "slow_work_id", "timer": "timer_id", "found": "found_event_id"}
_slow, _timer, _found = SlowWork.__table__, Timer.__table__, FoundEvent.__table__
_answered = (
    select(_slow).where(IS_OPEN, _slow.c.state == "answered").order_by(_slow.c.conversation_id, _slow.c.seq)
    .limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_due = (
    select(_timer).where(_timer.c.fired_at.is_(None), _timer.c.due_at <= bindparam("now"))
    .order_by(_timer.c.due_at).limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_waiting_found = (
    select(_found)
    .where(_found.c.taken_at.is_(None), or_(_found.c.not_before.is_(None), _found.c.not_before <= bindparam("now")))
    .order_by(_found.c.found_event_id).limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_found_by_id = select(_found).where(
    _found.c.found_event_id == bindparam("id"), _found.c.taken_at.is_(None)).with_for_update(skip_locked=True)
_slow_by_id = select(_slow).where(
    _slow.c.slow_work_id == bindparam("id"), _slow.c.state == "answered").with_for_update(skip_locked=True)
_timer_by_id = select(_timer).where(
    _timer.c.timer_id == bindparam("id"), _timer.c.fired_at.is_(None)).with_for_update(skip_locked=True)
_settle_slow = update(_slow).where(_slow.c.slow_work_id == bindparam("id")).values(state=bindparam("new_state"))
_take_found = update(_found).where(_found.c.found_event_id == bindparam("id")).values(
    taken_at=bindparam("now"), event=bindparam("mark"))
_fire = Prepared(update(_timer).where(_timer.c.timer_id == bindparam("id")).values(fired_at=bindparam("now")))


@dataclass(frozen=True, slots=True)
class Due:
    """A row that the writer must take: an answered call of a service, a timer, an event found or held."""

    kind: str
    row: Mapping[str, Any]

    @property
    def key(self) -> Any:
        return self.row[KEYS[self.kind]]

    @property
    def is_news(self) -> bool:
        """Whether nobody waits for it: news of an order, of which there may be thousands at once."""
        return self.kind == "timer" and news_turns.is_news(self.row["payload"])


@dataclass(frozen=True, slots=True)
class Intake:
    """How this process takes things in. `default_language` is the shop's; empty: what its flows say at the time."""

    bot: Bot
    default_language: str = ""

    def take_all(self, work: Work, events: Sequence[Event], tries: int = 0) -> None:
        """Every event of a group: receipts first, then what was said, conversation by conversation.

        `tries`: how often these were held before.
        """
        for event in sorted((one for one in events if one["kind"] == "status"), key=_part_of):
            self._take_receipt(work, event, tries)
        heard = [event for event in events if event["kind"] != "status" and self._concerns_somebody(work, event, tries)]
        new = inbox.first_times(work, [identity_of(event) for event in heard])
        senders = {place: self.sender_of(heard[place]) for place in new}
        talks = inbox.find_all(work, list(senders.values())) if senders else {}
        for place in sorted(new):
            self._take(work, talks[senders[place]], heard[place])
        inbox.write(work, list({id(talk): talk for talk in talks.values()}.values()))

    def _concerns_somebody(self, work: Work, event: Event, tries: int) -> bool:
        """Is this to be put into somebody's conversation? What is not is dealt with here."""
        if event["kind"] == "echo":
            return echoes.is_anothers(work, event, tries)
        if event["kind"] == "error":
            _raise_alarm(work, event)
            return False
        return bool(event.get("sender"))

    def _take(self, work: Work, talk: Talk, event: Event) -> None:
        if talk.doubtful:
            identities.forget_proof(work, talk)
        if not sidelines.take(work, talk, event):
            answer.hear(work, talk, event, self.bot)

    def due(self, work: Work, limit: int) -> list[Due]:
        """What waits to be heard, locked where the database locks rows; the oldest of it.

        In the order in which groups of messages lock conversations: of two processes none waits for one that waits for it.
        News that nobody asked for come last.
        """
        answered = work.connection.execute(_answered, {"limit": limit}).mappings().all()
        timers = work.connection.execute(_due, {"limit": limit, "now": work.now}).mappings().all()
        found = work.connection.execute(_waiting_found, {"limit": limit, "now": work.now}).mappings().all()
        held = [Due(kind, row) for kind, rows in (("slow", answered), ("timer", timers)) for row in rows]
        held.sort(key=lambda due: due.row["conversation_id"])
        news = [due for due in held if due.is_news]
        return [due for due in held if not due.is_news] + [Due("found", row) for row in found] + news

    def take_due(self, work: Work, limit: int) -> int:
        """Hear up to `limit` answers and timers; returns how many there were."""
        return self.hear_some(work, self.due(work, limit), lambda: False)

    def hear_some(self, work: Work, waiting: Sequence[Due], is_time_up: Callable[[], bool]) -> int:
        """Hear as many of these as the time allows, one at least; returns how many.

        News have a transaction of their own: their conversations would be locked out of order behind the others.
        """
        if waiting and waiting[0].is_news:
            return self._hear_news(work, waiting, is_time_up)
        for n, due in enumerate(waiting):
            if n and (is_time_up() or due.is_news != waiting[0].is_news):
                return n
            self.hear_due(work, due)
            faults.point("due heard")
        return len(waiting)

    def _hear_news(self, work: Work, news: Sequence[Due], is_time_up: Callable[[], bool]) -> int:
        """There may be thousands: their conversations are read together, and written together."""
        talks = inbox.load_all(work, [due.row["conversation_id"] for due in news])
        heard = 0
        while heard < len(news) and not (heard and is_time_up()):
            self._hear_timer(work, talks[news[heard].row["conversation_id"]], news[heard].row)
            faults.point("due heard")
            heard += 1
        _fire.run(work.connection, [{"id": due.key, "now": work.now} for due in news[:heard]])
        inbox.write(work, [talks[key] for key in dict.fromkeys(due.row["conversation_id"] for due in news[:heard])])
        return heard

    def take_one(self, work: Work, due: Due) -> None:
        """Hear one of them, unless another writer was faster."""
        query = {"slow": _slow_by_id, "timer": _timer_by_id, "found": _found_by_id}[due.kind]
        if work.connection.execute(query, {"id": due.key}).first() is not None:
            self.hear_due(work, due)

    def hear_due(self, work: Work, due: Due) -> None:
        if due.kind == "found":
            self.settle(work, due)
            self.take_all(work, [due.row["event"]], due.row["tries"])
            return
        talk = inbox.load(work, due.row["conversation_id"])
        assert talk is not None  # a foreign key holds it
        if due.kind == "slow":
            used = due.row["arguments"].get(USED, {})
            result = CallResult(due.row["seq"], due.row["status"] or "failed", due.row["value"], used)
            heard = answer.hear_result(work, talk, result, due.row["epoch"], self.bot)
            self.settle(work, due, "done" if heard else "void")
        else:
            self._hear_timer(work, talk, due.row)
            self.settle(work, due)
        inbox.write(work, [talk])

    def _hear_timer(self, work: Work, talk: Talk, row: Mapping[str, Any]) -> None:
        payload = row["payload"]
        if row["kind"] == "external":
            happened = External(str(payload.get("name", "")), str(payload.get("key", "")), payload.get("data") or {})
            hear = news_turns.hear if news_turns.is_news(payload) else answer.hear_event
            hear(work, talk, happened, self.bot)
            return
        if row["kind"] == returning.KIND:
            answer.hear_return(work, talk, str(payload["flow"]), str(payload.get("agent", "")), self.bot)
            return
        answer.hear_timer(work, talk, int(payload.get("seq", -1)), self.bot)

    def settle(self, work: Work, due: Due, state: str = "void") -> None:
        """This row is over; it will not be heard again."""
        if due.kind == "slow":
            work.connection.execute(_settle_slow, {"id": due.key, "new_state": state})
        elif due.kind == "found":
            mark = {name: due.row["event"][name] for name in MARK if name in due.row["event"]}
            work.connection.execute(_take_found, {"id": due.key, "now": work.now, "mark": mark})
            metrics.found.labels(_what_was_found(due.row)).inc()
        else:
            _fire.run(work.connection, [{"id": due.key, "now": work.now}])

    def sender_of(self, event: Mapping[str, Any]) -> Sender:
        """Who this event is about, as the inbox looks for her."""
        return identities.sender_of(event, self.default_language or self.bot.library().project.default_language)

    def _take_receipt(self, work: Work, event: Event, tries: int) -> None:
        kind = identities.kind_of(event)
        if "watermark_ms" in event and not event.get("provider_id"):
            until = datetime.fromtimestamp(event["watermark_ms"] / 1000, UTC)
            to = identities.alias(kind, event["account"], event["recipient"])
            outbox.record_until(work, Watermark(
                event["status"], kind, event["account"], to.family, to.canonical, until))
            return
        taken = receipts.take(work, Receipt(
            status=event["status"], part_id=event.get("callback_data", ""), provider_id=event.get("provider_id", ""),
            error_code=event.get("error_code", ""), error_text=event.get("error_text", "")))
        if not taken and not event.get("callback_data") and event.get("recipient"):
            self._hold_if_early(work, event, tries)

    def _hold_if_early(self, work: Work, event: Event, tries: int) -> None:
        """A report of a message whose id we may not have written down yet: our own answer is on its way too."""
        to = identities.alias(identities.kind_of(event), event["account"], event["recipient"])
        waits = holding.on_its_way(work, identities.kind_of(event), event["account"], to)
        if waits and not holding.is_known(work, event.get("provider_id", "")):
            holding.hold(work, event, tries)


def _part_of(event: Mapping[str, Any]) -> str:
    """One order for all who lock parts: neither sender nor another writer then waits for us while we wait for it."""
    return str(event.get("callback_data") or event.get("provider_id", ""))


def _what_was_found(row: Mapping[str, Any]) -> str:
    return "held" if row["tries"] else "report" if row["event"]["kind"] == "status" else "message"


def _raise_alarm(work: Work, event: Event) -> None:
    """The provider says that something is wrong with an account of ours."""
    kind, account, code = identities.kind_of(event), event["account"], event.get("error_code", "")
    facts = {"code": code, "text": event.get("error_text", "")}
    alarms.raise_alarm(work, Trouble(f"account:{kind}:{account}:{code}", "account_error", "warning", facts, kind, account))
