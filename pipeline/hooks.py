"""Calls a shop's programs when something happens to a ticket: once a second, by the slow worker.

The timeline is the truth: what a hook has not heard yet is taken from there into its own rows, together with the place it
has come to, in one transaction. Each hook hears in that order, one call after the other; one that does not answer holds
up no other hook. A process that dies during a call calls again, with the same id: at least once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, func, insert, or_, select, update

import faults
from conversation import alarms, ids
from conversation.alarms import Trouble
from conversation.signed_calls import Called, host_of, signature
from conversation.tables import TimelineEntry
from conversation.work import Database, Work
from handoff import hooks
from handoff.house_tables import Hook, HookCall
from pipeline.hook_bodies import Teller

READ_AT_ONCE = 500
GAP_SECONDS = 20.0  # longer than any statement may take: a number that is missing then is missing for good
LEASE = timedelta(seconds=60)
LAST_RETRY = timedelta(seconds=60)
GIVE_UP = timedelta(hours=24)
ALARM_AT = 8  # failures in a row: about three minutes
CALLS_A_TURN = 200
AT_ONCE = 8
GONE = 410

logger = structlog.get_logger(__name__)
_hook, _call, _entry = Hook.__table__, HookCall.__table__, TimelineEntry.__table__
_active = select(_hook).where(_hook.c.removed_at.is_(None), _hook.c.paused_at.is_(None))
_newer = select(_entry).where(_entry.c.entry_id > bindparam("last")).order_by(_entry.c.entry_id).limit(READ_AT_ONCE)
_next = (
    select(_call).where(_call.c.hook_id == bindparam("hook"), _call.c.state == "queued")
    .order_by(_call.c.entry_id).limit(1)
)
_is_free = or_(_call.c.lease_until.is_(None), _call.c.lease_until <= bindparam("now"))
_take = (
    update(_call)
    .where(_call.c.hook_call_id == bindparam("id"), _call.c.state == "queued", _is_free)
    .values(lease_until=bindparam("until"), attempt=_call.c.attempt + 1)
)
_advance = (
    update(_hook).where(_hook.c.hook_id == bindparam("hook"), _hook.c.last_entry_id == bindparam("was"))
    .values(last_entry_id=bindparam("reached"))
)


@dataclass
class Hooks:
    """All hooks of this house. `call` posts; `tick_clock` is for numbers that are missing in the timeline."""

    database: Database
    call: Callable[[str, bytes, Mapping[str, str]], Called]
    tick_clock: Callable[[], float] = time.monotonic
    _gaps: dict[int, float] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hooks")

    def tick(self) -> None:
        """What has happened is taken in, and every hook that has something to hear is called, side by side."""
        for hook_id in self.gather():
            with self._lock:
                if hook_id in self._busy:
                    continue
                self._busy.add(hook_id)
            self._pool.submit(self._turn, hook_id)

    def drain(self) -> int:
        """The same, one after the other, until nothing is due any more; returns how many calls ended."""
        ended = 0
        while served := sum(self.deliver(hook_id) for hook_id in self.gather()):
            ended += served
        return ended

    def close(self) -> None:
        """Until all calls that are on their way are over."""
        self._pool.shutdown()

    def gather(self) -> list[str]:
        """Take in what the timeline says; returns the hooks that have calls waiting."""
        with self.database.reading() as session:
            rows = [dict(row) for row in session.execute(_active).mappings()]
            if not rows:
                return []
            newest = session.execute(select(func.max(_entry.c.entry_id))).scalar() or 0
        for row in [one for one in rows if one["last_entry_id"] < newest]:
            with self.database.work() as work:
                self._take_in(work, row)
        with self.database.reading() as session:
            waiting = select(_call.c.hook_id).where(
                _call.c.state == "queued", _call.c.not_before <= self.database.wiring.now(),
                _call.c.hook_id.in_([row["hook_id"] for row in rows])).distinct()
            return list(session.execute(waiting).scalars())

    def deliver(self, hook_id: str) -> int:
        """Call this hook for everything that is due, in order, up to one that must be tried again; returns how many ended."""
        ended = 0
        for _ in range(CALLS_A_TURN):
            claimed = self._claimed(hook_id)
            if claimed is None:
                break
            hook, call = claimed
            faults.point("before hook")
            called = self._post(hook, call)
            faults.point("after hook")
            with self.database.work() as work:
                is_over = _write(work, hook, call, called)
            if not is_over:
                break
            ended += 1
        return ended

    def _turn(self, hook_id: str) -> None:
        try:
            self.deliver(hook_id)
        except Exception as error:  # it is tried again in a second; without this line nobody would know why it is not
            logger.warning("a hook could not be served", hook=hook_id, error=type(error).__name__)
        finally:
            with self._lock:
                self._busy.discard(hook_id)

    def _take_in(self, work: Work, hook: Mapping[str, Any]) -> None:
        entries = self._in_order(work, hook["last_entry_id"])
        if not entries:
            return
        kinds = {kind: name for name in hook["events"] for kind in hooks.EVENTS.get(name, ())}
        wanted = [entry for entry in entries if entry["kind"] in kinds and entry["conversation_id"]]
        step = {"hook": hook["hook_id"], "was": hook["last_entry_id"], "reached": entries[-1]["entry_id"]}
        if work.connection.execute(_advance, step).rowcount != 1 or not wanted:
            return  # somebody else is taking it in, or nothing of it is for this one
        bodies = Teller(work, bool(hook["include_text"])).bodies(wanted, kinds)
        work.connection.execute(insert(_call), [
            {"hook_call_id": ids.new("hkc"), "hook_id": hook["hook_id"], "entry_id": entry["entry_id"],
             "event": body["event"], "body": body, "state": "queued", "attempt": 0, "not_before": work.now,
             "created_at": work.now}
            for entry, body in zip(wanted, bodies, strict=True)])

    def _in_order(self, work: Work, last: int) -> Sequence[Mapping[str, Any]]:
        """Lines up to the first number that is missing and may still come: PostgreSQL numbers them before the commit."""
        found, now = work.connection.execute(_newer, {"last": last}).mappings().all(), self.tick_clock()
        kept: list[Mapping[str, Any]] = []
        for entry in found:
            if entry["entry_id"] != last + 1 and not work.is_sqlite and not self._is_over(last + 1, now):
                break
            kept.append(entry)
            last = entry["entry_id"]
        self._gaps = {number: since for number, since in self._gaps.items() if number > last or now - since < GAP_SECONDS}
        return kept

    def _is_over(self, number: int, now: float) -> bool:
        return now - self._gaps.setdefault(number, now) >= GAP_SECONDS

    def _claimed(self, hook_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        with self.database.work() as work:
            hook = work.connection.execute(_active.where(_hook.c.hook_id == hook_id)).mappings().first()
            call = work.connection.execute(_next, {"hook": hook_id}).mappings().first()
            if hook is None or call is None or call["not_before"] > work.now:
                return None
            key = {"id": call["hook_call_id"], "now": work.now, "until": work.now + LEASE}
            if work.connection.execute(_take, key).rowcount != 1:
                return None
            return dict(hook), dict(call) | {"attempt": call["attempt"] + 1}

    def _post(self, hook: Mapping[str, Any], call: Mapping[str, Any]) -> Called:
        body = json.dumps({"id": call["hook_call_id"], **call["body"]}, ensure_ascii=False).encode()
        at = int(self.database.wiring.now().timestamp())
        return self.call(hook["url"], body, {
            "Content-Type": "application/json", "Relevo-Event": call["event"], "Relevo-Id": call["hook_call_id"],
            "Relevo-Signature": signature(hook["secret"], at, body)})


def _write(work: Work, hook: Mapping[str, Any], call: Mapping[str, Any], called: Called) -> bool:
    """What came of a call; returns whether that was its end. Only whoever still holds it writes: a page may have sent it again meanwhile."""
    values: dict[str, Any] = {"status": called.status, "error": called.error[:300] or None, "lease_until": None}
    is_over = called.status == GONE or work.now - call["created_at"] >= GIVE_UP
    if called.is_taken:
        values |= {"state": "delivered", "ended_at": work.now}
    elif is_over:
        values |= {"state": "given_up", "ended_at": work.now}
    else:
        values["not_before"] = work.now + min(timedelta(seconds=2 ** min(call["attempt"] - 1, 10)), LAST_RETRY)
    mine = (_call.c.hook_call_id == call["hook_call_id"], _call.c.attempt == call["attempt"], _call.c.state == "queued")
    if work.connection.execute(update(_call).where(*mine).values(**values)).rowcount == 1:
        _note(work, hook, call, called)
    return called.is_taken or is_over


def _note(work: Work, hook: Mapping[str, Any], call: Mapping[str, Any], called: Called) -> None:
    """How the hook is: well, in trouble that a person should know of, or gone."""
    key, this = hooks.alarm_key(hook["hook_id"]), update(_hook).where(_hook.c.hook_id == hook["hook_id"])
    if called.is_taken:
        work.connection.execute(this.values(failing_since=None, delivered_at=work.now))
        if hook["failing_since"] is not None:
            alarms.clear(work, key)
        return
    facts = {"host": host_of(hook["url"]), "status": called.status or "–", "n": call["attempt"]}
    logger.info("a hook failed", hook=hook["hook_id"], status=called.status, attempt=call["attempt"])
    if called.status == GONE:
        work.connection.execute(this.values(removed_at=work.now))
        work.connection.execute(
            update(_call).where(_call.c.hook_id == hook["hook_id"], _call.c.state == "queued")
            .values(state="given_up", ended_at=work.now, error="The hook was gone (410)."))
        alarms.raise_alarm(work, Trouble(key, "hook_gone", facts=facts))
        return
    if hook["failing_since"] is None:
        work.connection.execute(this.values(failing_since=work.now))
    if call["attempt"] >= ALARM_AT:
        alarms.raise_alarm(work, Trouble(key, "hook_failing", facts=facts))
